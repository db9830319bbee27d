using System.Text.RegularExpressions;

namespace Consilium.Postgres;

/// <summary>Finds in PostgreSQL's log why a start failed.</summary>
internal static partial class PostgresLog
{
    const int LinesBefore = 2; // PostgreSQL says what it found, then what that means: "invalid checkpoint record", then the PANIC
    const int MostLines = 6;

    /// <summary>
    /// The lines that ended the start (PANIC, FATAL) with what explains them. What only followed from them is left out. Without such a line, it is
    /// the last lines.
    /// </summary>
    public static string CauseIn(string log)
    {
        var lines = log.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Select(Line.Parse)
            .Where(line => !line.IsRefusedSession).ToList();
        var first = lines.FindIndex(line => line.IsFatal);
        if (first < 0) return Join(lines.TakeLast(LinesBefore + 1));
        var told = lines[Math.Max(0, first - LinesBefore)..first];
        var explained = false;
        foreach (var line in lines[first..])
        {
            explained = line.IsFatal || (explained && line.IsExplanation);
            if (explained) told.Add(line);
        }
        return Join(told);
    }

    static string Join(IEnumerable<Line> lines) =>
        string.Join("; ", lines.Select(line => line.Text).Distinct(StringComparer.Ordinal).Take(MostLines));

    // "2030-01-31 12:00:00.000 UTC [42] FATAL:  the reason": operators choose what stands before the severity, and a loader's line has neither.
    [GeneratedRegex(@"\b(?<severity>PANIC|FATAL|ERROR|WARNING|NOTICE|INFO|LOG|DEBUG[1-5]?|DETAIL|HINT|CONTEXT|QUERY|STATEMENT|LOCATION|BACKTRACE):  ",
        RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex Severity();

    sealed record Line(string Severity, string Text)
    {
        public bool IsFatal => Severity is "PANIC" or "FATAL";

        /// <summary>Of the message before it: its detail, its hint, or its next line.</summary>
        public bool IsExplanation => Severity is "DETAIL" or "HINT" or "";

        /// <summary>"FATAL:  the database system is starting up" was said to a client and ended nothing else.</summary>
        public bool IsRefusedSession => IsFatal && Text.Contains(":  the database system is ", StringComparison.Ordinal);

        public static Line Parse(string text) =>
            PostgresLog.Severity().Match(text) is { Success: true } found ? new(found.Groups["severity"].Value, text[found.Index..]) : new("", text);
    }
}

using System.Globalization;
using System.Text.RegularExpressions;

namespace Consilium.Platform.Validation;

/// <summary>Points in time as clients write them: RFC 3339, always with their offset, between 1900 and 2200.</summary>
internal static partial class TimeText
{
    static readonly DateTimeOffset Earliest = new(1900, 1, 1, 0, 0, 0, TimeSpan.Zero);
    static readonly DateTimeOffset Latest = new(2200, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>Null when the text is a time (RFC 3339, with an offset), which then comes in UTC, cut to microseconds; else what is wrong with it.</summary>
    public static string? Fault(string text, out DateTimeOffset time)
    {
        time = default;
        if (WithoutOffset().IsMatch(text)) return "must say its offset from UTC: 2026-01-31T09:30:00Z or 2026-01-31T10:30:00+01:00.";
        if (!WithOffset().IsMatch(text) || !DateTimeOffset.TryParse(text.ToUpperInvariant(), CultureInfo.InvariantCulture, DateTimeStyles.AdjustToUniversal, out var parsed))
            return "must be a time such as 2026-01-31T09:30:00Z.";
        if (parsed < Earliest || parsed >= Latest) return "must lie between the years 1900 and 2200.";
        time = parsed.AddTicks(-(parsed.Ticks % TimeSpan.TicksPerMicrosecond));
        return null;
    }

    /// <summary>The same for a query, in which an unescaped + has become a space.</summary>
    public static string? QueryFault(string text, out DateTimeOffset time) => Fault(text.Replace(' ', '+'), out time);

    public static DateTimeOffset Of(string text) => Fault(text, out var time) is null ? time : throw new FormatException("Not validated.");

    [GeneratedRegex(@"^[0-9]{4}-[0-9]{2}-[0-9]{2}([Tt ][0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]+)?)?)?$", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex WithoutOffset();

    [GeneratedRegex(@"^[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt][0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,12})?)?([Zz]|[+-][0-9]{2}:[0-9]{2})$",
        RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex WithOffset();
}

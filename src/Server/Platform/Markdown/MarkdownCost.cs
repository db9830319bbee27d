namespace Consilium.Platform.Markdown;

/// <summary>
/// Whether a text can be parsed in a few milliseconds. The parser's work grows with the square of what may begin or end something, and with the depth
/// and the cells that a few characters can ask for; texts that somebody reads are far below these limits.
/// </summary>
internal static class MarkdownCost
{
    /// <summary>UTF-16 units: more than any message or answer has.</summary>
    public const int MaxLength = 40_000;

    const int MaxMarks = 1_500;
    const int MaxDepthOfLine = 40;
    const int MaxCells = 10_000;

    public static bool IsBearable(string text)
    {
        if (text.Length > MaxLength) return false;
        var (marks, rows, columns) = (0, 0, 0);
        foreach (var line in text.AsSpan().EnumerateLines())
        {
            if (DepthOf(line) > MaxDepthOfLine) return false;
            marks += MarksOf(line);
            var pipes = line.Count('|');
            rows += Math.Min(pipes, 1);
            columns = Math.Max(columns, pipes);
        }
        return marks <= MaxMarks && (long)rows * columns <= MaxCells;
    }

    /// <summary>Beginnings and ends of links, emphasis and code; a run of the same counts once, but for brackets.</summary>
    static int MarksOf(ReadOnlySpan<char> line)
    {
        var (marks, last) = (0, '\0');
        foreach (var c in line)
        {
            if (c is '[' or ']' or '(' or '<' or '|' || (c is '*' or '_' or '~' or '`' && c != last)) marks++;
            last = c;
        }
        return marks;
    }

    /// <summary>Quotes and list items that the beginning of a line may open.</summary>
    static int DepthOf(ReadOnlySpan<char> line)
    {
        var (depth, last) = (0, '\0');
        foreach (var c in line)
        {
            if (c is not (' ' or '\t' or '>' or '-' or '+' or '*' or '.' or ')' or (>= '0' and <= '9'))) break;
            if (c == '>' || (c is '-' or '+' or '*' or '.' or ')' && c != last)) depth++;
            last = c;
        }
        return depth;
    }
}

using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Consilium.Modules.Records;

/// <summary>A piece of a text for a list of hits: one line, whole words, at most <see cref="Max"/> characters.</summary>
internal static partial class Excerpt
{
    public const int Max = 200;

    /// <summary>How many characters before the hit the piece begins, where there are so many.</summary>
    public const int Before = 60;

    /// <summary>What to cut out of the text: enough to see whether it goes on.</summary>
    public const int Cut = Max + 40;

    /// <param name="piece">At most <see cref="Cut"/> characters as PostgreSQL counts them, which may be two each here.</param>
    /// <param name="beginsInside">Whether there is text before it.</param>
    public static string Of(string piece, bool beginsInside)
    {
        var line = Blanks().Replace(piece, " ").Trim();
        if (beginsInside) line = "…" + line[(line.IndexOf(' ', StringComparison.Ordinal) is > 0 and < Before and var word ? word + 1 : 0)..];
        if (line.Length <= Max) return line;
        var end = line.LastIndexOf(' ', Max - 1);
        if (end < Max / 2) end = Max - 1;
        while (end > 0 && !IsBoundary(line, end)) end--;
        return line[..end].TrimEnd() + "…";
    }

    /// <summary>Whether nothing that is read as one character is cut there.</summary>
    static bool IsBoundary(string line, int at) => !char.IsLowSurrogate(line[at])
        && Rune.GetUnicodeCategory(Rune.GetRuneAt(line, at)) is not (UnicodeCategory.NonSpacingMark or UnicodeCategory.EnclosingMark or UnicodeCategory.SpacingCombiningMark);

    [GeneratedRegex(@"\s+", RegexOptions.NonBacktracking)]
    private static partial Regex Blanks();
}

using System.Buffers;
using System.Globalization;

namespace Consilium.Platform.Markdown;

/// <summary>
/// A mark in a line that somebody typed, in a form that cannot be meant otherwise: <c>**bold**</c>, <c>*italic*</c> and <c>_italic_</c> around words,
/// not in them and not around numbers; <c>`code`</c>; <c>[text](https://…)</c> and <c>&lt;https://…&gt;</c>.
/// </summary>
/// <param name="End">The place after it.</param>
internal sealed record TypedMark(string Html, int End)
{
    const int LongestAddress = 2000;

    static readonly SearchValues<char> First = SearchValues.Create("*_`[<");

    /// <summary>The next place where a mark may begin; -1 when there is none.</summary>
    public static int Next(string line, int from) => line.AsSpan(from).IndexOfAny(First) is >= 0 and var found ? from + found : -1;

    /// <summary>The mark that begins here; null when it is text.</summary>
    public static TypedMark? At(string line, int at) => line[at] switch
    {
        '`' => Around(line, at, "`", "code", IsTight),
        '*' when line.AsSpan(at).StartsWith("**") => Around(line, at, "**", "strong", AreWords),
        '*' => Around(line, at, "*", "em", AreWords),
        '_' => Around(line, at, "_", "em", AreWords),
        '[' => Link(line, at),
        _ => Address(line, at),
    };

    static TypedMark? Around(string line, int at, string mark, string element, Func<string, bool> fits)
    {
        var begin = at + mark.Length;
        var end = line.IndexOf(mark, begin, StringComparison.Ordinal);
        if (end < 0 || !StandsApart(line, at - 1, mark[0]) || !StandsApart(line, end + mark.Length, mark[0])) return null;
        var inside = line[begin..end];
        if (!fits(inside) || inside.Contains(mark[0], StringComparison.Ordinal)) return null;
        return new($"<{element}>{HtmlText.Of(inside)}</{element}>", end + mark.Length);
    }

    /// <summary>No word goes on here, and no row of the same signs.</summary>
    static bool StandsApart(string line, int at, char sign) =>
        at < 0 || at >= line.Length || !(IsOfWord(line[at]) || line[at] == sign || line[at] == '\\');

    static bool IsTight(string inside) => inside.Length > 0 && !char.IsWhiteSpace(inside[0]) && !char.IsWhiteSpace(inside[^1]);

    static bool AreWords(string inside) => IsTight(inside) && inside[^1] != '\\' && inside.Any(char.IsLetter) && BeginsWord(inside[0]);

    static bool BeginsWord(char c) => IsOfWord(c) || char.IsSurrogate(c) || c is '"' or '\''
        || char.GetUnicodeCategory(c) is UnicodeCategory.InitialQuotePunctuation or UnicodeCategory.OpenPunctuation;

    static bool IsOfWord(char c) => char.IsLetterOrDigit(c)
        || char.GetUnicodeCategory(c) is UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark or UnicodeCategory.EnclosingMark;

    static TypedMark? Link(string line, int at)
    {
        var end = line.AsSpan(at + 1).IndexOfAny('[', ']') is >= 0 and var length ? at + 1 + length : -1;
        if (end < 0 || !line.AsSpan(end).StartsWith("](") || string.IsNullOrWhiteSpace(line[(at + 1)..end])) return null;
        var close = EndOfAddress(line, end + 2, ')');
        return close < 0 ? null : Open(line[(end + 2)..close], line[(at + 1)..end], close + 1);
    }

    static TypedMark? Address(string line, int at)
    {
        if (!line.AsSpan(at + 1).StartsWith("http", StringComparison.OrdinalIgnoreCase)) return null;
        var close = EndOfAddress(line, at + 1, '>');
        return close < 0 ? null : Open(line[(at + 1)..close], line[(at + 1)..close], close + 1);
    }

    static TypedMark? Open(string url, string label, int end) =>
        LinkTarget.IsSafe(url) ? new($"<a href=\"{HtmlText.Of(url)}\" {LinkTarget.Rel}>{HtmlText.Of(label)}</a>", end) : null;

    /// <summary>The bracket that closes an address; pairs of round ones may stand in it. -1 when there is none.</summary>
    static int EndOfAddress(string line, int from, char close)
    {
        var open = 0;
        for (var at = from; at < line.Length && at - from <= LongestAddress; at++)
        {
            if (line[at] == close && open == 0) return at;
            if (char.IsWhiteSpace(line[at]) || line[at] is '<' or '>') return -1;
            open += line[at] switch { '(' => 1, ')' => -1, _ => 0 };
        }
        return -1;
    }
}

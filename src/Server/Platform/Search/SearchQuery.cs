using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Consilium.Platform.Search;

/// <summary>A word of a search, or a phrase: words that follow each other.</summary>
/// <param name="Text">Folded, without the signs around it that say nothing.</param>
internal sealed record SearchedWord(string Text, bool IsPhrase);

/// <summary>
/// Takes a folded query apart. Quotes make a phrase. Punctuation around a word says nothing (<c>invoice?</c>, <c>(invoice)</c>, <c>-invoice</c>), and
/// a word of nothing else counts only when the query has no other. Signs that say something stay: <c>50%</c>, <c>first_last</c>, <c>c:\temp</c>, <c>c++</c>.
/// </summary>
internal static partial class SearchQuery
{
    /// <summary>
    /// Every word must occur anyway, so AND in capitals between words is passed over, but not in quotes. Before folding, which forgets the capitals.
    /// </summary>
    public static string WithoutAnd(string query) => And().Replace(query, match => match.Value == "AND" ? " " : match.Value);

    public static List<SearchedWord> Parse(string folded)
    {
        var phrases = Phrase().Matches(folded).Select(match => new SearchedWord(match.Groups["words"].Value, IsPhrase: true));
        var words = Split(Phrase().Replace(folded, " ")).Select(word => new SearchedWord(word, IsPhrase: false));
        var all = words.Concat(phrases).ToList();
        var saying = all.Select(word => word with { Text = Trimmed(word.Text) }).Where(word => word.Text.Length > 0).Distinct().ToList();
        return saying.Count > 0 ? saying : [.. all.SelectMany(word => Split(word.Text)).Distinct(StringComparer.Ordinal).Select(signs => new SearchedWord(signs, IsPhrase: false))];
    }

    /// <summary>
    /// The pieces of a text between its signs that say nothing and its spaces, each with what is before it. A text of these only is one piece: itself.
    /// </summary>
    public static List<(string Signs, string Text)> Pieces(string whole)
    {
        var pieces = new List<(string Signs, string Text)>();
        var (signs, text) = (new StringBuilder(), new StringBuilder());
        foreach (var (rune, says) in Judged(whole))
        {
            if (says)
            {
                text.Append(rune);
                continue;
            }
            if (text.Length > 0) Add();
            signs.Append(rune);
        }
        if (text.Length > 0) Add();
        return pieces.Count > 0 ? pieces : [("", whole)];

        void Add()
        {
            pieces.Add((signs.ToString(), text.ToString()));
            signs.Clear();
            text.Clear();
        }
    }

    static string[] Split(string text) => text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);

    static string Trimmed(string word)
    {
        var runes = Judged(word).ToList();
        var first = runes.FindIndex(rune => rune.Says);
        var last = runes.FindLastIndex(rune => rune.Says);
        return first < 0 ? "" : string.Concat(runes[first..(last + 1)].Select(rune => rune.Rune.ToString()));
    }

    static IEnumerable<(Rune Rune, bool Says)> Judged(string word)
    {
        var (before, said) = (new Rune(' '), false);
        foreach (var rune in word.EnumerateRunes())
        {
            said = rune.Value is '+' or '#' ? said && (Rune.IsLetterOrDigit(before) || before == rune) : Says(rune); // c++ and c#, but not +49 and #7
            yield return (rune, said);
            before = rune;
        }
    }

    /// <summary>Letters, digits, marks, pictures, currencies and mathematics; of punctuation only what is part of names and amounts.</summary>
    static bool Says(Rune rune) => Rune.GetUnicodeCategory(rune) switch
    {
        UnicodeCategory.DashPunctuation or UnicodeCategory.OpenPunctuation or UnicodeCategory.ClosePunctuation => false,
        UnicodeCategory.InitialQuotePunctuation or UnicodeCategory.FinalQuotePunctuation => false,
        UnicodeCategory.OtherPunctuation => rune.Value is '%' or '\\' or '‰',
        UnicodeCategory.MathSymbol or UnicodeCategory.ModifierSymbol => !rune.IsAscii,
        UnicodeCategory.Control or UnicodeCategory.SpaceSeparator => false,
        _ => true,
    };

    /// <summary>AND between words, or what stands in quotes.</summary>
    [GeneratedRegex("""["“”„‟«»＂][^"“”„‟«»＂]*["“”„‟«»＂]|(?<=\S\s+)AND(?=\s+\S)""", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex And();

    /// <summary>A quote that follows a letter or a digit is a sign of another kind (6" and 8"), and one without its other half says nothing.</summary>
    [GeneratedRegex("""(?<![\p{L}\p{M}\p{N}])"(?<words>[^"]+)"(?![\p{L}\p{M}\p{N}])""", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Phrase();
}

using System.Globalization;
using System.Text;
using Consilium.Platform.Database;
using Npgsql;

namespace Consilium.Platform.Search;

/// <summary>
/// What somebody searches for, as conditions on a column of <c>platform.search_form(…)</c>: every word must occur, whole, as the beginning or
/// inside of a word (scripts without spaces), in any order and case, with or without accents. A word of five letters and more is also found with
/// one edit: a letter changed, missing, too many, or two neighbours swapped. A phrase in quotes must occur as it is, word after word. Trigram indexes
/// serve all of these conditions. What counts as a word is <see cref="SearchQuery"/>'s.
/// </summary>
internal sealed class SearchTerms
{
    const int MinLettersForEdit = 5;
    const int MaxLettersForEdit = 40;

    SearchTerms(List<SearchTerm> terms) => All = terms;

    /// <summary>For statements that say the conditions several times, and differently.</summary>
    public IReadOnlyList<SearchTerm> All { get; }

    /// <summary>Null when there is nothing to search for. The database folds the text, so that query and content are folded alike.</summary>
    public static async Task<SearchTerms?> ParseAsync(NpgsqlDataSource database, string query, CancellationToken cancellationToken) =>
        Parse(await FoldAsync(database, SearchQuery.WithoutAnd(query), cancellationToken));

    /// <summary>From text that is folded already.</summary>
    public static SearchTerms? Parse(string folded)
    {
        var found = SearchQuery.Parse(folded).ConvertAll(word => word.IsPhrase ? Phrase(word.Text) : Word(word.Text));
        return found.Count == 0 ? null : new(found);
    }

    /// <summary>
    /// The whole text as one phrase that may begin and end inside of words, as a pattern. Empty when there is nothing to search for.
    /// </summary>
    public static async Task<string> PartOfTextAsync(NpgsqlDataSource database, string text, CancellationToken cancellationToken)
    {
        var folded = await FoldAsync(database, text, cancellationToken);
        return string.IsNullOrWhiteSpace(folded) ? "" : InTurn(SearchQuery.Pieces(folded));
    }

    /// <summary><c>AND column ~ $n …</c>, with the patterns added to the statement's parameters.</summary>
    public string Condition(string column, NpgsqlParameterCollection parameters)
    {
        var condition = new StringBuilder();
        foreach (var term in All)
        {
            parameters.With(term.Pattern);
            condition.Append(CultureInfo.InvariantCulture, $" AND {column} ~ ${parameters.Count}");
        }
        return condition.ToString();
    }

    static async Task<string> FoldAsync(NpgsqlDataSource database, string text, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand("SELECT platform.search_form($1)");
        command.Parameters.With(text);
        return (string)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    static SearchTerm Word(string word)
    {
        if (SearchQuery.Pieces(word) is [_, _, ..] pieces) return Punctuated(pieces);
        var letters = word.EnumerateRunes().ToArray();
        if (letters.Length is < MinLettersForEdit or > MaxLettersForEdit || !letters.All(Rune.IsLetter)) return new(Exact(word), [Like(word)]);
        return new($"{Exact(word)}|\\m(?:{OneEdit(letters)})\\M", OneOf(letters));
    }

    /// <summary>
    /// With punctuation inside. Any other will do (2.5, 2,5), and from the beginning of a word spaces will too (covid-19, covid 19). A hyphen or an
    /// apostrophe may be missing then (email, Musks), but not between digits.
    /// </summary>
    static SearchTerm Punctuated(List<(string Signs, string Text)> pieces)
    {
        var (inside, fromBeginning) = (new StringBuilder(Exact(pieces[0].Text)), new StringBuilder(Exact(pieces[0].Text)));
        for (var i = 1; i < pieces.Count; i++)
        {
            var (signs, text) = pieces[i];
            var mayBeMissing = signs is "-" or "'" && !(char.IsAsciiDigit(pieces[i - 1].Text[^1]) && char.IsAsciiDigit(text[0]));
            inside.Append("[^\\w\\s]+").Append(Exact(text));
            fromBeginning.Append(mayBeMissing ? "\\W*" : "\\W+").Append(Exact(text));
        }
        return new($"{inside}|\\m{fromBeginning}", [LikeInTurn(pieces)]);
    }

    /// <summary>Whole words at both ends, in scripts that put spaces between words; anything but letters and digits between the words.</summary>
    static SearchTerm Phrase(string phrase)
    {
        var pieces = SearchQuery.Pieces(phrase);
        var (begins, ends) = (IsSetApart(pieces[0].Text.EnumerateRunes().First()), IsSetApart(pieces[^1].Text.EnumerateRunes().Last()));
        return new($"{(begins ? "\\m" : "")}{InTurn(pieces)}{(ends ? "\\M" : "")}", [LikeInTurn(pieces)]);
    }

    static string InTurn(IEnumerable<(string Signs, string Text)> pieces) => string.Join("\\W+", pieces.Select(piece => Exact(piece.Text)));

    /// <summary>Of scripts that put spaces between words. (Korean does, but what follows a word is written to it.)</summary>
    static bool IsSetApart(Rune rune) => Rune.IsLetterOrDigit(rune) && rune.Value
        is not ((>= 0x0E00 and <= 0x109F) or (>= 0x1100 and <= 0x11FF) or (>= 0x1780 and <= 0x17FF) or (>= 0x1950 and <= 0x1AAF) or (>= 0x2E80 and <= 0xD7FF)
            or (>= 0xF900 and <= 0xFAFF) or >= 0x20000);

    /// <summary>An edit leaves one half of the word as it was, unless it swaps the two letters where the halves meet.</summary>
    static string[] OneOf(Rune[] letters)
    {
        var (first, second) = (letters[..(letters.Length / 2)], letters[(letters.Length / 2)..]);
        return [Like(Text(first)), Like(Text(second)), Like($"{Text(first[..^1])}{second[0]}{first[^1]}{Text(second[1..])}")];
    }

    static string Like(string part) => $"%{Escaped(part)}%";

    static string LikeInTurn(IEnumerable<(string Signs, string Text)> pieces) => $"%{string.Join('%', pieces.Select(piece => Escaped(piece.Text)))}%";

    static string Escaped(string part) =>
        part.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("%", "\\%", StringComparison.Ordinal).Replace("_", "\\_", StringComparison.Ordinal);

    /// <summary>Branches as late as it can, which takes half the time that a list of all edits does: the edit is made at this letter, or the letter is right and the edit follows.</summary>
    static string OneEdit(Rune[] letters)
    {
        if (letters.Length == 0) return "\\w"; // one too many in the text
        var (first, rest) = (letters[0], letters[1..]);
        var swapped = rest.Length == 0 ? "" : $"|{rest[0]}{first}{Text(rest[1..])}";
        return $"\\w{Text(letters)}|\\w?{Text(rest)}{swapped}|{first}(?:{OneEdit(rest)})"; // one too many; another, or missing; swapped
    }

    static string Text(Rune[] letters) => string.Concat(letters.Select(l => l.ToString()));

    static string Exact(string text) => string.Concat(text.EnumerateRunes().Select(Literal));

    static string Literal(Rune rune) => Rune.IsLetterOrDigit(rune) || rune.Value > 127 ? rune.ToString() : "\\" + rune;
}

/// <summary>One word or phrase of a search.</summary>
/// <param name="Pattern">A PostgreSQL regular expression (POSIX advanced) for it, or for a whole word at one edit from it.</param>
/// <param name="OneOf">
/// Patterns of LIKE: a text that matches is like one of them at least, and to ask that first costs a fifth where the word is rare.
/// </param>
internal sealed record SearchTerm(string Pattern, string[] OneOf);

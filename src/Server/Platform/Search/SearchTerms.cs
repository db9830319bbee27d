using System.Globalization;
using System.Text;
using Consilium.Platform.Database;
using Npgsql;

namespace Consilium.Platform.Search;

/// <summary>
/// What somebody searches for, as conditions on a column of <c>platform.search_form(…)</c>: every word must occur, whole, as the beginning or
/// inside of a word (scripts without spaces), in any order and case, with or without accents. A word of five letters and more is also found with
/// one edit: a letter changed, missing, too many, or two neighbours swapped. Trigram indexes serve both kinds of condition.
/// </summary>
internal sealed class SearchTerms
{
    const int MinLettersForEdit = 5;
    const int MaxLettersForEdit = 40;

    SearchTerms(List<SearchTerm> terms) => All = terms;

    /// <summary>For statements that say the conditions several times, and differently.</summary>
    public IReadOnlyList<SearchTerm> All { get; }

    /// <summary>Null when there is nothing to search for. The database folds the text, so that query and content are folded alike.</summary>
    public static async Task<SearchTerms?> ParseAsync(NpgsqlDataSource database, string query, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand("SELECT platform.search_form($1)");
        command.Parameters.With(query);
        return Parse((string)(await command.ExecuteScalarAsync(cancellationToken))!);
    }

    /// <summary>From text that is folded already.</summary>
    public static SearchTerms? Parse(string folded)
    {
        var words = folded.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Distinct(StringComparer.Ordinal);
        var found = words.Select(Term).ToList();
        return found.Count == 0 ? null : new(found);
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

    static SearchTerm Term(string word)
    {
        var letters = word.EnumerateRunes().ToArray();
        var exact = string.Concat(letters.Select(Literal));
        if (letters.Length is < MinLettersForEdit or > MaxLettersForEdit || !letters.All(Rune.IsLetter)) return new(exact, [Like(word)]);
        return new($"{exact}|\\m(?:{OneEdit(letters)})\\M", OneOf(letters));
    }

    /// <summary>An edit leaves one half of the word as it was, unless it swaps the two letters where the halves meet.</summary>
    static string[] OneOf(Rune[] letters)
    {
        var (first, second) = (letters[..(letters.Length / 2)], letters[(letters.Length / 2)..]);
        return [Like(Text(first)), Like(Text(second)), Like($"{Text(first[..^1])}{second[0]}{first[^1]}{Text(second[1..])}")];
    }

    static string Like(string part) =>
        $"%{part.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("%", "\\%", StringComparison.Ordinal).Replace("_", "\\_", StringComparison.Ordinal)}%";

    /// <summary>Branches as late as it can, which takes half the time that a list of all edits does: the edit is made at this letter, or the letter is right and the edit follows.</summary>
    static string OneEdit(Rune[] letters)
    {
        if (letters.Length == 0) return "\\w"; // one too many in the text
        var (first, rest) = (letters[0], letters[1..]);
        var swapped = rest.Length == 0 ? "" : $"|{rest[0]}{first}{Text(rest[1..])}";
        return $"\\w{Text(letters)}|\\w?{Text(rest)}{swapped}|{first}(?:{OneEdit(rest)})"; // one too many; another, or missing; swapped
    }

    static string Text(Rune[] letters) => string.Concat(letters.Select(l => l.ToString()));

    static string Literal(Rune rune) => Rune.IsLetterOrDigit(rune) || rune.Value > 127 ? rune.ToString() : "\\" + rune;
}

/// <summary>One word of a search.</summary>
/// <param name="Pattern">A PostgreSQL regular expression (POSIX advanced) for the word or for a whole word at one edit from it.</param>
/// <param name="OneOf">
/// Patterns of LIKE: a text that matches is like one of them at least, and to ask that first costs a fifth where the word is rare.
/// </param>
internal sealed record SearchTerm(string Pattern, string[] OneOf);

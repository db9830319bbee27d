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

    readonly List<string> patterns;

    SearchTerms(List<string> patterns) => this.patterns = patterns;

    /// <summary>For statements that say the conditions several times, and differently: one regular expression for each word.</summary>
    public IReadOnlyList<string> Patterns => patterns;

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
        var found = words.Select(Pattern).ToList();
        return found.Count == 0 ? null : new(found);
    }

    /// <summary><c>AND column ~ $n …</c>, with the patterns added to the statement's parameters.</summary>
    public string Condition(string column, NpgsqlParameterCollection parameters)
    {
        var condition = new StringBuilder();
        foreach (var pattern in patterns)
        {
            parameters.With(pattern);
            condition.Append(CultureInfo.InvariantCulture, $" AND {column} ~ ${parameters.Count}");
        }
        return condition.ToString();
    }

    /// <summary>A PostgreSQL regular expression (POSIX advanced) for the word or for a whole word at one edit from it.</summary>
    static string Pattern(string word)
    {
        var letters = word.EnumerateRunes().ToArray();
        var exact = string.Concat(letters.Select(Literal));
        if (letters.Length is < MinLettersForEdit or > MaxLettersForEdit || !letters.All(Rune.IsLetter)) return exact;
        return $"{exact}|\\m(?:{OneEdit(letters)})\\M";
    }

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

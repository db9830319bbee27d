using Consilium.Platform.Search;

namespace Consilium.Tests.Platform.Search;

/// <summary>What a word finds, against a plain model: a text that contains it, or has a whole word at one edit from it.</summary>
public sealed class SearchTermsTests : DatabaseTest
{
    const int Seed = 20261121;
    const int Words = 60;
    const int TextsOfEach = 60;

    // So few that random words are often near each other.
    const string Letters = "abä";

    [Fact]
    public async Task Words_of_five_letters_and_more_are_found_with_one_edit_and_no_further()
    {
        var random = new Random(Seed);
        var (found, missed) = (0, 0);
        for (var i = 0; i < Words; i++)
        {
            var word = WordOf(random, random.Next(5, 9));
            var texts = Enumerable.Range(0, TextsOfEach).Select(_ => TextNear(word, random)).ToArray();

            var term = SearchTerms.Parse(word)!.All.ShouldHaveSingleItem();
            var matches = await Database.ColumnAsync<bool>("SELECT text ~ $1 FROM unnest($2) WITH ORDINALITY texts (text, i) ORDER BY i", term.Pattern, texts);
            var candidates = await Database.ColumnAsync<bool>("SELECT text LIKE ANY ($1) FROM unnest($2) WITH ORDINALITY texts (text, i) ORDER BY i", term.OneOf, texts);

            foreach (var (text, isMatch, isCandidate) in texts.Zip(matches, candidates))
            {
                (isMatch && !isCandidate).ShouldBeFalse($"'{word}' in '{text}', seed {Seed}");
                isMatch.ShouldBe(Finds(word, text), $"'{word}' in '{text}', seed {Seed}");
                _ = isMatch ? found++ : missed++;
            }
        }
        Math.Min(found, missed).ShouldBeGreaterThan(Words * TextsOfEach / 10);
    }

    [Theory]
    [InlineData("50%", "50% of", "500")]
    [InlineData("a_b", "x a_b", "a-b")]
    [InlineData("c:\\x", "in c:\\x", "c:x")]
    [InlineData("(a|b)*", "so (a|b)*", "aab")]
    public async Task Signs_mean_themselves(string word, string found, string missed)
    {
        var term = SearchTerms.Parse(word)!.All.ShouldHaveSingleItem();
        foreach (var condition in (string[])["text ~ $1", "text LIKE ANY ($2)"])
            (await Database.ColumnAsync<string>($"SELECT text FROM unnest($3) texts (text) WHERE $1 IS NOT NULL AND $2 IS NOT NULL AND {condition}", term.Pattern, term.OneOf, (string[])[found, missed]))
                .ShouldBe([found], condition);
    }

    static bool Finds(string word, string text) =>
        text.Contains(word, StringComparison.Ordinal) || text.Split(' ').Any(other => Distance(word, other) <= 1);

    /// <summary>Letters changed, missing, too many, or two neighbours swapped: the restricted edit distance (optimal string alignment).</summary>
    static int Distance(string a, string b)
    {
        var d = new int[a.Length + 1, b.Length + 1];
        for (var i = 0; i <= a.Length; i++)
            for (var j = 0; j <= b.Length; j++)
                d[i, j] = i == 0 ? j : j == 0 ? i : Least(i, j);
        return d[a.Length, b.Length];

        int Least(int i, int j)
        {
            var least = Math.Min(Math.Min(d[i - 1, j], d[i, j - 1]) + 1, d[i - 1, j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1));
            return i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] ? Math.Min(least, d[i - 2, j - 2] + 1) : least;
        }
    }

    /// <summary>Another word, and the word with up to two letters changed, put in, left out or swapped.</summary>
    static string TextNear(string word, Random random)
    {
        var near = word;
        for (var edits = random.Next(3); edits > 0; edits--) near = Edited(near, random);
        return $"{WordOf(random, random.Next(1, 9))} {near}";
    }

    static string Edited(string word, Random random)
    {
        var at = random.Next(word.Length);
        return random.Next(4) switch
        {
            0 => word.Insert(random.Next(word.Length + 1), WordOf(random, 1)),
            1 => word.Remove(at, 1),
            2 when at > 0 => word.Remove(at, 1).Insert(at - 1, word[at..(at + 1)]),
            _ => word.Remove(at, 1).Insert(at, WordOf(random, 1)),
        };
    }

    static string WordOf(Random random, int length) => string.Concat(Enumerable.Range(0, length).Select(_ => Letters[random.Next(Letters.Length)]));
}

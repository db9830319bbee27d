using System.Globalization;
using System.Text;
using Consilium.Platform.Text;

namespace Consilium.Tests.Platform.Search;

/// <summary>How the database folds text for the search: what reads alike is alike, and what does not stays apart.</summary>
public sealed class SearchFormTests : DatabaseTest
{
    const int Seed = 20261208;

    /// <summary>A plain model of the folding: letters of a plain word, and what else they may look like.</summary>
    static readonly Dictionary<string, string> Disguises = new(StringComparer.Ordinal)
    {
        ["a"] = "A|ä|Å|á|ą|ａ|𝐚|ª|a\u0323\u0302|Ⓐ", ["c"] = "Ç|č|C\u0301|ｃ", ["d"] = "đ|Đ|ð|Ď", ["e"] = "É|ě|Ę|E\u0308|ə|ｅ", ["g"] = "ğ|Ǥ|ɠ",
        ["h"] = "ħ|Ħ|ℎ", ["i"] = "I|İ|ı|ï|í|ⅰ", ["k"] = "K|\u212A|ķ", ["l"] = "ł|Ł|ľ", ["n"] = "Ñ|ň|ŋ|ⁿ", ["o"] = "ø|Ø|ö|ő|ơ|º|O\u0301", ["s"] = "ſ|Š|ş|ș",
        ["t"] = "ŧ|ț|Ť", ["u"] = "Ü|ů|ư|U\u0308", ["ss"] = "ß|ẞ", ["ae"] = "æ|Ǽ", ["oe"] = "œ|Œ", ["th"] = "þ|Þ", ["fi"] = "ﬁ|Fi", ["ff"] = "ﬀ", ["st"] = "ﬅ|ﬆ",
        ["5"] = "٥|۵|५|５|𝟓|⑤|⁵", ["0"] = "٠|۰|०|０", ["'"] = "’|‘|ʼ|´|′|＇", ["\""] = "“|”|„|«|»|＂", ["-"] = "\u2010|\u2011|–|—|−|－", [" "] = "\u00A0|\u202F|\u3000|\u2009",
        ["σ"] = "ς|Σ|ϲ", ["ο"] = "ό|Ό|ὄ|Ο", ["δ"] = "Δ", ["е"] = "ё|Ё|Е|е\u0308", ["ا"] = "أ|إ|آ|ٱ|ﺍ", ["ي"] = "ى|ی|ﻱ", ["ه"] = "ة|ہ|ﻪ", ["ك"] = "ک|ﻙ", ["ש"] = "שׁ|שּ|שׂ",
        ["カ"] = "ｶ", ["ガ"] = "ｶﾞ|カ\u3099", ["ー"] = "ｰ", ["가"] = "\u1100\u1161",
    };

    static readonly string[] Nothing = ["\u00AD", "\u200B", "\u200C", "\u200D", "\u2060", "\uFEFF", "\uFE0F", "\u200E", "\u202E", "\u2066", "\u034F", "\U000E0041", "\u180E"];

    [Theory]
    [InlineData("Straße", "STRASSE")]
    [InlineData("Łódź", "lodz")]
    [InlineData("đau đầu", "Dau Dau")]
    [InlineData("Kran\u00ADken\u00ADhaus", "Krankenhaus")]
    [InlineData("Musk’s", "musk's")]
    [InlineData("COVID\u201119", "covid-19")]
    [InlineData("أحمد إبراهيم آمال ٱلله", "احمد ابراهيم امال الله")]
    [InlineData("على مدرسة", "علي مدرسه")]
    [InlineData("مُحَمَّد مـــحـــمـــد ﷴ", "محمد محمد محمد")]
    [InlineData("ﻣﺤﻤﺪ", "محمد")]
    [InlineData("شَلُون ٣٫٥٪", "شلون 3.5%")]
    [InlineData("کتاب یک", "كتاب يك")]
    [InlineData("ΟΔΌΣ", "οδός")]
    [InlineData("Ὀδυσσεύς", "οδυσσευς")]
    [InlineData("שָׁלוֹם־עוֹלָם", "שלום-עולם")]
    [InlineData("Ёж и ещё", "еж и еще")]
    [InlineData("İSTANBUL ISPARTA", "istanbul ısparta")]
    [InlineData("Ærø, Þór, œuvre, Guðrún, Maħmud, ŋaa", "aero, thor, oeuvre, gudrun, mahmud, naa")]
    [InlineData("ﬁne oﬀer ﬆop", "fine offer stop")]
    [InlineData("ｶﾞｽ ＡＢＣ １２３", "ガス abc 123")]
    [InlineData("क़लम १२३", "कलम 123")]
    [InlineData("৪৫ ༣ 𞥐 𝟜", "45 3 0 4")]
    [InlineData("„Wort“ «mot» “word” 「語」", "\"wort\" \"mot\" \"word\" \"語\"")]
    [InlineData("wait… 1⁄2 5−3", "wait... 1/2 5-3")]
    [InlineData("می\u200Cخواهم", "ميخواهم")]
    [InlineData("❤\uFE0F 👩\u200D⚕\uFE0F", "❤ 👩⚕")]
    public async Task What_reads_alike_is_alike(string one, string other)
    {
        var folded = await FoldAsync([one, other]);
        folded[0].ShouldBe(folded[1]);
    }

    [Theory]
    [InlineData("чай", "чаи")] // letters of their own, whatever Unicode composes them of
    [InlineData("ї", "і")]
    [InlineData("ў", "у")]
    [InlineData("か", "が")]
    [InlineData("か", "カ")]
    [InlineData("กา", "ก")]
    [InlineData("का", "कि")]
    [InlineData("50%", "50")]
    [InlineData("a_b", "a b")]
    [InlineData("👍🏽", "👍")]
    public async Task What_reads_differently_stays_apart(string one, string other)
    {
        var folded = await FoldAsync([one, other]);
        folded[0].ShouldNotBe(folded[1]);
    }

    [Fact]
    public async Task A_disguised_word_folds_to_the_plain_one()
    {
        var random = new Random(Seed);
        var parts = Disguises.Keys.ToArray();
        var plain = Enumerable.Range(0, 2000).Select(_ => Enumerable.Range(0, random.Next(1, 8)).Select(_ => parts[random.Next(parts.Length)]).ToArray()).ToArray();

        var folded = await FoldAsync([.. plain.Select(word => string.Concat(word.Select(part => Disguised(part, random))))]);

        for (var i = 0; i < plain.Length; i++) folded[i].ShouldBe(string.Concat(plain[i]), $"word {i}, seed {Seed}");
    }

    [Fact]
    public async Task Case_does_not_matter_in_any_script()
    {
        var letters = Runes().Where(rune => Rune.ToUpperInvariant(rune) != Rune.ToLowerInvariant(rune) && rune.Value != 0x345).ToList(); // the iota below is a mark
        letters.Count.ShouldBeGreaterThan(2500);
        var (upper, lower) = (await FoldAsync([.. letters.Select(l => $"{Rune.ToUpperInvariant(l)}")]), await FoldAsync([.. letters.Select(l => $"{Rune.ToLowerInvariant(l)}")]));
        for (var i = 0; i < letters.Count; i++) upper[i].ShouldBe(lower[i], $"U+{letters[i].Value:X4}");
    }

    [Fact]
    public async Task Every_digit_of_every_script_is_one_of_ten()
    {
        var digits = Runes().Where(rune => Rune.GetUnicodeCategory(rune) == UnicodeCategory.DecimalDigitNumber).ToList();
        digits.Count.ShouldBeGreaterThan(600);
        var folded = await FoldAsync([.. digits.Select(digit => $"{digit}")]);
        for (var i = 0; i < digits.Count; i++) folded[i].ShouldBe($"{CharUnicodeInfo.GetDecimalDigitValue($"{digits[i]}", 0)}", $"U+{digits[i].Value:X4}");
    }

    [Fact]
    public async Task Nothing_that_is_invisible_is_left()
    {
        var invisible = Runes().Where(rune => rune.Value is > 0x9F && InvisibleCharacters.IsInvisible(rune)).ToList();
        invisible.Count.ShouldBeGreaterThan(4000);
        var folded = await FoldAsync([.. invisible.Select(rune => $"xé{rune}x")]);
        for (var i = 0; i < invisible.Count; i++) folded[i].ShouldBe("xex", $"U+{invisible[i].Value:X4}");
    }

    [Fact]
    public async Task Every_white_space_is_a_space_or_a_break()
    {
        var spaces = Runes().Where(rune => Rune.IsWhiteSpace(rune) || rune.Value == 0x2800).ToList();
        var folded = await FoldAsync([.. spaces.Select(space => $"é{space}x")]);
        folded.ShouldAllBe(text => text.Length == 3 && (text[1] == ' ' || (text[1] >= '\t' && text[1] <= '\r')));
    }

    /// <summary>Over every character that may come apart, change or go, by itself and behind letters that take marks.</summary>
    [Fact]
    public async Task Folding_twice_is_folding_once_and_composed_is_decomposed()
    {
        (await Database.ColumnAsync<string>("""
            SELECT p || ' ' || to_hex(n) FROM generate_series(1, x'E0FFF'::integer) n CROSS JOIN unnest(ARRAY['', 'и', 'a', 'ا', 'カ']) p
            CROSS JOIN LATERAL (SELECT p || chr(n) AS x, platform.search_form(p || chr(n)) AS folded) f
            WHERE (n < x'3400'::integer OR (p = '' AND (n BETWEEN x'A000'::integer AND x'ABFF'::integer OR n BETWEEN x'F900'::integer AND x'1FFFF'::integer
                OR n BETWEEN x'2F800'::integer AND x'2FA1F'::integer OR n > x'E0000'::integer)))
              AND (platform.search_form(folded) <> folded OR platform.search_form(normalize(x, NFC)) <> folded OR platform.search_form(normalize(x, NFD)) <> folded)
            """)).ShouldBeEmpty();
    }

    Task<List<string>> FoldAsync(string[] texts) =>
        Database.ColumnAsync<string>("SELECT platform.search_form(text) FROM unnest($1) WITH ORDINALITY texts (text, i) ORDER BY i", [texts]);

    static IEnumerable<Rune> Runes() => Enumerable.Range(1, 0x10FFFF).Where(Rune.IsValid).Select(value => new Rune(value));

    static string Disguised(string part, Random random)
    {
        var looks = Disguises[part].Split('|');
        var look = random.Next(3) == 0 ? part : looks[random.Next(looks.Length)];
        return random.Next(4) == 0 ? look + Nothing[random.Next(Nothing.Length)] : look;
    }
}

using System.Security.Cryptography;
using System.Text;
using Consilium.Platform.Text;

namespace Consilium.Tests.Platform.Text;

/// <summary>Beside PostgreSQL's own normalisation, which has another maker.</summary>
public sealed class CanonicalTextTests : DatabaseTest
{
    [Fact]
    public async Task It_is_what_PostgreSQL_makes_of_it()
    {
        (int From, int To)[] blocks =
        [
            (0x20, 0x250), (0x300, 0x36F), (0x370, 0x3FF), (0x400, 0x45F), (0x5D0, 0x5EA), (0x620, 0x655), (0x928, 0x95F), (0x9C7, 0x9DF),
            (0xB47, 0xB5D), (0xDD9, 0xDDE), (0xF40, 0xF84), (0x1025, 0x102E), (0x1100, 0x1112), (0x1161, 0x1175), (0x11A8, 0x11C2), (0x1B05, 0x1B43),
            (0x1DC0, 0x1DC9), (0x1E00, 0x1FFE), (0x2126, 0x212B), (0x219A, 0x22ED), (0x304B, 0x309A), (0xAC00, 0xD7A3), (0xF900, 0xFAD9),
            (0xFB1D, 0xFB4E), (0x11099, 0x110BA), (0x1D15E, 0x1D164), (0x2F800, 0x2FA1D),
        ];
        var points = blocks.SelectMany(block => Enumerable.Range(block.From, block.To - block.From + 1)).Where(point => point != 0xFFFE).ToArray();
        var single = points.Select(point => new Rune(point).ToString());
        var marks = points.Where(point => point is (>= 0x300 and <= 0x345) or 0x93C or (>= 0x1161 and <= 0x11C2) or 0x3099 or 0x110BA).ToArray();
        var mixed = Enumerable.Range(0, 20_000).Select(_ => string.Concat(Enumerable.Range(0, RandomNumberGenerator.GetInt32(2, 7))
            .Select(i => new Rune(i == 0 ? Any(points) : RandomNumberGenerator.GetInt32(3) == 0 ? Any(points) : Any(marks)).ToString())));
        string[] texts = [.. single, .. mixed];

        var composed = await Database.ColumnAsync<string>(
            "SELECT normalize(text, NFC) FROM unnest($1::text[]) WITH ORDINALITY AS given (text, place) ORDER BY place", [texts]);

        for (var i = 0; i < texts.Length; i++)
            CanonicalText.Of(texts[i]).ShouldBe(composed[i], string.Join(' ', texts[i].EnumerateRunes().Select(rune => $"{rune.Value:X4}")));
    }

    [Fact]
    public void Half_a_character_is_none() => CanonicalText.Of("e\u0301\ud800").ShouldBe("\u00e9\ufffd");

    static int Any(int[] points) => points[RandomNumberGenerator.GetInt32(points.Length)];
}

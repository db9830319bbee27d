using System.Text;
using Consilium.Platform.Text;

namespace Consilium.Tests.Platform.Text;

/// <summary>Nothing visible is nothing, and nothing visible is lost.</summary>
public sealed class VisibleTextTests
{
    [Theory]
    [InlineData("")]
    [InlineData(" \t\r\n\u00a0\u2003\u3000\u0085\u2028\u1680")]
    [InlineData("\u200b")]
    [InlineData("\u00ad\u2060\ufeff\u180e\u034f\u061c")]
    [InlineData("\u200c\u200d\u200e\u200f\u202a\u202e\u2066\u2069")]
    [InlineData("\u3164\u115f\u1160\uffa0\u17b4")]
    [InlineData("\ufe0f\ufe0e\u180b\U000e0100\U000e0041\U000e007f")]
    [InlineData("\u2800 \u2800")]
    [InlineData("\U0001d159\U0001d173")]
    [InlineData("\u0001\u001b\u007f")]
    [InlineData("\u0301 \u20e3\u200b")] // marks with nothing to stand on
    public void What_nobody_sees_is_blank(string text)
    {
        VisibleText.IsBlank(text).ShouldBeTrue();
        text.Trimmed().ShouldBe("");
        text.TrimmedOrNull().ShouldBeNull();
    }

    [Fact]
    public void Null_is_blank()
    {
        VisibleText.IsBlank(null).ShouldBeTrue();
        ((string?)null).TrimmedOrNull().ShouldBeNull();
    }

    [Theory]
    [InlineData("a", "a")]
    [InlineData(" \u200b Hello,  you \u2060\u00a0\ufeff", "Hello,  you")]
    [InlineData("\u00adKran\u00adken\u00adhaus\u00ad", "Kran\u00adken\u00adhaus")]
    [InlineData("a\u200bb", "a\u200bb")]
    [InlineData("❤\ufe0f", "❤\ufe0f")]
    [InlineData(" 👩\u200d⚕\ufe0f \u200b", "👩\u200d⚕\ufe0f")]
    [InlineData("🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f ", "🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f")]
    [InlineData(" ه\u200d ", "ه\u200d")]
    [InlineData(" \u200fשלום! ", "\u200fשלום!")]
    [InlineData("\u2067abc\u2069\n", "\u2067abc\u2069")]
    [InlineData("abc\u202e", "abc")] // turns nothing that is there
    [InlineData("e\u0301 ", "e\u0301")]
    [InlineData("\u2800⠓⠊\u2800", "⠓⠊")]
    [InlineData("👍🏽", "👍🏽")]
    [InlineData("-", "-")]
    [InlineData("\ue000", "\ue000")]
    public void What_is_nothing_at_the_ends_goes_and_what_is_seen_stays(string text, string trimmed)
    {
        VisibleText.IsBlank(text).ShouldBeFalse();
        text.Trimmed().ShouldBe(trimmed);
        trimmed.Trimmed().ShouldBe(trimmed);
        text.TrimmedOrNull().ShouldBe(trimmed);
    }

    [Fact]
    public void Nothing_between_the_ends_is_touched_and_trimming_twice_is_trimming_once()
    {
        const int seed = 20261208;
        var random = new Random(seed);
        string[] parts = ["a", "é", "語", "😀", " ", "\n", "\u200b", "\u200d", "\ufe0f", "\u00ad", "\u202e", "\u2069", "\u0301", "\u2800", "\U000e0067"];
        for (var i = 0; i < 5000; i++)
        {
            var text = string.Concat(Enumerable.Range(0, random.Next(9)).Select(_ => parts[random.Next(parts.Length)]));
            var trimmed = text.Trimmed();
            text.ShouldContain(trimmed, Case.Sensitive, $"seed {seed}");
            trimmed.Trimmed().ShouldBe(trimmed, $"seed {seed}");
            Seen(trimmed).ShouldBe(VisibleText.IsBlank(text) ? "" : Seen(text), $"seed {seed}");
        }
    }

    static string Seen(string text) =>
        string.Concat(text.EnumerateRunes().Where(rune => !Rune.IsWhiteSpace(rune) && rune.Value != 0x2800 && InvisibleCharacters.RemoveAll($"{rune}").Length > 0));
}

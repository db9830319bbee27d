using Consilium.Platform.Text;

namespace Consilium.Tests.Platform.Text;

/// <summary>What nobody sees does not reach a model; what people need in order to read reaches people.</summary>
public sealed class InvisibleCharactersTests
{
    [Theory]
    [InlineData("Befund: Größe 5 µm, 37,5 °C – „gut“")]
    [InlineData("診断書 рентген صورة תמונה รูปภาพ")]
    [InlineData("😀 👍🏽 ½ \ue000")]
    [InlineData("a\tb\nc")]
    [InlineData("\u0600\u06dd\u070f")] // signs that are seen, although Unicode calls them format characters
    [InlineData("non\u00a0breaking\u2003wide\u3000spaces")]
    public void What_people_see_stays(string text)
    {
        InvisibleCharacters.RemoveAll(text).ShouldBe(text);
        InvisibleCharacters.RemoveMisleading(text).ShouldBe(text);
    }

    [Theory]
    [InlineData("a\U000E0049\U000E0067\U000E006E\U000E006F\U000E0072\U000E0065\U000E007F")] // "Ignore" in tags
    [InlineData("a\U000E0001")]
    [InlineData("a\u200b\u2060\ufeff\u00ad\u180e")]
    [InlineData("\u202aa\u202b\u202d\u202e\u202c")]
    [InlineData("\u2066a\u2067\u2068\u2069")]
    [InlineData("a\0\u0001\b\u001b\u007f\u009b")]
    [InlineData("a\u3164\u115f\u1160\uffa0")]
    [InlineData("a\ufff9\ufffa\ufffb\u2061\u2064\u206a")]
    [InlineData("a\U000E0100\U000E01EF")]
    public void Hidden_words_and_controls_go_for_everybody(string text)
    {
        InvisibleCharacters.RemoveAll(text).ShouldBe("a");
        InvisibleCharacters.RemoveMisleading(text).ShouldBe("a");
    }

    [Theory]
    [InlineData("می\u200cخواهم", "میخواهم")]
    [InlineData("ක්\u200dෂ", "ක්ෂ")]
    [InlineData("👩\u200d⚕\ufe0f", "👩⚕")]
    [InlineData("\u200eabc\u200f\u061c", "abc")]
    [InlineData("a\u034f\u180b", "a")]
    public void Joiners_selectors_and_marks_stay_for_people_and_go_for_machines(string text, string forMachines)
    {
        InvisibleCharacters.RemoveAll(text).ShouldBe(forMachines);
        InvisibleCharacters.RemoveMisleading(text).ShouldBe(text);
    }

    [Fact]
    public void Every_kind_of_line_break_is_one()
    {
        InvisibleCharacters.RemoveAll("a\r\nb\rc\u0085d\u2028e\u2029f\vg\fh\n\r\ni").ShouldBe("a\nb\nc\nd\ne\nf\ng\nh\n\ni");
    }

    // Not in the data of a theory: half a pair does not survive its way there.
    [Fact]
    public void Half_a_surrogate_pair_is_marked() => InvisibleCharacters.RemoveAll("a\ud83d").ShouldBe("a\ufffd");

    [Fact]
    public void No_format_or_control_character_of_Unicode_passes_but_those_that_are_seen()
    {
        var passing = Enumerable.Range(0, 0x110000).Where(c => c is < 0xD800 or > 0xDFFF)
            .Select(c => new System.Text.Rune(c))
            .Where(r => System.Text.Rune.GetUnicodeCategory(r) is System.Globalization.UnicodeCategory.Format or System.Globalization.UnicodeCategory.Control)
            .Where(r => InvisibleCharacters.RemoveAll($"é{r}").Contains(r.ToString(), StringComparison.Ordinal))
            .Select(r => r.Value);
        passing.ShouldBe([0x09, 0x0A, 0x0600, 0x0601, 0x0602, 0x0603, 0x0604, 0x0605, 0x06DD, 0x070F, 0x0890, 0x0891, 0x08E2, 0x110BD, 0x110CD]);
    }
}

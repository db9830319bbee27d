using Consilium.Platform.Text;

namespace Consilium.Tests.Platform.Text;

public sealed class DomainNameTests
{
    [Theory]
    [InlineData("Example.COM", "example.com")]
    [InlineData("m\u00fcnchen.de", "xn--mnchen-3ya.de")]
    [InlineData("mu\u0308nchen.de", "xn--mnchen-3ya.de")]
    [InlineData("M\u00dcNCHEN.de", "xn--mnchen-3ya.de")]
    [InlineData("Xn--MNCHEN-3ya.de", "xn--mnchen-3ya.de")]
    [InlineData("stra\u00dfe.de", "xn--strae-oqa.de")]
    [InlineData("STRA\u1e9eE.de", "xn--strae-oqa.de")]
    [InlineData("\u03b2\u03cc\u03bb\u03bf\u03c2.com", "xn--nxasmm1c.com")]
    [InlineData("\uff45xample\uff0ecom", "example.com")]
    [InlineData("\u212aelvin.com", "kelvin.com")]
    [InlineData("\u0130stanbul.com", "xn--istanbul-o0e.com")]
    [InlineData("\u2167.de", "viii.de")]
    [InlineData("\ufb01.de", "fi.de")]
    [InlineData("ex\u00adam\u200bple.com", "example.com")]
    [InlineData("\u0646\u0627\u0645\u0647\u200c\u0627\u06cc.com", "xn--mgba3gch31f060k.com")]
    [InlineData("r3---sn.example.com", "r3---sn.example.com")]
    [InlineData("1.2.example", "1.2.example")]
    public void Every_spelling_of_a_domain_is_one_name(string name, string ascii)
    {
        DomainName.ToAscii(name).ShouldBe(ascii);
        DomainName.ToAscii(ascii).ShouldBe(ascii);
    }

    [Theory]
    [InlineData("")]
    [InlineData("localhost")]
    [InlineData(".example.com")]
    [InlineData("example.com.")]
    [InlineData("example..com")]
    [InlineData("exa mple.com")]
    [InlineData("exa_mple.com")]
    [InlineData("-a.com")]
    [InlineData("a-.com")]
    [InlineData("a/b.com")]
    [InlineData("xn--.com")]
    [InlineData("xn--a.com")]
    [InlineData("xn--abc.com")]
    [InlineData("xn--example-.com")]
    [InlineData("xn--Mnchen-psa.de")] // an M\u00fcnchen that nobody can register
    [InlineData("\u0301a.com")]
    [InlineData("a\u200db.com")]
    [InlineData("a\u2260b.com\ufffd")]
    [InlineData("a\ud800b.com")]
    public void Anything_else_is_none(string name) => DomainName.ToAscii(name).ShouldBeNull();

    [Fact]
    public void Lengths_have_their_limits()
    {
        DomainName.ToAscii($"{new string('a', 63)}.de").ShouldNotBeNull();
        DomainName.ToAscii($"{new string('a', 64)}.de").ShouldBeNull();
        DomainName.ToAscii($"{new string('\u00fc', 60)}.de").ShouldBeNull();
        DomainName.ToAscii(string.Join('.', Enumerable.Repeat(new string('a', 63), 4))[..253]).ShouldNotBeNull();
        DomainName.ToAscii(string.Join('.', Enumerable.Repeat(new string('a', 63), 4))).ShouldBeNull();
    }
}

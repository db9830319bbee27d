using System.Net;
using Consilium.Platform.Outbound;

namespace Consilium.Tests.Platform.Outbound;

public sealed class OutboundUrlTests
{
    static readonly OutboundRules Rules = new();

    [Theory]
    [InlineData("https://example.com", "https://example.com/")]
    [InlineData("https://example.com:443/a/b?c=d", "https://example.com/a/b?c=d")]
    [InlineData("HTTPS://EXAMPLE.com/Path", "https://example.com/Path")]
    [InlineData("https://files.a-b.example.com/report%20(1).pdf", "https://files.a-b.example.com/report%20(1).pdf")]
    [InlineData("https://bucket_name.example.com/x", "https://bucket_name.example.com/x")]
    [InlineData("https://xn--mnchen-3ya.example/", "https://xn--mnchen-3ya.example/")]
    [InlineData("https://example.com/ü/片?q=ä", "https://example.com/%C3%BC/%E7%89%87?q=%C3%A4")]
    [InlineData("https://example.com/a@b:c", "https://example.com/a@b:c")]
    [InlineData("https://1.1.1.1/", "https://1.1.1.1/")]
    [InlineData("https://[2606:4700:4700::1111]/", "https://[2606:4700:4700::1111]/")]
    [InlineData("https://[2606:4700:4700:0:0:0:0:1111]/", "https://[2606:4700:4700::1111]/")]
    [InlineData("https://127.0.0.1.example.com/", "https://127.0.0.1.example.com/")]
    public void Fetched(string text, string url) => OutboundUrl.Parse(text, Rules).AbsoluteUri.ShouldBe(url);

    [Theory]
    [InlineData("http://example.com/", "not_allowed", "Only https")]
    [InlineData("https://example.com:8443/", "not_allowed", "port")]
    [InlineData("https://localhost/", "not_allowed", "public internet")]
    [InlineData("https://10.0.0.1/", "not_allowed", "public internet")]
    [InlineData("https://[::1]/", "not_allowed", "public internet")]
    [InlineData("https://user@example.com/", "bad_url", "without user name")]
    [InlineData("https://example.com./", "bad_url", "no name")]
    [InlineData("https://2130706433/", "bad_url", "looks like a number")]
    [InlineData("https://exam ple.com/", "bad_url", "spaces")]
    [InlineData("ftp://example.com/", "bad_url", "https://host/path")]
    [InlineData("https://münchen.example/", "bad_url", "https://host/path")]
    public void Refused_with_the_reason(string text, string code, string words)
    {
        var refused = Should.Throw<OutboundRefusedException>(() => OutboundUrl.Parse(text, Rules));
        refused.Code.ShouldBe(code);
        refused.Message.ShouldContain(words);
    }

    [Fact]
    public void Refused_when_too_long()
    {
        OutboundUrl.Parse(Long(2048), Rules).AbsoluteUri.Length.ShouldBe(2048);
        var (label, host) = (new string('a', 64), string.Join('.', Enumerable.Repeat("abcdefghi", 26)));
        foreach (var text in new[] { Long(2049), $"https://{label}.example/", $"https://{host}/" })
            Should.Throw<OutboundRefusedException>(() => OutboundUrl.Parse(text, Rules)).Code.ShouldBe("bad_url");

        static string Long(int length) => "https://example.com/".PadRight(length, 'x');
    }

    [Fact]
    public void What_the_operator_trusts_is_fetched()
    {
        var rules = new OutboundRules { AllowHttp = true, AllowNetworks = [IPNetwork.Parse("10.1.0.0/16")], AllowPorts = [8080] };
        OutboundUrl.Parse("http://10.1.2.3:8080/x", rules).Port.ShouldBe(8080);
        OutboundUrl.Parse("https://10.1.2.3:8080/x", rules).Port.ShouldBe(8080);
        OutboundUrl.Parse("http://10.1.2.3/x", rules).Port.ShouldBe(80);
        Should.Throw<OutboundRefusedException>(() => OutboundUrl.Parse("http://10.2.2.3/x", rules));
        Should.Throw<OutboundRefusedException>(() => OutboundUrl.Parse("http://10.1.2.3:443/x", rules));
    }
}

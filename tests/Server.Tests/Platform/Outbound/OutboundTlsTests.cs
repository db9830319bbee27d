using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Consilium.Platform.Outbound;

namespace Consilium.Tests.Platform.Outbound;

public sealed class OutboundTlsTests : IDisposable
{
    const string Hello = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello";

    readonly Victim victim = new();

    public void Dispose() => victim.Dispose();

    [Fact]
    public async Task A_certificate_must_be_for_the_name_that_was_asked_for()
    {
        using var root = Authority("Test root", issuer: null);
        using var leaf = Leaf("public.example", root);
        await using var outside = new Outside((_, stream, _) => Outside.SendAsync(stream, Hello), certificate: leaf);
        outside.Names.With("other.example", "127.0.0.2");
        using var client = new HttpClient(Trusting(root, outside));

        (await client.GetStringAsync($"https://public.example:{outside.Server.Port}/")).ShouldBe("hello");
        foreach (var host in new[] { "other.example", "127.0.0.2" })
            (await Should.ThrowAsync<HttpRequestException>(() => client.GetStringAsync($"https://{host}:{outside.Server.Port}/")))
                .InnerException.ShouldBeOfType<AuthenticationException>();
        outside.Server.Heads.Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_certificate_that_nobody_vouches_for_is_refused()
    {
        using var root = Authority("Test root", issuer: null);
        using var leaf = Leaf("public.example", root);
        await using var outside = new Outside((_, stream, _) => Outside.SendAsync(stream, Hello), certificate: leaf);
        (await RefusalAsync(outside)).ShouldBe(OutboundFailure.Certificate);
        outside.Server.Heads.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_server_that_speaks_no_TLS_is_refused()
    {
        await using var outside = new Outside(Hello);
        (await RefusalAsync(outside)).ShouldBe(OutboundFailure.Certificate);
    }

    [Fact]
    public async Task A_certificate_cannot_have_this_server_fetch_what_it_names()
    {
        using var root = Authority("Test root", issuer: null);
        using var between = Authority("Test authority between", root);
        var inside = $"http://127.0.0.1:{victim.Port}";
        using var leaf = Leaf("public.example", between,
            new X509AuthorityInformationAccessExtension([$"{inside}/ocsp"], [$"{inside}/issuer.cer"]),
            CertificateRevocationListBuilder.BuildCrlDistributionPointExtension([$"{inside}/crl"]));
        await using var outside = new Outside((_, stream, _) => Outside.SendAsync(stream, Hello), certificate: leaf);

        (await RefusalAsync(outside)).ShouldBe(OutboundFailure.Certificate);
        (await victim.ConnectionsAsync()).ShouldBe(0);
    }

    [Fact]
    public async Task A_redirect_from_https_to_http_is_refused()
    {
        using var root = Authority("Test root", issuer: null);
        using var leaf = Leaf("public.example", root);
        await using var plain = new Outside(Hello);
        await using var outside = new Outside(
            (_, stream, _) => Outside.SendAsync(stream, $"HTTP/1.1 302 On\r\nLocation: {plain.Url("/")}\r\nContent-Length: 0\r\n\r\n"),
            alsoAllowed: plain.Server.Port, certificate: leaf);
        using var http = new OutboundHttp(outside.Rules, Trusting(root, outside), outside.Clock);

        var url = $"https://public.example:{outside.Server.Port}/";
        var refused = await Should.ThrowAsync<OutboundRefusedException>(() => http.GetAsync(url, new(10, TimeSpan.FromMinutes(1)), default));
        refused.Failure.ShouldBe(OutboundFailure.Redirect);
        refused.Message.ShouldContain("https to http");
        outside.Server.Heads.Count.ShouldBe(1);
        plain.Server.Heads.ShouldBeEmpty();
    }

    static SocketsHttpHandler Trusting(X509Certificate2 root, Outside outside)
    {
        var handler = new OutboundConnections(outside.Rules, outside.Names).Handler();
        handler.SslOptions.CertificateChainPolicy!.TrustMode = X509ChainTrustMode.CustomRootTrust;
        handler.SslOptions.CertificateChainPolicy.CustomTrustStore.Add(root);
        return handler;
    }

    static async Task<OutboundFailure> RefusalAsync(Outside outside) => (await Should.ThrowAsync<OutboundRefusedException>(() =>
        outside.Http.GetAsync($"https://public.example:{outside.Server.Port}/", new(10, TimeSpan.FromMinutes(1)), default))).Failure;

    static X509Certificate2 Authority(string name, X509Certificate2? issuer)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        return Issue(request, key, issuer);
    }

    static X509Certificate2 Leaf(string host, X509Certificate2 issuer, params X509Extension[] extensions)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(host);
        var request = new CertificateRequest("CN=a server", key, HashAlgorithmName.SHA256) { CertificateExtensions = { names.Build() } };
        foreach (var extension in extensions) request.CertificateExtensions.Add(extension);
        return Issue(request, key, issuer);
    }

    static X509Certificate2 Issue(CertificateRequest request, ECDsa key, X509Certificate2? issuer)
    {
        var (from, to) = (TimeProvider.System.GetUtcNow().AddHours(-1), TimeProvider.System.GetUtcNow().AddDays(1));
        if (issuer is null) return request.CreateSelfSigned(from, to);
        var number = RandomNumberGenerator.GetBytes(16);
        using var issued = request.Create(issuer, new DateTimeOffset(issuer.NotBefore), new DateTimeOffset(issuer.NotAfter), number);
        return issued.CopyWithPrivateKey(key);
    }
}

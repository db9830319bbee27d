using System.Net;
using Consilium.Platform.Outbound;

namespace Consilium.Tests.Platform.Outbound;

/// <summary>The real client against every hostile URL, with listeners inside that must not see one connection.</summary>
public sealed class HostileUrlTests : IDisposable
{
    static readonly OutboundLimits Limits = new(1_000_000, TimeSpan.FromSeconds(20));
    static readonly OutboundFailure[] Refusals =
        [OutboundFailure.BadUrl, OutboundFailure.NotAllowed, OutboundFailure.Redirect, OutboundFailure.Status];

    readonly Victim victim = new();

    public void Dispose() => victim.Dispose();

    [Fact]
    public async Task No_hostile_url_reaches_anything_inside()
    {
        var urls = HostileUrls.Direct(victim.Port);
        urls.Count.ShouldBeGreaterThan(250);
        using var http = new OutboundHttp(Rules(), HostileUrls.Resolver(), TimeProvider.System);

        (await NotRefusedAsync(http, urls)).ShouldBeEmpty();
        (await victim.ConnectionsAsync()).ShouldBe(0);
    }

    [Fact]
    public async Task No_redirect_leads_inside()
    {
        var redirects = HostileUrls.Redirects(victim.Port);
        redirects.Count.ShouldBeGreaterThan(70);
        await using var server = Redirecting(redirects);
        using var http = new OutboundHttp(Rules(server.Port), HostileUrls.Resolver(), TimeProvider.System);

        (await NotRefusedAsync(http, RedirectUrls(server, redirects.Count))).ShouldBeEmpty();
        server.Heads.Count.ShouldBe(redirects.Count, "each of them was asked for, and nothing twice");
        (await victim.ConnectionsAsync()).ShouldBe(0);
    }

    [Fact]
    public async Task The_listeners_would_see_them_without_the_judgement()
    {
        var redirects = HostileUrls.Redirects(victim.Port);
        await using var server = Redirecting(redirects);
        var open = Rules(server.Port) with
        {
            AllowNetworks = [.. new[] { "0.0.0.0/32", "127.0.0.0/8", "::/127", "::ffff:127.0.0.0/104" }.Select(network => IPNetwork.Parse(network))],
        };
        using var http = new OutboundHttp(open, HostileUrls.Resolver(), TimeProvider.System);

        // Where an address inside is carried by a public one, trusting the inner would have this test ask the real internet.
        var local = HostileUrls.Direct(victim.Port)
            .Where(url => !url.Contains("5efe", StringComparison.Ordinal) && !url.Contains("isatap", StringComparison.Ordinal));
        await NotRefusedAsync(http, [.. local, .. RedirectUrls(server, redirects.Count)]);
        (await victim.ConnectionsAsync()).ShouldBeGreaterThan(40);
    }

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("::1")]
    [InlineData("::ffff:127.0.0.1")]
    [InlineData("127.0.0.2 127.0.0.1")]
    public async Task A_name_that_changes_its_address_is_judged_at_each_connection(string later)
    {
        await using var server = new RawServer(Outside.Address, (_, stream, _) =>
            Outside.SendAsync(stream, "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok"));
        var names = new Names().With("rebinding.example", "127.0.0.2", later);
        using var http = new OutboundHttp(Rules(server.Port), names, TimeProvider.System);
        var url = $"http://rebinding.example:{server.Port}/";

        using (await http.GetAsync(url, Limits, default)) names.Asked.ShouldBe(1, "what was judged is what is connected to");
        (await NotRefusedAsync(http, [url, $"http://rebinding.example:{victim.Port}/"])).ShouldBeEmpty();
        (await victim.ConnectionsAsync()).ShouldBe(0);
        server.Heads.Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_name_that_changes_its_address_all_the_time_never_leads_inside()
    {
        // The public server and the victim at the same port, so that only the address tells them apart.
        var names = new Names().With("rebinding.example", [.. Enumerable.Range(0, 1000).Select(i => i % 2 == 0 ? "127.0.0.2" : "127.0.0.1")]);
        using var http = new OutboundHttp(Rules(), names, TimeProvider.System);

        await Parallel.ForAsync(0, 200, async (_, _) => await NotRefusedAsync(http, [$"http://rebinding.example:{victim.Port}/"]));
        names.Asked.ShouldBeGreaterThan(100);
        (await victim.ConnectionsAsync()).ShouldBe(0);
    }

    [Theory]
    [InlineData(301)]
    [InlineData(302)]
    [InlineData(303)]
    [InlineData(307)]
    [InlineData(308)]
    public async Task A_redirect_to_the_same_name_is_resolved_and_judged_again(int status)
    {
        await using var server = new RawServer(Outside.Address, (_, stream, _) =>
            Outside.SendAsync(stream, $"HTTP/1.1 {status} On\r\nConnection: close\r\nLocation: /again\r\nContent-Length: 0\r\n\r\n"));
        using var http = new OutboundHttp(Rules(server.Port), new Names().With("rebinding.example", "127.0.0.2", "127.0.0.1"), TimeProvider.System);

        (await RefusalAsync(http, $"http://rebinding.example:{server.Port}/")).ShouldBe(OutboundFailure.NotAllowed);
        server.Heads.Count.ShouldBe(1);
        (await victim.ConnectionsAsync()).ShouldBe(0);
    }

    [Fact]
    public async Task A_chain_of_redirects_is_judged_at_its_end_too()
    {
        await using var server = new RawServer(Outside.Address, (head, stream, _) =>
        {
            var next = head.StartsWith("GET /3 ", StringComparison.Ordinal) ? $"//127.0.0.1:{victim.Port}/" : $"/{head[5] + 1 - '0'}";
            return Outside.SendAsync(stream, $"HTTP/1.1 307 On\r\nLocation: {next}\r\nContent-Length: 0\r\n\r\n");
        });
        using var http = new OutboundHttp(Rules(server.Port), HostileUrls.Resolver(), TimeProvider.System);

        (await RefusalAsync(http, $"http://public.example:{server.Port}/1")).ShouldBe(OutboundFailure.NotAllowed);
        server.Heads.Count.ShouldBe(3);
        (await victim.ConnectionsAsync()).ShouldBe(0);
    }

    OutboundRules Rules(int serverPort = 1) =>
        new() { AllowHttp = true, AllowNetworks = [new(Outside.Address, 32)], AllowPorts = [serverPort, victim.Port] };

    RawServer Redirecting(IReadOnlyList<(int Status, string Headers)> redirects) => new(Outside.Address, (head, stream, _) =>
    {
        var (status, headers) = redirects[int.Parse(head.Split(' ')[1][1..])];
        return Outside.SendAsync(stream, $"HTTP/1.1 {status} On\r\n{HostileUrls.At(headers, victim.Port)}Content-Length: 0\r\n\r\n");
    });

    static IReadOnlyList<string> RedirectUrls(RawServer server, int count) =>
        [.. Enumerable.Range(0, count).Select(i => $"http://public.example:{server.Port}/{i}")];

    /// <summary>The URLs that were fetched, or failed for another reason than a refusal.</summary>
    static async Task<List<string>> NotRefusedAsync(OutboundHttp http, IEnumerable<string> urls)
    {
        var reached = new List<string>();
        foreach (var url in urls)
        {
            var refusal = await RefusalAsync(http, url);
            if (refusal is null || !Refusals.Contains(refusal.Value)) reached.Add($"{url} → {refusal?.ToString() ?? "fetched"}");
        }
        return reached;
    }

    static async Task<OutboundFailure?> RefusalAsync(OutboundHttp http, string url)
    {
        try
        {
            using var response = await http.GetAsync(url, Limits, default);
            return null;
        }
        catch (OutboundRefusedException refused)
        {
            refused.Message.ShouldNotContain("127.0");
            return refused.Failure;
        }
    }
}

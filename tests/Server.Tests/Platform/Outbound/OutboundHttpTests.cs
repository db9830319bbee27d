using System.Diagnostics;
using System.Net;
using System.Text;
using Consilium.Platform.Outbound;

namespace Consilium.Tests.Platform.Outbound;

public sealed class OutboundHttpTests
{
    const string Hello = "HTTP/1.1 200 OK\r\nContent-Type: Text/Plain; charset=utf-8\r\nSet-Cookie: a=b\r\nContent-Length: 5\r\n\r\nhello";

    [Fact]
    public async Task A_body_comes_with_its_type_and_length()
    {
        await using var outside = new Outside(Hello);
        using var response = await outside.GetAsync("/file");
        response.MediaType.ShouldBe("text/plain");
        response.Length.ShouldBe(5);
        (await new StreamReader(response.Body).ReadToEndAsync()).ShouldBe("hello");
    }

    [Fact]
    public async Task A_request_says_nothing_but_what_it_wants()
    {
        using var trace = new Activity("a request of ours").Start();
        await using var outside = new Outside(Hello);
        for (var i = 0; i < 2; i++) await outside.TextAsync("/a%20file?q=1#part");

        outside.Server.Heads.ShouldBe(Enumerable.Repeat(
            $"GET /a%20file?q=1 HTTP/1.1\r\nHost: public.example:{outside.Server.Port}\r\n" +
            "User-Agent: Consilium\r\nAccept-Encoding: identity\r\n\r\n", 2));
    }

    [Fact]
    public async Task A_body_is_handed_on_while_it_comes()
    {
        var halfRead = new TaskCompletionSource();
        await using var outside = new Outside(async (_, stream, stop) =>
        {
            await Outside.SendAsync(stream, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\none\r\n");
            await halfRead.Task.WaitAsync(stop);
            await Outside.SendAsync(stream, "3\r\ntwo\r\n0\r\n\r\n");
        });
        using var response = await outside.GetAsync("/");
        response.MediaType.ShouldBeNull();
        response.Length.ShouldBeNull();
        var buffer = new byte[3];
        await response.Body.ReadExactlyAsync(buffer);
        Encoding.ASCII.GetString(buffer).ShouldBe("one");
        halfRead.SetResult();
        (await new StreamReader(response.Body).ReadToEndAsync()).ShouldBe("two");
    }

    [Theory]
    [InlineData(301, "/end")]
    [InlineData(302, "end")]
    [InlineData(303, "?end")]
    [InlineData(307, "//other.example:P/end")]
    [InlineData(308, "http://other.example:P/end")]
    public async Task A_redirect_is_followed(int status, string location)
    {
        await using var outside = new Outside((head, stream, _) => Outside.SendAsync(stream, head.Contains("end", StringComparison.Ordinal)
            ? Hello
            : $"HTTP/1.1 {status} On\r\n"
                + $"Location: {location.Replace(":P", head.Split("example")[1].Split('\r')[0])}\r\nContent-Length: 4\r\n\r\nthis"));
        outside.Names.With("other.example", "127.0.0.2");
        (await outside.TextAsync("/")).ShouldBe("hello");
        outside.Server.Heads.Count.ShouldBe(2);
    }

    [Theory]
    [InlineData(3, true)]
    [InlineData(4, false)]
    public async Task Three_redirects_are_followed_and_not_a_fourth(int redirects, bool fetched)
    {
        await using var outside = new Outside((head, stream, _) => Outside.SendAsync(stream, head[5] - '0' is > 0 and var left
            ? $"HTTP/1.1 302 On\r\nLocation: /{left - 1}\r\nContent-Length: 0\r\n\r\n"
            : Hello));
        if (fetched) (await outside.TextAsync($"/{redirects}")).ShouldBe("hello");
        else (await outside.RefusedAsync($"/{redirects}", OutboundFailure.Redirect)).Message.ShouldContain("too often");
    }

    [Theory]
    [InlineData(204)]
    [InlineData(206)]
    [InlineData(403)]
    [InlineData(404)]
    [InlineData(410)]
    [InlineData(500)]
    public async Task Another_answer_than_200_is_no_file(int status)
    {
        await using var outside = new Outside($"HTTP/1.1 {status} So\r\nContent-Length: 0\r\n\r\n");
        (await outside.RefusedAsync("/", OutboundFailure.Status)).Status.ShouldBe(status);
    }

    [Theory]
    [InlineData("Content-Encoding: gzip")]
    [InlineData("Content-Encoding: identity, br")]
    [InlineData("Content-Encoding: identity\r\nContent-Encoding: deflate")]
    [InlineData("Transfer-Encoding: gzip, chunked")]
    public async Task A_compressed_body_is_refused(string header)
    {
        await using var outside = new Outside($"HTTP/1.1 200 OK\r\n{header}\r\nContent-Length: 5\r\n\r\nhello");
        await outside.RefusedAsync("/", OutboundFailure.Encoding);
    }

    [Theory]
    [InlineData("Content-Encoding: Identity\r\nContent-Length: 5\r\n\r\nhello")]
    [InlineData("Transfer-Encoding: Chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n")]
    public async Task A_body_as_it_is_may_say_so(string rest)
    {
        await using var outside = new Outside($"HTTP/1.1 200 OK\r\n{rest}");
        (await outside.TextAsync("/")).ShouldBe("hello");
    }

    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nhello")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-")]
    [InlineData("SSH-2.0-x\r\n")]
    [InlineData("220 mail.example ESMTP\r\n")]
    [InlineData("")]
    public async Task A_broken_answer_is_none(string answer)
    {
        await using var outside = new Outside(answer);
        await outside.RefusedAsync("/", OutboundFailure.BadAnswer);
    }

    [Fact]
    public async Task Headers_without_end_are_refused()
    {
        await using var outside = new Outside(async (_, stream, _) =>
        {
            await Outside.SendAsync(stream, "HTTP/1.1 200 OK\r\n");
            while (true) await Outside.SendAsync(stream, $"X: {new string('x', 1000)}\r\n");
        });
        await outside.RefusedAsync("/", OutboundFailure.BadAnswer);
    }

    [Fact]
    public async Task Who_cannot_be_found_or_reached_is_said_so()
    {
        await using var outside = new Outside(Hello);
        outside.Names.With("nowhere.example", "").With("shut.example", "127.0.0.2");
        using var shut = FreePort.Take();
        using var http = new OutboundHttp(outside.Rules with { AllowPorts = [shut.Number] }, outside.Names, outside.Clock);
        await RefusedAsync("http://unknown.example/", OutboundFailure.NotFound);
        await RefusedAsync("http://nowhere.example/", OutboundFailure.NotFound);
        await RefusedAsync($"http://shut.example:{shut.Number}/", OutboundFailure.Unreachable);

        async Task RefusedAsync(string url, OutboundFailure failure) =>
            (await Should.ThrowAsync<OutboundRefusedException>(() => http.GetAsync(url, new(1, TimeSpan.FromMinutes(1)), default)))
                .Failure.ShouldBe(failure);
    }

    [Fact]
    public async Task The_next_address_is_tried_when_one_does_not_answer()
    {
        await using var outside = new Outside(Hello);
        outside.Names.With("two.example", "127.0.0.3 127.0.0.2");
        using var http = new OutboundHttp(outside.Rules with { AllowNetworks = [IPNetwork.Parse("127.0.0.2/31")] }, outside.Names, outside.Clock);
        using var response = await http.GetAsync($"http://two.example:{outside.Server.Port}/", new(5, TimeSpan.FromMinutes(1)), default);
        (await new StreamReader(response.Body).ReadToEndAsync()).ShouldBe("hello");
    }

    [Fact]
    public async Task Proxies_are_not_asked()
    {
        using var victim = new Victim();
        await using var outside = new Outside(Hello);
        using var handler = new OutboundConnections(outside.Rules, outside.Names).Handler();
        handler.Proxy = new WebProxy($"http://127.0.0.1:{victim.Port}"); // where one of the environment would be
        using var client = new HttpClient(handler);
        (await client.GetStringAsync(outside.Url("/"))).ShouldBe("hello");
        (await victim.ConnectionsAsync()).ShouldBe(0);
    }
}

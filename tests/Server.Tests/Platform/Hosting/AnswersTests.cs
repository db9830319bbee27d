using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Consilium.Tests.Platform.Hosting;

public sealed class AnswersTests(Server server) : IClassFixture<Server>
{
    [Theory]
    [InlineData("/health", 200)]
    [InlineData("/", 200)]
    [InlineData("/docs", 200)]
    [InlineData("/openapi/v1.json", 200)]
    [InlineData("/health?x=%00", 400)]
    [InlineData("/api/v1/users/me", 401)]
    [InlineData("/nowhere", 404)]
    [InlineData("/api/v1/cases", 401)]
    public async Task Every_answer_has_the_security_headers(string path, int status)
    {
        using var anyone = server.Anonymous();
        var response = await anyone.GetAsync(path);
        ((int)response.StatusCode).ShouldBe(status);
        Header(response, "X-Content-Type-Options").ShouldBe("nosniff");
        Header(response, "Referrer-Policy").ShouldBe("no-referrer");
        Header(response, "X-Frame-Options").ShouldBe("DENY");
        Header(response, "Cross-Origin-Resource-Policy").ShouldBe("same-origin");
        Header(response, "Content-Security-Policy").ShouldStartWith("default-src 'none'; ");
        Header(response, "Content-Security-Policy").ShouldContain("frame-ancestors 'none'");
        Header(response, "Cache-Control").ShouldBeOneOf("no-store", "no-cache");
        response.Headers.Contains("Server").ShouldBeFalse();
    }

    [Fact]
    public async Task The_front_page_is_HTML_for_people_and_JSON_for_programs()
    {
        using var anyone = server.Anonymous();
        var page = await anyone.GetAsync("/");
        page.Content.Headers.ContentType!.MediaType.ShouldBe("text/html");
        var html = await page.Content.ReadAsStringAsync();
        html.ShouldContain("href=\"/docs\"");
        html.ShouldNotContain("<script");

        var info = await (await anyone.SendAsync(new(HttpMethod.Get, "/") { Headers = { { "Accept", "application/json" } } })).ShouldAnswerAsync(200);
        info.EnumerateObject().Select(p => p.Name).ShouldBe(["name", "version", "docs", "openapi"]);
        info.Text("name").ShouldBe("Consilium");
    }

    [Theory]
    [InlineData("/openapi.json")]
    [InlineData("/api/v1/openapi.json")]
    public async Task The_document_is_also_where_tools_look_for_it(string path)
    {
        using var anyone = server.Anonymous();
        var document = await anyone.GetAsync("/openapi/v1.json");
        var same = await anyone.GetAsync(path);
        same.StatusCode.ShouldBe(HttpStatusCode.OK);
        same.Content.Headers.ContentType!.ToString().ShouldBe("application/json; charset=utf-8");
        same.Headers.ETag.ShouldBe(document.Headers.ETag);
        (await same.Content.ReadAsByteArrayAsync()).ShouldBe(await document.Content.ReadAsByteArrayAsync());
        var known = await anyone.SendAsync(new(HttpMethod.Get, path) { Headers = { IfNoneMatch = { document.Headers.ETag! } } });
        known.StatusCode.ShouldBe(HttpStatusCode.NotModified);
        (await anyone.SendAsync(new(HttpMethod.Head, path))).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task HEAD_answers_as_GET_without_the_body()
    {
        using var anyone = server.Anonymous();
        var head = await anyone.SendAsync(new(HttpMethod.Head, "/health"));
        head.StatusCode.ShouldBe(HttpStatusCode.OK);
        (await head.Content.ReadAsByteArrayAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task HEAD_opens_no_stream()
    {
        using var user = await server.SignedInAsync("user");
        var head = await user.SendAsync(new(HttpMethod.Head, $"/api/v1/cases/{Guid.CreateVersion7()}/events"));
        head.StatusCode.ShouldBe(HttpStatusCode.MethodNotAllowed);
    }

    [Fact]
    public async Task A_request_with_bare_line_feeds_is_refused()
    {
        using var client = new TcpClient();
        await client.ConnectAsync(server.Address.Host, server.Address.Port);
        await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes("GET /health HTTP/1.1\nHost: localhost\n\n"));
        using var answer = new StreamReader(client.GetStream());
        (await answer.ReadLineAsync()).ShouldBe("HTTP/1.1 400 Bad Request");
    }

    [Theory]
    [InlineData("get /health", "GET", "GET, HEAD")]
    [InlineData("Get /conversations/0199c0de-7a00-7000-8000-000000000001", "GET", "GET, HEAD")]
    [InlineData("pOST /auth/login", "POST", "POST")]
    [InlineData("delete /api/v1/cases/0199c0de-7a00-7000-8000-000000000001/messages/0199c0de-7a00-7000-8000-000000000002", "DELETE", "PATCH, DELETE")]
    public async Task A_method_in_other_letters_is_refused(string line, string meant, string allowed)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(server.Address.Host, server.Address.Port);
        await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes($"{line} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"));
        using var reader = new StreamReader(client.GetStream());
        var answer = await reader.ReadToEndAsync();
        answer.ShouldStartWith("HTTP/1.1 405 ");
        answer.ShouldContain($"send {meant} instead of");
        answer.Split("\r\n").Single(header => header.StartsWith("Allow: ", StringComparison.Ordinal))["Allow: ".Length..].Split(", ")
            .ShouldBe(allowed.Split(", "), ignoreOrder: true);
    }

    [Fact]
    public void Slow_and_hoarding_clients_have_limits()
    {
        var limits = server.Services.GetRequiredService<IOptions<KestrelServerOptions>>().Value.Limits;
        limits.RequestHeadersTimeout.ShouldBe(TimeSpan.FromSeconds(5));
        limits.MinRequestBodyDataRate.ShouldNotBeNull().BytesPerSecond.ShouldBe(240);
        limits.MinResponseDataRate.ShouldNotBeNull().GracePeriod.ShouldBe(TimeSpan.FromSeconds(5));
        limits.MaxConcurrentConnections.ShouldBe(20_000);
        limits.MaxConcurrentUpgradedConnections.ShouldBe(5_000);
        limits.MaxRequestBodySize.ShouldBe(1024 * 1024);
    }

    static string Header(HttpResponseMessage response, string name) => response.Headers.GetValues(name).Single();
}

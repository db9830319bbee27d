using System.Net;
using System.Net.Sockets;
using System.Text;
using Npgsql;

namespace Consilium.Tests.Modules.Conversations;

/// <summary>Every error of the door is in the documented shape, whoever writes it.</summary>
public sealed class ErrorTests(Server server) : IClassFixture<Server>
{
    const string Root = ConversationCalls.Root;
    const string Second = "/api/v1/conversations";

    /// <summary>Both addresses of the door, where what is wrong has nothing to do with the route.</summary>
    public static TheoryData<string> Roots => [.. ConversationCalls.Roots];

    /// <summary>Every route at both addresses, with <c>{0}</c> for a conversation and <c>{1}</c> for one of its messages.</summary>
    public static TheoryData<string, string, string?> Routes
    {
        get
        {
            var routes = new TheoryData<string, string, string?>();
            foreach (var root in ConversationCalls.Roots)
            {
                routes.Add("POST", root, """{"description":"x"}""");
                routes.Add("GET", root + "/{0}", null);
                routes.Add("DELETE", root + "/{0}/delete", null);
                routes.Add("POST", root + "/{0}/messages/create", """{"text":"x","role":"assistant"}""");
                routes.Add("GET", root + "/{0}/messages", null);
                routes.Add("DELETE", root + "/{0}/messages/{1}", null);
            }
            return routes;
        }
    }

    readonly Client program = server.Program();

    [Theory]
    [MemberData(nameof(Routes))]
    public async Task Without_a_good_key_writing_is_401_and_reading_is_not(string method, string route, string? body)
    {
        var path = await PathAsync(route);
        foreach (var key in (string?[])[null, "", "cns_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "neuRealities_assessmen", "NEUREALITIES_ASSESSMENT"])
        {
            using var client = server.Anonymous();
            if (key is not null) client.DefaultRequestHeaders.TryAddWithoutValidation("X-API-Key", key);
            var response = await client.SendJsonAsync(new(method), path, body);
            if (method == "GET" && key is null) await response.ShouldAnswerAsync(200);
            else await response.ShouldBeErrorAsync(401, "unauthenticated");
        }
    }

    [Theory]
    [MemberData(nameof(Routes))]
    public async Task A_key_without_the_scope_and_people_may_read_and_get_403_otherwise(string method, string route, string? body)
    {
        var path = await PathAsync(route);
        using var other = await server.ProgramAsync("cases:write");
        using var reader = await server.ProgramAsync("conversations:read");
        using var admin = await server.SignInAsync("admin@example.com", "admin123");
        using var user = await server.SignedInAsync("user");
        foreach (var client in (Client[])[other, reader, admin, user])
        {
            var response = await client.SendJsonAsync(new(method), path, body);
            if (method == "GET") await response.ShouldAnswerAsync(200);
            else await response.ShouldBeErrorAsync(403, "forbidden");
        }
    }

    [Theory]
    [MemberData(nameof(Routes))]
    public async Task What_is_not_there_is_404_before_anything_else_is_wrong(string method, string route, string? body)
    {
        if (!route.Contains('{')) return;
        var deleted = await program.OpenConversationAsync();
        await (await program.DeleteAsync($"{Root}/{deleted}/delete")).ShouldAnswerAsync(200);
        foreach (var id in (string[])[$"{deleted}", $"{Guid.CreateVersion7()}", $"{Guid.Empty}", "1", "abc", "😀"])
        {
            var path = route.Replace("{0}", id).Replace("{1}", $"{Guid.CreateVersion7()}");
            await (await program.SendJsonAsync(new(method), path, body)).ShouldBeErrorAsync(404, "not_found");
            if (body is null) continue;
            foreach (var wrong in (string?[])["{}", "{", "[]", null, new string('x', 600_000)])
                await (await program.SendJsonAsync(new(method), path, wrong)).ShouldBeErrorAsync(404, "not_found");
        }
    }

    [Theory]
    [InlineData("GET", Root, 405, "method_not_allowed")]
    [InlineData("PUT", Root + "/", 405, "method_not_allowed")]
    [InlineData("PATCH", Root + "/0199c0de-7a00-7000-8000-000000000001", 405, "method_not_allowed")]
    [InlineData("GET", Root + "/0199c0de-7a00-7000-8000-000000000001/delete", 405, "method_not_allowed")]
    [InlineData("GET", Root + "/0199c0de-7a00-7000-8000-000000000001/messages/create", 405, "method_not_allowed")]
    [InlineData("GET", Root + "/0199c0de-7a00-7000-8000-000000000001/nothing", 404, "not_found")]
    [InlineData("GET", Root + "/0199c0de-7a00-7000-8000-000000000001/messages/create/more", 404, "not_found")]
    [InlineData("POST", "/CONVERSATIONS/nothing/at/all", 404, "not_found")]
    [InlineData("GET", Root + "/?x=%ff", 400, "malformed_address")]
    [InlineData("GET", Second, 405, "method_not_allowed")]
    [InlineData("PUT", Second + "/", 405, "method_not_allowed")]
    [InlineData("GET", Second + "/0199c0de-7a00-7000-8000-000000000001/nothing", 404, "not_found")]
    [InlineData("POST", "/API/V1/Conversations/nothing/at/all", 404, "not_found")]
    [InlineData("GET", Second + "/?x=%ff", 400, "malformed_address")]
    public async Task Where_no_route_is_the_error_has_the_shape_too(string method, string path, int status, string code) =>
        await (await program.SendJsonAsync(new(method), path, null)).ShouldBeErrorAsync(status, code);

    [Theory]
    [InlineData("/conversationsx")]
    [InlineData("/api/v1/conversationsx")]
    [InlineData("/api/v1/nothing")]
    [InlineData("/api/v2/conversations")]
    [InlineData("/cases/1/nothing")]
    public async Task Elsewhere_errors_are_problems(string path) => await (await program.GetAsync(path)).ShouldBeProblemAsync(404, "not_found");

    [Theory]
    [InlineData("""{"description":"x","description":"y"}""")]
    [InlineData("""{"description":"\u0000"}""")]
    [InlineData("""{"description":"x","unknown":"\ud800"}""")]
    [InlineData("{")]
    public async Task A_malformed_body_is_400(string body)
    {
        foreach (var root in ConversationCalls.Roots) await (await program.PostJsonAsync(root, body)).ShouldBeErrorAsync(400, "malformed_json", "$");
    }

    [Theory]
    [MemberData(nameof(Roots))]
    public async Task A_missing_body_is_400(string root) => await (await program.PostJsonAsync(root, null)).ShouldBeErrorAsync(400, "validation_failed", "$");

    [Theory]
    [InlineData("text/plain", null, "unsupported_media_type")]
    [InlineData("application/x-www-form-urlencoded", null, "unsupported_media_type")]
    [InlineData("application/json; charset=utf-16", null, "unsupported_charset")]
    [InlineData("application/json", "gzip", "unsupported_encoding")]
    public async Task A_body_of_another_kind_is_415(string type, string? encoding, string code)
    {
        foreach (var root in ConversationCalls.Roots)
        {
            var content = new ByteArrayContent("{}"u8.ToArray());
            content.Headers.TryAddWithoutValidation("Content-Type", type);
            if (encoding is not null) content.Headers.ContentEncoding.Add(encoding);
            await (await program.PostAsync(root, content)).ShouldBeErrorAsync(415, code);
        }
    }

    [Theory]
    [MemberData(nameof(Roots))]
    public async Task A_body_that_is_too_large_is_413(string root) =>
        await (await program.PostJsonAsync(root, new { description = new string('x', 600_000) })).ShouldBeErrorAsync(413, "body_too_large");

    [Fact]
    public async Task A_request_with_the_same_key_that_is_still_at_work_is_409()
    {
        await (await program.InFlightAsync(server)).ShouldBeErrorAsync(409, "idempotency_in_flight");
    }

    [Theory]
    [MemberData(nameof(Roots))]
    public async Task Who_asks_too_often_gets_429(string root)
    {
        var limited = await StartAsync(("Limits:RequestsPerSecond", "1"));
        using var eager = limited.Anonymous();
        HttpResponseMessage? refused = null;
        for (var i = 0; i < 100 && refused?.StatusCode != HttpStatusCode.TooManyRequests; i++) refused = await eager.GetAsync($"{root}/nothing");

        await refused!.ShouldBeErrorAsync(429, "too_many_requests");
        refused!.Headers.RetryAfter.ShouldNotBeNull();
        await limited.DisposeAsync();
    }

    [Theory]
    [MemberData(nameof(Roots))]
    public async Task A_server_that_is_full_answers_503(string root)
    {
        var full = await StartAsync(("Limits:ConcurrentRequests", "1"));
        using var client = full.Anonymous();
        using var slow = new TcpClient();
        await slow.ConnectAsync(full.Address.Host, full.Address.Port);
        await slow.GetStream().WriteAsync(Encoding.ASCII.GetBytes(
            "POST /auth/login HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{"));
        HttpResponseMessage? refused = null;
        for (var i = 0; i < 1000 && refused?.StatusCode != HttpStatusCode.ServiceUnavailable; i++) refused = await client.GetAsync($"{root}/nothing");

        await refused!.ShouldBeErrorAsync(503, "overloaded");
        slow.Close();
        await full.DisposeAsync();
    }

    [Fact]
    public async Task A_fault_is_500_on_every_route_and_tells_nothing() =>
        await BreakAsync(() => new InvalidOperationException("secret of the inside"), async response =>
            (await response.ShouldBeErrorAsync(500, "internal_error")).ToString().ShouldNotContain("secret"));

    [Fact]
    public async Task A_database_that_is_away_is_503_on_every_route() =>
        await BreakAsync(() => new NpgsqlException(), async response =>
        {
            await response.ShouldBeErrorAsync(503, "database_unavailable");
            response.Headers.RetryAfter.ShouldNotBeNull();
        });

    static async Task BreakAsync(Func<Exception> fault, Func<HttpResponseMessage, Task> check)
    {
        var broken = await ConversationCalls.StartBrokenAsync(fault);
        using var client = broken.Program();
        foreach (var route in Routes)
            await check(await client.SendJsonAsync(new((string)route[0]), Filled((string)route[1], Guid.CreateVersion7(), Guid.CreateVersion7()), route[2]));
        await broken.DisposeAsync();
    }

    async Task<string> PathAsync(string route)
    {
        var id = await program.OpenConversationAsync();
        return Filled(route, id, (await program.SayInAsync(id, "x", "assistant")).Id("message_id"));
    }

    static string Filled(string route, Guid conversation, Guid message) => route.Replace("{0}", $"{conversation}").Replace("{1}", $"{message}");

    static Task<Server> StartAsync((string Key, string Value) setting) =>
        Server.StartAsync(new Dictionary<string, string?>(StringComparer.Ordinal) { [setting.Key] = setting.Value });
}

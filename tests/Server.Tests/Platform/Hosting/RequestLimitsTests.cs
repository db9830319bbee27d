using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Consilium.Tests.Platform.Hosting;

public sealed class RequestLimitsTests
{
    [Fact]
    public async Task A_caller_who_asks_too_often_gets_429_and_others_do_not()
    {
        var server = await StartAsync(("Limits:RequestsPerSecond", "5"));
        using var patient = await server.SignedInAsync("user");
        using var eager = server.Anonymous();

        var refused = await FirstAsync(HttpStatusCode.TooManyRequests, () => eager.GetAsync("/.well-known/jwks.json"), within: 100);
        await refused.ShouldBeProblemAsync(429, "too_many_requests");
        refused.Headers.RetryAfter.ShouldNotBeNull().Delta.ShouldBe(TimeSpan.FromSeconds(1));
        (await eager.GetAsync("/health")).StatusCode.ShouldBe(HttpStatusCode.OK);
        await (await patient.GetAsync("/api/v1/users/me")).ShouldAnswerAsync(200);
        await server.DisposeAsync();
    }

    [Fact]
    public async Task Programs_that_act_as_one_account_have_a_limit_each()
    {
        var server = await StartAsync(("Limits:RequestsPerSecond", "5"));
        using var admin = await server.SignInAsync("admin@example.com", "admin123");
        using var eager = await ProgramAsync();
        using var patient = await ProgramAsync();

        await FirstAsync(HttpStatusCode.TooManyRequests, () => eager.GetAsync($"/conversations/{Guid.CreateVersion7()}"), within: 100);
        (await patient.GetAsync($"/conversations/{Guid.CreateVersion7()}")).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        await server.DisposeAsync();

        async Task<Client> ProgramAsync()
        {
            var key = await admin.PostJsonAsync("/api/v1/api-keys", new { name = "Program", scopes = new[] { "conversations:write" } });
            return Client.WithKey(server.Address, (await key.ShouldAnswerAsync(201)).Text("key")!);
        }
    }

    [Theory]
    [InlineData("127.0.0.1", false)]
    [InlineData("10.0.0.0/8", true)]
    public async Task Forwarded_addresses_count_only_from_known_proxies(string known, bool limited)
    {
        var server = await StartAsync(("Limits:RequestsPerSecond", "1"), ("Proxies:Known", known));
        using var client = server.Anonymous();
        var answers = new List<HttpStatusCode>();
        for (var i = 0; i < 10; i++)
        {
            var request = new HttpRequestMessage(HttpMethod.Get, "/.well-known/jwks.json") { Headers = { { "X-Forwarded-For", string.Create(CultureInfo.InvariantCulture, $"192.0.2.{i}") } } };
            answers.Add((await client.SendAsync(request)).StatusCode);
        }
        answers.Contains(HttpStatusCode.TooManyRequests).ShouldBe(limited);
        await server.DisposeAsync();
    }

    [Fact]
    public async Task A_server_that_is_full_answers_503_at_once()
    {
        var server = await StartAsync(("Limits:ConcurrentRequests", "1"));
        using var client = server.Anonymous();
        using var slow = new TcpClient();
        await slow.ConnectAsync(server.Address.Host, server.Address.Port);
        await slow.GetStream().WriteAsync(Encoding.ASCII.GetBytes(
            "POST /auth/login HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{"));

        var refused = await FirstAsync(HttpStatusCode.ServiceUnavailable, () => client.GetAsync("/.well-known/jwks.json"), within: 20_000); // the slow one may be heard late
        await refused.ShouldBeProblemAsync(503, "overloaded");
        refused.Headers.RetryAfter.ShouldNotBeNull();
        (await client.GetAsync("/health/live")).StatusCode.ShouldBe(HttpStatusCode.OK);
        slow.Close();
        await server.DisposeAsync();
    }

    static Task<Server> StartAsync(params (string Key, string Value)[] settings) =>
        Server.StartAsync(settings.ToDictionary(s => s.Key, s => (string?)s.Value, StringComparer.Ordinal));

    static async Task<HttpResponseMessage> FirstAsync(HttpStatusCode status, Func<Task<HttpResponseMessage>> ask, int within)
    {
        for (var i = 0; i < within; i++)
            if (await ask() is { } answer && answer.StatusCode == status) return answer;
        throw new InvalidOperationException($"{within} requests and no {status}.");
    }
}

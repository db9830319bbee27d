using System.Net.Http.Json;
using System.Text.RegularExpressions;

namespace Consilium.Tests.Platform.Hosting;

public sealed partial class RequestLinesTests
{
    [Fact]
    public async Task Development_shows_one_line_for_each_request_without_its_query()
    {
        await using var server = await ServerProcess.StartAsync();
        using var client = server.Client();
        await client.GetAsync("/health/live?token=secret1");
        await client.PostAsync("/auth/login?x=secret2", JsonContent.Create(new { username = "secret3" }));
        await client.GetAsync("/cases/at%0Aall/secret/x?q=secret4");
        await client.GetAsync($"/Secret5/{new string('x', 500)}");
        await client.GetAsync("/api/v1/config/a.secret.word");
        var login = await client.PostAsync("/auth/login", JsonContent.Create(new { username = "admin@example.com", password = "admin123" }));
        using var admin = Client.From(server.Address, "admin@example.com", await login.ShouldAnswerAsync(200));
        await admin.PostAsync("/api/v1/config/a.secret.word/reveal", JsonContent.Create(new { reason = 5 }));
        await client.GetAsync("/api/v1/config/0123456789abcdef0123456789abcdef/history/all");
        await client.PutAsync("/api/v1/config/secret/reveal", null);
        await client.GetAsync("/api/v1/tickets/0190b5a8-0000-7000-8000-000000000000");
        await client.GetAsync($"{string.Concat(Enumerable.Repeat("/cases", 50))}");
        await client.SendAsync(new(HttpMethod.Options, "/health/live"));
        await server.TerminateAsync();

        var lines = Line().Matches(server.Output).Select(match => match.Groups["what"].Value).ToList();
        lines.Count(line => line == "GET /health/live 200").ShouldBe(1);
        lines.Count(line => line == "POST /auth/login 400").ShouldBe(1);
        lines.Count(line => line == "GET /cases/…/…/… 404").ShouldBe(1);
        lines.Count(line => line == "GET /…/… 404").ShouldBe(1);
        lines.Count(line => line == "GET /api/v1/config/{key} 401").ShouldBe(1);
        lines.Count(line => line == "POST /api/v1/config/{key}/reveal 400").ShouldBe(1);
        lines.Count(line => line == "GET /api/v1/config/…/history/… 404").ShouldBe(1);
        lines.Count(line => line == "PUT /api/v1/config/…/reveal 405").ShouldBe(1);
        lines.Count(line => line == "GET /api/v1/tickets/0190b5a8-0000-7000-8000-000000000000 401").ShouldBe(1);
        lines.Count(line => line == $"GET {string.Concat(Enumerable.Repeat("/cases", 33))}/c… 404").ShouldBe(1);
        lines.Count(line => line == "OPTIONS /health/live 405").ShouldBe(1);
        server.Output.ShouldNotContain("secret", Case.Insensitive);
    }

    [Fact]
    public async Task Production_shows_none()
    {
        await using var server = await ServerProcess.StartAsync(("ASPNETCORE_ENVIRONMENT", "Production"));
        using var client = server.Client();
        await client.GetAsync("/health/live");
        await server.TerminateAsync();
        server.Output.ShouldContain("is ready at");
        server.Output.ShouldNotContain("/health");
    }

    [GeneratedRegex("info: Consilium.Requests\\[0\\] (?<what>[A-Z]+ [^ ?]+ [0-9]{3}) [0-9]+ ms$",
        RegexOptions.NonBacktracking | RegexOptions.Multiline | RegexOptions.ExplicitCapture)]
    private static partial Regex Line();
}

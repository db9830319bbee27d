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
        await client.GetAsync("/no%0Awhere?q=secret4");
        await client.GetAsync($"/{new string('x', 500)}");
        await client.SendAsync(new(HttpMethod.Options, "/health/live"));
        await server.TerminateAsync();

        var lines = Line().Matches(server.Output).Select(match => match.Groups["what"].Value).ToList();
        lines.Count(line => line == "GET /health/live 200").ShouldBe(1);
        lines.Count(line => line == "POST /auth/login 400").ShouldBe(1);
        lines.Count(line => line == "GET /no%0Awhere 404").ShouldBe(1);
        lines.Count(line => line == $"GET /{new string('x', 199)}… 404").ShouldBe(1);
        lines.Count(line => line == "OPTIONS /health/live 405").ShouldBe(1);
        server.Output.ShouldNotContain("secret");
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

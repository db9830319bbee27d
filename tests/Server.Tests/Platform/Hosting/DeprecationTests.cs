using Consilium.Platform.Hosting;
using Consilium.Tests.Modules.Cases;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Consilium.Tests.Platform.Hosting;

/// <summary>How a route goes: shown on routes that are planted here, since none of the product's goes yet.</summary>
public sealed class DeprecationTests : IAsyncLifetime
{
    const string Guide = "https://example.com/old-routes";

    static readonly DateTimeOffset Since = DateTimeOffset.FromUnixTimeSeconds(1_735_689_600); // the first second of 2025
    static readonly DateTimeOffset Sunset = new(2199, 6, 30, 23, 59, 59, TimeSpan.Zero);

    Server server = null!;

    public async Task InitializeAsync() => server = await Server.StartAsync(CaseServer.QuickPasswords, services: services => PlantedRoutes.Into(services, routes =>
    {
        routes.MapGet("/old/{number:int}", (int number) => number > 0 ? Results.Ok(number) : throw new InvalidOperationException("Planted."))
            .AllowAnonymous().WithSummary("Ask as of old").WithDescription("It still works.").Deprecated(Since, Sunset, Guide);
        routes.MapGet("/old/private", () => Results.Ok()).Deprecated(Since, sunset: null, "/docs#old");
    }));

    public async Task DisposeAsync() => await server.DisposeAsync();

    [Theory]
    [InlineData("/old/1", 200)]
    [InlineData("/old/0", 500)]
    public async Task Each_answer_says_since_when_until_when_and_where_to_read_on(string path, int status)
    {
        using var caller = server.Anonymous();

        var answer = await caller.GetAsync(path);

        await answer.ShouldAnswerAsync(status);
        answer.Headers.GetValues("Deprecation").ShouldBe(["@1735689600"]);
        answer.Headers.GetValues("Sunset").ShouldBe(["Sun, 30 Jun 2199 23:59:59 GMT"]);
        answer.Headers.GetValues("Link").ShouldBe([$"<{Guide}>; rel=\"deprecation\"; type=\"text/html\""]);
    }

    [Fact]
    public async Task So_does_a_refusal_that_comes_before_the_route_and_without_an_end_none_is_named()
    {
        using var caller = server.Anonymous();

        var answer = await caller.GetAsync("/old/private");

        await answer.ShouldBeProblemAsync(401, "unauthenticated");
        answer.Headers.GetValues("Deprecation").ShouldBe(["@1735689600"]);
        answer.Headers.GetValues("Link").ShouldBe(["</docs#old>; rel=\"deprecation\"; type=\"text/html\""]);
        answer.Headers.Contains("Sunset").ShouldBeFalse();
    }

    [Fact]
    public async Task Other_routes_say_nothing_of_it()
    {
        using var caller = server.Anonymous();
        foreach (var path in (string[])["/health", "/old", "/api/v1/users/me"])
            (await caller.GetAsync(path)).Headers.Select(header => header.Key).ShouldNotContain(name => name == "Deprecation" || name == "Sunset" || name == "Link");
    }

    [Fact]
    public async Task The_document_marks_it()
    {
        using var caller = server.Anonymous();

        var paths = (await caller.GetJsonAsync("/openapi/v1.json")).GetProperty("paths");

        var operation = paths.GetProperty("/old/{number}").GetProperty("get");
        operation.GetProperty("deprecated").GetBoolean().ShouldBeTrue();
        operation.Text("description").ShouldBe($"It still works.\n\nDeprecated since 2025-01-01. It ends on 2199-06-30. What to use instead: <{Guide}>.");
        paths.GetProperty("/health").GetProperty("get").TryGetProperty("deprecated", out _).ShouldBeFalse();
    }

    [Fact]
    public void A_route_that_would_end_before_it_is_deprecated_refuses_the_start()
    {
        var routes = new Planted();

        var fault = Should.Throw<StartException>(() => routes.Deprecated(Since, Since.AddSeconds(-1), Guide));

        fault.Message.ShouldBe("A route would end on Tue, 31 Dec 2024 23:59:59 GMT, before it is deprecated on Wed, 01 Jan 2025 00:00:00 GMT: correct one of the two.");
        Should.Throw<StartException>(() => routes.Deprecated(Since, Sunset, "")).Message.ShouldContain("no address");
        Should.Throw<StartException>(() => routes.Deprecated(Since, Sunset, "not an address>")).Message.ShouldContain("no address");
        routes.Deprecated(Since, Since, Guide);
    }

    sealed class Planted : IEndpointConventionBuilder
    {
        public void Add(Action<EndpointBuilder> convention) { }
    }
}

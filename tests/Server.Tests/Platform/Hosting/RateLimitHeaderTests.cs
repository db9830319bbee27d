using System.Text.RegularExpressions;
using Consilium.Tests.Modules.Cases;
using Consilium.Tests.Modules.Settings;

namespace Consilium.Tests.Platform.Hosting;

/// <summary>What answers say of the limits that they count against. The clock stands still: what is said can be counted after.</summary>
public sealed partial class RateLimitHeaderTests : IAsyncLifetime
{
    const string Policy = "RateLimit-Policy";
    const string Standing = "RateLimit";

    readonly ManualClock clock = new();
    Server server = null!;

    public async Task InitializeAsync() => server = await StartAsync(("Limits:RequestsPerSecond", "5"));

    public async Task DisposeAsync() => await server.DisposeAsync();

    [Fact]
    public async Task Each_answer_says_what_is_left_and_the_refusal_when_to_come_back()
    {
        using var caller = server.Anonymous();
        for (var left = 9; left >= 0; left--) Said(await AskAsync(caller)).ShouldBe($"\"default\";q=10;w=2 \"default\";r={left};t=1");

        var refused = await AskAsync(caller);

        await refused.ShouldBeProblemAsync(429, "too_many_requests");
        Said(refused).ShouldBe("\"default\";q=10;w=2 \"default\";r=0;t=1");
        refused.Headers.RetryAfter.ShouldNotBeNull().Delta.ShouldBe(TimeSpan.FromSeconds(1));
        clock.Advance(TimeSpan.FromSeconds(1));
        Said(await AskAsync(caller)).ShouldEndWith("r=4;t=1");
        clock.Advance(TimeSpan.FromSeconds(2));
        Said(await AskAsync(caller)).ShouldEndWith("r=9;t=1");
    }

    [Fact]
    public async Task So_do_errors_of_every_kind()
    {
        using var caller = await server.SignedInAsync("user");
        using var anonymous = server.Anonymous();
        (string Path, HttpMethod Method, string? Body, int Status, Client By)[] requests =
        [
            ("/nowhere", HttpMethod.Get, null, 404, caller),
            ("/api/v1/cases", HttpMethod.Delete, null, 405, caller),
            ("/api/v1/cases?limit=0", HttpMethod.Get, null, 400, caller),
            ("/api/v1/cases", HttpMethod.Post, "{", 400, caller),
            ($"/api/v1/cases/{Guid.CreateVersion7()}", HttpMethod.Get, null, 404, caller),
            ("/api/v1/users", HttpMethod.Get, null, 403, caller),
            ("/api/v1/users/me", HttpMethod.Get, null, 401, anonymous),
        ];
        foreach (var (path, method, body, status, by) in requests)
        {
            clock.Advance(TimeSpan.FromSeconds(2));
            var answer = await by.SendJsonAsync(method, path, body);
            await answer.ShouldAnswerAsync(status);
            Said(answer).ShouldBe("\"default\";q=10;w=2 \"default\";r=9;t=1", path);
        }
    }

    [Fact]
    public async Task A_fault_of_the_server_does_too()
    {
        using var caller = server.Anonymous();
        await server.Database.ExecuteAsync("ALTER TABLE conversations.conversations RENAME TO away");

        var answer = await caller.GetAsync($"/conversations/{Guid.CreateVersion7()}");

        await answer.ShouldAnswerAsync(500);
        Said(answer).ShouldEndWith("r=9;t=1");
    }

    [Fact]
    public async Task Where_no_limit_counts_nothing_is_said()
    {
        using var caller = server.Anonymous();
        foreach (var path in (string[])["/health", "/health/live", "/"]) Headers(await caller.GetAsync(path)).ShouldBeEmpty();
        var without = await StartAsync(("Limits:RequestsPerSecond", "0"));
        using var free = without.Anonymous();

        foreach (var path in (string[])["/.well-known/jwks.json", "/nowhere"]) Headers(await free.GetAsync(path)).ShouldBeEmpty();

        await without.DisposeAsync();
    }

    [Fact]
    public async Task Failed_logins_say_how_many_are_left_before_one_has_to_wait()
    {
        using var account = await server.SignedInAsync("user");
        using var caller = server.Anonymous();
        clock.Advance(TimeSpan.FromSeconds(2));
        for (var left = 4; left >= 1; left--)
        {
            var failed = await LogInAsync("wrong password 1");
            await failed.ShouldAnswerAsync(401);
            (Left(failed, "sign-in"), Left(failed, "sign-in-address")).ShouldBe(($"r={left};t=86400", $"r={left + 15};t=900"));
        }
        Left(await LogInAsync("wrong password 1"), "sign-in").ShouldBe("r=0;t=5");
        clock.Advance(TimeSpan.FromSeconds(2));

        var refused = await LogInAsync("several plain words 7");

        await refused.ShouldBeProblemAsync(429, "too_many_failed_logins");
        Left(refused, "sign-in").ShouldBe("r=0;t=3");
        refused.Headers.RetryAfter.ShouldNotBeNull().Delta.ShouldBe(TimeSpan.FromSeconds(3));
        refused.Headers.GetValues(Policy).ShouldBe(["\"default\";q=10;w=2, \"sign-in\";q=5;w=86400, \"sign-in-address\";q=20;w=900"]);
        clock.Advance(TimeSpan.FromSeconds(3));
        var right = await LogInAsync("several plain words 7");
        await right.ShouldAnswerAsync(200);
        (Left(right, "sign-in"), Left(right, "sign-in-address")).ShouldBe(("r=5", "r=15;t=895"));

        Task<HttpResponseMessage> LogInAsync(string password) => caller.PostJsonAsync("/auth/login", new { username = account.Email, password });
    }

    [Fact]
    public async Task Opening_secrets_has_a_limit_of_its_own_beside_it()
    {
        using var admin = await server.SignInAsync("admin@example.com", "admin123");
        var sealedText = await admin.EncryptAsync("x");
        clock.Advance(TimeSpan.FromSeconds(2));

        var opened = await admin.TryDecryptAsync(sealedText);

        await opened.ShouldAnswerAsync(200);
        Said(opened).ShouldBe("\"default\";q=10;w=2, \"secrets\";q=1200;w=60 \"default\";r=9;t=1, \"secrets\";r=1199;t=1");
    }

    Task<Server> StartAsync(params (string Key, string Value)[] settings)
    {
        var all = new Dictionary<string, string?>(CaseServer.QuickPasswords, StringComparer.Ordinal);
        foreach (var (key, value) in settings) all[key] = value;
        return Server.StartAsync(all, clock);
    }

    static Task<HttpResponseMessage> AskAsync(HttpClient caller) => caller.GetAsync("/.well-known/jwks.json");

    static string Said(HttpResponseMessage answer) => $"{answer.Headers.GetValues(Policy).Single()} {answer.Headers.GetValues(Standing).Single()}";

    static List<string> Headers(HttpResponseMessage answer) =>
        [.. answer.Headers.Select(header => header.Key).Where(name => name.StartsWith(Standing, StringComparison.OrdinalIgnoreCase))];

    /// <summary>What is said of one policy.</summary>
    static string Left(HttpResponseMessage answer, string policy) => ((IEnumerable<Match>)Item().Matches(answer.Headers.GetValues(Standing).Single()))
        .Single(item => item.Groups["name"].Value == policy).Groups["rest"].Value;

    [GeneratedRegex("\"(?<name>[a-z-]+)\";(?<rest>r=[0-9]+(?:;t=[0-9]+)?)(?:, |$)", RegexOptions.NonBacktracking)]
    private static partial Regex Item();
}

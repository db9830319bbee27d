using Consilium.Modules.Accounts.Contracts;
using Consilium.Platform.Hosting;
using Consilium.Platform.Realtime;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Consilium.Tests.Platform.Hosting;

/// <summary>Two origins may call, by the setting.</summary>
public sealed class CrossOriginTests(CrossOriginTests.OpenServer server) : IClassFixture<CrossOriginTests.OpenServer>
{
    const string App = "https://app.example.com";

    static readonly string[] Readable =
        ["ETag", "Location", "Retry-After", "RateLimit", "RateLimit-Policy", "Content-Disposition", "Link", "Deprecation", "Sunset"];

    public sealed class OpenServer : Server
    {
        protected override IReadOnlyDictionary<string, string?> Settings { get; init; } =
            new Dictionary<string, string?>(StringComparer.Ordinal) { ["Origins:Allowed"] = "https://App.Example.com:443/, capacitor://localhost" };
    }

    [Theory]
    [InlineData("/api/v1/cases", "POST", "authorization,content-type,idempotency-key")]
    [InlineData("/api/v1/users/me", "GET", "authorization")]
    [InlineData("/api/v1/config/a", "PUT", "if-match,authorization")]
    [InlineData("/api/v1/cases/0/messages/1", "PATCH", "authorization")]
    [InlineData("/api/v1/config/a", "DELETE", "x-api-key,if-none-match,last-event-id,x-something-new")]
    [InlineData("/nowhere", "GET", "authorization")]
    public async Task A_preflight_is_answered_before_anybody_is_asked_who_they_are(string path, string method, string headers)
    {
        var answer = await PreflightAsync(server, path, method, headers, App);
        ((int)answer.StatusCode).ShouldBe(204);
        One(answer, "Access-Control-Allow-Origin").ShouldBe(App);
        One(answer, "Access-Control-Allow-Methods").Split(',').ShouldContain(method);
        One(answer, "Access-Control-Allow-Headers").Split(',').ShouldBe(headers.Split(','));
        One(answer, "Access-Control-Max-Age").ShouldBe("3600");
        answer.Headers.Contains("Access-Control-Allow-Credentials").ShouldBeFalse();
        answer.Headers.Vary.ShouldContain("Origin");
    }

    [Theory]
    [InlineData("/health", 200)]
    [InlineData("/openapi/v1.json", 200)]
    [InlineData("/", 200)]
    [InlineData("/api/v1/users/me", 401)]
    [InlineData("/nowhere", 404)]
    [InlineData("/health?x=%00", 400)]
    [InlineData("/auth/login", 405)]
    public async Task Answers_and_errors_can_be_read_by_an_origin_that_is_allowed_only(string path, int status)
    {
        foreach (var origin in (string[])[App, "capacitor://localhost", "https://app.example.com.evil.example", "http://app.example.com", "null"])
        {
            var may = origin is App or "capacitor://localhost";
            var answer = await GetAsync(server, path, origin);
            ((int)answer.StatusCode).ShouldBe(status);
            Many(answer, "Access-Control-Allow-Origin").ShouldBe(may ? [origin] : []);
            answer.Headers.Vary.Count(name => name == "Origin").ShouldBe(1);
            if (may) Readable.Except(One(answer, "Access-Control-Expose-Headers").Split(',')).ShouldBeEmpty();
            answer.Headers.Contains("Access-Control-Allow-Credentials").ShouldBeFalse();
        }
        (await GetAsync(server, path, origin: null)).Headers.Vary.ShouldContain("Origin");
    }

    [Fact]
    public async Task A_refusal_by_a_limit_can_be_read_too()
    {
        await using var strict = await Server.StartAsync(
            new Dictionary<string, string?>(StringComparer.Ordinal) { ["Origins:Allowed:0"] = App, ["Limits:RequestsPerSecond"] = "1" });
        HttpResponseMessage answer;
        do answer = await GetAsync(strict, "/api/v1/users/me", App);
        while ((int)answer.StatusCode == 401);
        ((int)answer.StatusCode).ShouldBe(429);
        One(answer, "Access-Control-Allow-Origin").ShouldBe(App);
        (await PreflightAsync(strict, "/api/v1/users/me", "GET", "authorization", App)).StatusCode.ShouldBe(System.Net.HttpStatusCode.NoContent);
    }

    [Fact]
    public async Task A_fault_of_the_server_can_be_read_too()
    {
        await using var faulty = await Server.StartAsync(
            new Dictionary<string, string?>(StringComparer.Ordinal) { ["Origins:Allowed"] = App },
            services: services => services.AddScoped<IAccountDirectory>(_ => throw new InvalidOperationException()));
        using var staff = await faulty.SignedInAsync("staff");
        staff.DefaultRequestHeaders.Add("Origin", App);
        var answer = await staff.PostJsonAsync("/api/v1/cases", new { issue_description = "x", owner_id = Guid.CreateVersion7() });
        ((int)answer.StatusCode).ShouldBe(500);
        One(answer, "Access-Control-Allow-Origin").ShouldBe(App);
        answer.Headers.Vary.Count(name => name == "Origin").ShouldBe(1);
    }

    [Fact]
    public async Task Without_the_setting_nothing_says_anything_of_origins()
    {
        await using var closed = await Server.StartAsync();
        var answer = await GetAsync(closed, "/health", App);
        answer.Headers.ShouldNotContain(header => header.Key.StartsWith("Access-Control", StringComparison.OrdinalIgnoreCase));
        answer.Headers.Vary.ShouldBeEmpty();
        var preflight = await PreflightAsync(closed, "/health", "GET", "authorization", App);
        ((int)preflight.StatusCode).ShouldBe(405);
        preflight.Headers.ShouldNotContain(header => header.Key.StartsWith("Access-Control", StringComparison.OrdinalIgnoreCase));
    }

    [Theory]
    [InlineData("https://app.example.com", "https://app.example.com")]
    [InlineData("https://app.example.com/", "https://app.example.com")]
    [InlineData("HTTPS://App.Example.COM:443", "https://app.example.com")]
    [InlineData("http://localhost:80", "http://localhost")]
    [InlineData("http://localhost:3000", "http://localhost:3000")]
    [InlineData("http://[::1]:3000", "http://[::1]:3000")]
    [InlineData("https://bücher.example", "https://xn--bcher-kva.example")]
    [InlineData("capacitor://localhost", "capacitor://localhost")]
    [InlineData("chrome-extension://abcdefghijklmnopabcdefghijklmnop", "chrome-extension://abcdefghijklmnopabcdefghijklmnop")]
    public void An_origin_is_known_as_browsers_write_it(string setting, string origin) => Read(setting).Has(origin).ShouldBeTrue();

    [Fact]
    public void Origins_are_listed_with_commas_or_by_number()
    {
        var commas = Read("https://a.example, https://b.example");
        var numbers = Origins.From(new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            ["Origins:Allowed:0"] = "https://a.example", ["Origins:Allowed:1"] = "https://b.example",
        }).Build());
        foreach (var origins in (Origins[])[commas, numbers])
        {
            origins.Has("https://a.example").ShouldBeTrue();
            origins.Has("https://b.example").ShouldBeTrue();
            origins.Has("https://c.example").ShouldBeFalse();
        }
        Read("").Any.ShouldBeFalse();
    }

    [Theory]
    [InlineData("*", "a pattern")]
    [InlineData("https://*.example.com", "a pattern")]
    [InlineData("null", "no origin")]
    [InlineData("app.example.com", "no origin")]
    [InlineData("localhost:3000", "no origin")]
    [InlineData("https://", "no origin")]
    [InlineData("file:///index.html", "no origin")]
    [InlineData("https://app.example.com/shop", "more than an origin")]
    [InlineData("https://app.example.com/?x", "more than an origin")]
    [InlineData("https://app.example.com#x", "more than an origin")]
    [InlineData("https://ada@app.example.com", "more than an origin")]
    [InlineData("https://app.example.com:99999", "no origin")]
    public void What_is_no_origin_stops_the_start(string setting, string part)
    {
        var message = Should.Throw<StartException>(() => Read(setting)).Message;
        message.ShouldContain("The setting Origins:Allowed must list origins such as https://app.example.com");
        message.ShouldContain(part);
    }

    static Origins Read(string setting) => Origins.From(new ConfigurationBuilder()
        .AddInMemoryCollection(new Dictionary<string, string?>(StringComparer.Ordinal) { ["Origins:Allowed"] = setting }).Build());

    static async Task<HttpResponseMessage> GetAsync(Server server, string path, string? origin)
    {
        using var client = server.Anonymous();
        var request = new HttpRequestMessage(HttpMethod.Get, path);
        if (origin is not null) request.Headers.Add("Origin", origin);
        return await client.SendAsync(request);
    }

    static async Task<HttpResponseMessage> PreflightAsync(Server server, string path, string method, string headers, string origin)
    {
        using var client = server.Anonymous();
        return await client.SendAsync(new(HttpMethod.Options, path)
        {
            Headers = { { "Origin", origin }, { "Access-Control-Request-Method", method }, { "Access-Control-Request-Headers", headers } },
        });
    }

    static string One(HttpResponseMessage answer, string header) => Many(answer, header).ShouldHaveSingleItem();

    static List<string> Many(HttpResponseMessage answer, string header) => answer.Headers.TryGetValues(header, out var values) ? [.. values] : [];
}

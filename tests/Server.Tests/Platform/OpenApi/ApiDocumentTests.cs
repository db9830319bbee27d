using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Consilium.Tests.Platform.OpenApi;

public sealed partial class ApiDocumentTests(Server server) : IClassFixture<Server>
{
    /// <summary>Set to 1, this test writes the committed document instead of comparing it.</summary>
    const string Renew = "CONSILIUM_RENEW_OPENAPI";

    [Fact]
    public async Task The_committed_document_is_the_one_that_is_served()
    {
        using var anyone = server.Anonymous();
        var served = await anyone.GetStringAsync("/openapi/v1.json");
        var path = Path.Combine(Repository.Root, "openapi.json");
        if (Environment.GetEnvironmentVariable(Renew) == "1") await File.WriteAllTextAsync(path, served);
        var committed = File.Exists(path) ? await File.ReadAllTextAsync(path) : "";
        (committed == served).ShouldBeTrue(
            $"openapi.json differs from what the server says, first at: {FirstDifference(committed, served)}\nRenew it: {Renew}=1 dotnet test tests/Server.Tests --filter ApiDocument");
    }

    [Fact]
    public async Task Every_route_is_described()
    {
        var described = (await OperationsAsync()).Select(o => $"{o.Method} {o.Path}").ToHashSet(StringComparer.Ordinal);
        var mapped = Routes().SelectMany(route => route.Metadata.GetRequiredMetadata<HttpMethodMetadata>().HttpMethods.Where(m => m != "HEAD").Select(m => $"{m} {PathOf(route)}"));
        mapped.Where(route => !described.Contains(route)).ShouldBeEmpty();
    }

    [Fact]
    public async Task Every_operation_says_what_it_does_and_how_it_ends()
    {
        foreach (var (method, path, operation) in await OperationsAsync())
        {
            var name = $"{method} {path}";
            operation.GetProperty("summary").GetString().ShouldNotBeNullOrWhiteSpace(name);
            operation.GetProperty("summary").GetString()!.ShouldNotEndWith(".", customMessage: name);
            operation.GetProperty("tags").GetArrayLength().ShouldBe(1, name);
            var statuses = operation.GetProperty("responses").EnumerateObject().Select(r => r.Name).ToList();
            statuses.ShouldContain(s => s[0] == '2' || s == "101", name);
            statuses.ShouldContain("500", name);
            statuses.ShouldContain("503", name);
            if (operation.TryGetProperty("requestBody", out _)) foreach (var status in (string[])["400", "413", "415"]) statuses.ShouldContain(status, name);
            if (path.Contains('{')) statuses.ShouldContain("404", name);
        }
    }

    [Fact]
    public async Task Every_body_has_a_schema_and_an_example()
    {
        var without = new List<string>();
        foreach (var (method, path, operation) in await OperationsAsync())
        {
            if (operation.TryGetProperty("requestBody", out var request)) Look("request", request);
            foreach (var response in operation.GetProperty("responses").EnumerateObject().Where(r => r.Name[0] == '2')) Look(response.Name, response.Value);

            void Look(string what, JsonElement body)
            {
                if (!body.TryGetProperty("content", out var content)) return;
                foreach (var media in content.EnumerateObject().Where(m => m.Name.StartsWith("application/json", StringComparison.Ordinal)))
                    if (!media.Value.TryGetProperty("schema", out _) || !media.Value.TryGetProperty("example", out _)) without.Add($"{method} {path} {what}");
            }
        }
        without.ShouldBeEmpty();
    }

    [Fact]
    public async Task Security_is_what_the_routes_ask_for()
    {
        var open = Routes().Where(r => r.Metadata.GetMetadata<IAllowAnonymous>() is not null).Select(PathOf).ToHashSet(StringComparer.Ordinal);
        foreach (var (method, path, operation) in await OperationsAsync())
        {
            var schemes = operation.TryGetProperty("security", out var security) ? security.EnumerateArray().SelectMany(s => s.EnumerateObject()).Select(s => s.Name).ToList() : [];
            if (open.Contains(path)) schemes.ShouldBeEmpty($"{method} {path}");
            else if (path.Contains("/conversations", StringComparison.Ordinal)) schemes.ShouldBe(["ApiKey"], $"{method} {path}");
            else schemes.ShouldContain("Bearer", $"{method} {path}");
        }
        var post = (await DocumentAsync()).GetProperty("paths").GetProperty("/api/v1/cases/{id}/messages").GetProperty("post").GetProperty("security");
        post.ToString().ShouldContain("cases:write");
    }

    [Fact]
    public async Task Names_are_those_of_the_wire()
    {
        var document = await DocumentAsync();
        foreach (var schema in document.GetProperty("components").GetProperty("schemas").EnumerateObject())
        {
            schema.Name.ShouldNotMatch("\\d$|Dto|Model|ProblemDetails|IFormFile");
            if (schema.Value.TryGetProperty("properties", out var properties))
                foreach (var property in properties.EnumerateObject()) property.Name.ShouldMatch("^[a-z][a-z0-9_]*$");
        }
        foreach (var (method, path, operation) in await OperationsAsync())
        {
            path.ShouldBe(path.ToLowerInvariant());
            if (!operation.TryGetProperty("parameters", out var parameters)) continue;
            foreach (var parameter in parameters.EnumerateArray().Where(p => p.Text("in") != "header")) parameter.Text("name").ShouldNotBeNull().ShouldMatch("^[a-z][a-z0-9_]*$", $"{method} {path}");
        }
        (await OperationsAsync()).Select(o => o.Operation.TryGetProperty("operationId", out var id) ? id.GetString() : null).Where(id => id is not null).ShouldBeUnique();
    }

    [Fact]
    public async Task Every_reference_leads_somewhere()
    {
        var document = await DocumentAsync();
        foreach (Match reference in Reference().Matches(document.ToString()))
        {
            var at = document;
            foreach (var step in reference.Groups["path"].Value.Split('/')) at = at.GetProperty(step);
        }
    }

    [Fact]
    public async Task The_document_is_asked_about_by_its_tag()
    {
        using var anyone = server.Anonymous();
        var first = await anyone.GetAsync("/openapi/v1.json");
        var again = await anyone.SendAsync(new(HttpMethod.Get, "/openapi/v1.json") { Headers = { IfNoneMatch = { first.Headers.ETag! } } });
        ((int)again.StatusCode).ShouldBe(304);
    }

    [Theory]
    [InlineData("/docs")]
    [InlineData("/docs/")]
    [InlineData("/redoc")]
    [InlineData("/api/v1/docs")]
    [InlineData("/api/v1/redoc")]
    public async Task The_pages_answer_at_once_and_find_what_they_load(string path)
    {
        using var anyone = server.Anonymous();
        var page = await anyone.GetAsync(path);
        page.Content.Headers.ContentType!.MediaType.ShouldBe("text/html");
        var html = await (await anyone.GetAsync(path)).Content.ReadAsStringAsync();
        var loaded = Loaded().Matches(html).Select(m => m.Groups["address"].Value).Where(address => !address.StartsWith("data:", StringComparison.Ordinal)).ToList();
        loaded.ShouldNotBeEmpty();
        foreach (var address in loaded)
        {
            address.ShouldStartWith("/");
            (await anyone.GetAsync(address)).IsSuccessStatusCode.ShouldBeTrue(address);
        }
    }

    [Fact]
    public async Task The_pages_load_and_tell_nothing_elsewhere()
    {
        using var anyone = server.Anonymous();
        foreach (var path in (string[])["/docs", "/redoc"])
            (await anyone.GetAsync(path)).Headers.GetValues("Content-Security-Policy").Single().ShouldContain("default-src 'none'; script-src 'self';");
        (await (await anyone.GetAsync("/redoc")).Content.ReadAsStringAsync()).ShouldContain(" disable-telemetry=\"true\"");
        var script = await (await anyone.GetAsync("/redoc/redoc.standalone.js")).Content.ReadAsStringAsync();
        script.ShouldContain("disableTelemetry"); // it still knows the word
        script.ShouldNotMatch("""https?://[^`'" ]+\.(svg|png|css|js|woff2?)[`'"]""");
    }

    IEnumerable<RouteEndpoint> Routes() => server.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
        .Where(route => route.Metadata.GetMetadata<IExcludeFromDescriptionMetadata>() is not { ExcludeFromDescription: true });

    static string PathOf(RouteEndpoint route) => Constraint().Replace(
        "/" + route.RoutePattern.RawText!.Trim('/'), match => $"{{{JsonNamingPolicy.SnakeCaseLower.ConvertName(match.Groups["name"].Value)}}}");

    async Task<JsonElement> DocumentAsync()
    {
        using var anyone = server.Anonymous();
        return await anyone.GetJsonAsync("/openapi/v1.json");
    }

    async Task<List<(string Method, string Path, JsonElement Operation)>> OperationsAsync() =>
        [.. (await DocumentAsync()).GetProperty("paths").EnumerateObject().SelectMany(path => path.Value.EnumerateObject().Select(o => (o.Name.ToUpperInvariant(), path.Name, o.Value)))];

    static string FirstDifference(string committed, string served)
    {
        var (left, right) = (committed.Split('\n'), served.Split('\n'));
        var line = left.Zip(right).TakeWhile(pair => pair.First == pair.Second).Count();
        return $"line {line + 1}: committed '{left.ElementAtOrDefault(line)?.Trim()}', served '{right.ElementAtOrDefault(line)?.Trim()}'";
    }

    [GeneratedRegex("\"#/(?<path>[^\"]+)\"", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex Reference();

    [GeneratedRegex("(src|href|spec-url)=\"(?<address>[^\"]+)\"", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex Loaded();

    [GeneratedRegex("\\{(?<name>\\w+)[^}]*\\}", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex Constraint();
}

using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.RegularExpressions;
using Consilium.Tests.Modules.Cases;

namespace Consilium.Tests.Api;

/// <summary>What the document says of answers is what comes: each route's good request is sent, and its answer compared with the document.</summary>
public sealed partial class AnswersTests(CaseServer server) : IClassFixture<CaseServer>
{
    static readonly string[] Described = ["ETag", "Location", "Retry-After", "WWW-Authenticate", "RateLimit", "RateLimit-Policy"];

    [Fact]
    public async Task Each_good_request_is_answered_as_the_document_says()
    {
        var api = await ApiSchemas.ReadAsync(server.Address);
        var operations = api.Operations().ToDictionary(of => $"{of.Method} {of.Path}", of => of.Operation, StringComparer.Ordinal);
        var (compared, faults) = (0, new List<string>());
        foreach (var route in Route.Of(server))
        {
            if (!operations.TryGetValue($"{route.Method} {Documented(route)}", out var operation)) continue; // pages and the document itself
            var example = await Examples.All[route.Key](server);
            using var answer = await example.Caller.SendAsync(Attack.Good(route, example), HttpCompletionOption.ResponseHeadersRead);
            if (await FaultAsync(api, operation, answer) is { } fault) faults.Add($"{route.Key}: {fault}");
            compared++;
        }
        faults.ShouldBeEmpty();
        compared.ShouldBeGreaterThan(150);
    }

    [Fact]
    public async Task Each_refusal_of_a_stranger_is_answered_as_the_document_says()
    {
        var api = await ApiSchemas.ReadAsync(server.Address);
        var operations = api.Operations().ToDictionary(of => $"{of.Method} {of.Path}", of => of.Operation, StringComparer.Ordinal);
        var (compared, faults) = (0, new List<string>());
        using var anyone = server.Anonymous();
        foreach (var route in Route.Of(server).Where(route => !route.IsAnonymous))
        {
            var operation = operations[$"{route.Method} {Documented(route)}"];
            var example = await Examples.All[route.Key](server);
            using var answer = await anyone.SendAsync(Attack.Good(route, example), HttpCompletionOption.ResponseHeadersRead);
            ((int)answer.StatusCode).ShouldBe(401, route.Key);
            if (await FaultAsync(api, operation, answer) is { } fault) faults.Add($"{route.Key}: {fault}");
            compared++;
        }
        faults.ShouldBeEmpty();
        compared.ShouldBeGreaterThan(100);
    }

    static async Task<string?> FaultAsync(ApiSchemas api, JsonElement operation, HttpResponseMessage answer)
    {
        var status = $"{(int)answer.StatusCode}";
        if (!operation.GetProperty("responses").TryGetProperty(status, out var declared)) return $"the document knows no {status}";
        var response = api.Resolve(declared);
        var headers = response.TryGetProperty("headers", out var named) ? named.EnumerateObject().Select(header => header.Name).ToList() : [];
        foreach (var header in Described)
            if (answer.Headers.Contains(header) && !headers.Contains(header)) return $"{status} has {header}, of which the document says nothing";
        foreach (var header in (string[])["ETag", "Location", "WWW-Authenticate"])
            if (headers.Contains(header) && !answer.Headers.Contains(header)) return $"{status} lacks {header}, which the document promises";
        if (answer.Content.Headers.ContentType is not { MediaType: { } type })
            return response.TryGetProperty("content", out _) ? $"{status} has no body" : null;
        if (!response.TryGetProperty("content", out var content)) return $"{status} has a body, {type}, and the document says none";
        var media = content.EnumerateObject().Where(one => Fits(one.Name, type)).Select(one => one.Value).ToList();
        if (media.Count == 0) return $"{status} is {type}, of which the document says nothing";
        if (!type.EndsWith("json", StringComparison.Ordinal)) return null;
        using var body = JsonDocument.Parse(await answer.Content.ReadAsStringAsync());
        return api.Fault(media[0].GetProperty("schema"), body.RootElement) is { } fault ? $"{status} {fault}" : null;
    }

    static bool Fits(string declared, string type) => declared == "*/*" || MediaTypeHeaderValue.Parse(declared).MediaType == type;

    // /cases/{messageId:guid} → /cases/{message_id}
    static string Documented(Route route) =>
        Parameter().Replace(route.Pattern, parameter => $"{{{JsonNamingPolicy.SnakeCaseLower.ConvertName(parameter.Groups["name"].Value)}}}");

    [GeneratedRegex("\\{(?<name>\\w+)[^}]*\\}", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex Parameter();
}

using System.Text.Json;
using System.Text.Json.Nodes;
using Consilium.Platform.OpenApi;
using Microsoft.Extensions.DependencyInjection;

namespace Consilium.Tests.Platform.OpenApi;

/// <summary>
/// What the document says of the members of requests is what the server takes and refuses: each member of each example is left out, set to null, and
/// given values beyond its bounds, and sent to a real server.
/// </summary>
public sealed class ApiClaimsTests(Server server) : IClassFixture<Server>
{
    [Fact]
    public async Task Required_null_names_and_bounds_are_those_that_the_server_keeps()
    {
        var api = await ApiSchemas.ReadAsync(server.Address);
        var examples = server.Services.GetRequiredService<ExampleBodies>();
        using var caller = new ApiCaller(server);
        await FillPathsAsync(caller);
        var (tried, faults) = (0, new List<string>());
        foreach (var (method, path, operation) in api.Operations().Where(of => of.Path.StartsWith("/api/", StringComparison.Ordinal)))
        {
            if (!operation.TryGetProperty("requestBody", out var request)) continue;
            if (!request.GetProperty("content").TryGetProperty("application/json", out var media)) continue;
            var schema = media.GetProperty("schema");
            if (!schema.TryGetProperty("$ref", out var reference)) continue;
            var type = examples.Types.Single(one => one.Name == reference.GetString()!.Split('/')[^1]);
            var client = await caller.ForAsync(operation, preferAdmin: path.Contains("/config", StringComparison.Ordinal));
            var body = new Body(api, async json =>
            {
                tried++;
                using var response = await client.SendJsonAsync(new(method), caller.Fill(path), json);
                return await ApiCaller.FaultsAsync(response);
            });
            (await body.FaultsAsync("[]")).ShouldNotBeNull($"{method} {path} looks at its body before anything else");
            foreach (var example in examples.Of(type))
            {
                api.Fault(schema, example).ShouldBeNull($"{method} {path} with its example {example}");
                await body.LookAsync(example, example.AsObject(), api.Resolve(schema));
            }
            faults.AddRange(body.Faults().Select(fault => $"{method} {path} {fault}"));
        }
        faults.ShouldBeEmpty();
        tried.ShouldBeGreaterThan(500);
    }

    /// <summary>A conversation must be there before its messages are looked at.</summary>
    async Task FillPathsAsync(ApiCaller caller)
    {
        using var program = Client.WithKey(server.Address, "neuRealities_assessment");
        var created = await (await program.PostJsonAsync("/conversations", new { description = "A bot" })).ShouldAnswerAsync(201);
        caller.Path["/api/v1/conversations/{id}/messages/create:id"] = created.Text("conversation_id")!;
    }

    /// <summary>The body of an operation: what is tried of its members, and what came of it.</summary>
    sealed class Body(ApiSchemas api, Func<string, Task<IReadOnlyList<string>?>> send)
    {
        readonly Dictionary<string, Verdict> verdicts = new(StringComparer.Ordinal);
        readonly List<string> faults = [];

        public Task<IReadOnlyList<string>?> FaultsAsync(string json) => send(json);

        public IEnumerable<string> Faults() => faults.Concat(verdicts.SelectMany(of => of.Value.Faults(of.Key)));

        public async Task LookAsync(JsonNode whole, JsonObject members, JsonElement schema)
        {
            var required = schema.TryGetProperty("required", out var names) ? names.EnumerateArray().Select(name => name.GetString()).ToList() : [];
            foreach (var member in schema.GetProperty("properties").EnumerateObject())
            {
                var path = members.GetPath() is var parent and not "$" ? $"{parent[2..]}.{member.Name}" : member.Name;
                var isThere = members.TryGetPropertyValue(member.Name, out var given);
                members.Remove(member.Name);
                var mayBeMissing = !await IsRefusedAsync(whole, path);
                members[member.Name] = null;
                var mayBeNull = !await IsRefusedAsync(whole, path);
                foreach (var (value, fits) in Tries(api.Resolve(member.Value)))
                {
                    members[member.Name] = value;
                    if (await IsRefusedAsync(whole, path) != fits) continue;
                    var shown = value.ToJsonString() is { Length: < 60 } text ? text : "too long a value";
                    faults.Add($"{path}: {shown} should {(fits ? "be taken" : "be refused")}");
                }
                members.Remove(member.Name);
                if (isThere) members[member.Name] = given;
                var allowsNull = api.Fault(member.Value, null) is null;
                var before = verdicts.GetValueOrDefault(path) ?? new(false, false, required.Contains(member.Name), allowsNull);
                verdicts[path] = before with { MayBeMissing = before.MayBeMissing || mayBeMissing, MayBeNull = before.MayBeNull || mayBeNull };
                if (given is JsonObject inner && Form(member.Value) is { } form) await LookAsync(whole, inner, form);
            }
        }

        // A reference, alone or beside null, leads to an object.
        JsonElement? Form(JsonElement member)
        {
            var form = api.Resolve(member.TryGetProperty("oneOf", out var forms) ? forms.EnumerateArray().Last() : member);
            return form.TryGetProperty("properties", out _) ? form : null;
        }

        async Task<bool> IsRefusedAsync(JsonNode whole, string member) => await send(whole.ToJsonString()) is { } about
            && (about.Contains("*") || about.Any(field => field == member || field.StartsWith($"{member}[", StringComparison.Ordinal)));
    }

    static IEnumerable<(JsonNode Value, bool Fits)> Tries(JsonElement schema)
    {
        if (schema.TryGetProperty("enum", out var names))
        {
            foreach (var name in names.EnumerateArray().Where(name => name.ValueKind == JsonValueKind.String)) yield return (name.GetString()!, true);
            yield return ("no_such_name", false);
        }
        if (schema.TryGetProperty("maxLength", out var most)) yield return (new string('x', most.GetInt32() + 1), false);
        if (schema.TryGetProperty("minLength", out _)) yield return ("", false);
        if (schema.TryGetProperty("maxItems", out var many)) yield return (Entries(schema, many.GetInt32() + 1), false);
        if (schema.TryGetProperty("minItems", out _)) yield return (new JsonArray(), false);
        if (schema.TryGetProperty("minimum", out var least)) yield return (JsonValue.Create(least.GetDecimal() - 1), false);
        if (schema.TryGetProperty("exclusiveMinimum", out var below)) yield return (JsonValue.Create(below.GetDecimal()), false);
        if (schema.TryGetProperty("maximum", out var greatest)) yield return (JsonValue.Create(greatest.GetDecimal() + 1), false);
        var format = schema.TryGetProperty("format", out var named) ? named.GetString() : null;
        if (format is "uuid" or "date-time" or "date") yield return ("yesterday", false);
    }

    static JsonArray Entries(JsonElement list, int count)
    {
        var items = list.GetProperty("items");
        var isId = items.TryGetProperty("format", out _) || items.TryGetProperty("oneOf", out _);
        return new([.. Enumerable.Range(0, count).Select(i => (JsonNode)(isId ? $"{Guid.CreateVersion7()}" : $"entry {i}"))]);
    }

    sealed record Verdict(bool MayBeMissing, bool MayBeNull, bool IsRequired, bool AllowsNull)
    {
        public IEnumerable<string> Faults(string member)
        {
            if (MayBeMissing == IsRequired) yield return $"{member}: required by the document {IsRequired}, may be missing {MayBeMissing}";
            if (MayBeNull != AllowsNull) yield return $"{member}: null by the document {AllowsNull}, null is taken {MayBeNull}";
        }
    }
}

using System.Text.Json;
using System.Text.Json.Nodes;
using Json.Schema;

namespace Consilium.Tests.Support;

/// <summary>The API's document as JSON Schemas (2020-12, which OpenAPI 3.1 uses), judged by an implementation that is not ours.</summary>
internal sealed class ApiSchemas
{
    const string Id = "https://example.com/api.json";

    static readonly EvaluationOptions Strict = new() { OutputFormat = OutputFormat.List, RequireFormatValidation = true };
    static readonly SemaphoreSlim Gate = new(1);
    static ApiSchemas? ofThisBuild;

    readonly BuildOptions build = new() { SchemaRegistry = new(), Dialect = Dialect.Draft202012 };
    readonly Dictionary<string, JsonSchema> known = new(StringComparer.Ordinal);

    ApiSchemas(JsonElement document)
    {
        Document = document;
        var schemas = JsonNode.Parse(Absolute(document.GetProperty("components").GetProperty("schemas")));
        JsonSchema.FromText(new JsonObject { ["$id"] = Id, ["$defs"] = schemas }.ToJsonString(), build);
    }

    public JsonElement Document { get; }

    /// <summary>Of the application that is tested, wherever it runs: its document does not depend on settings.</summary>
    public static async Task<ApiSchemas> ReadAsync(Uri server)
    {
        await Gate.WaitAsync();
        try
        {
            if (ofThisBuild is not null) return ofThisBuild;
            using var anyone = new HttpClient { BaseAddress = server };
            using var document = JsonDocument.Parse(await anyone.GetStringAsync("/openapi/v1.json"));
            return ofThisBuild = new(document.RootElement.Clone());
        }
        finally
        {
            Gate.Release();
        }
    }

    /// <summary>What is wrong with a value, by a schema of the document; null when it fits.</summary>
    public string? Fault(JsonElement schema, JsonElement value)
    {
        lock (known)
        {
            var text = Absolute(schema);
            if (!known.TryGetValue(text, out var rule)) known[text] = rule = JsonSchema.FromText(text, build);
            var result = rule.Evaluate(value, Strict);
            if (result.IsValid) return null;
            var faults = (result.Details ?? []).Where(detail => detail.Errors is { Count: > 0 })
                .SelectMany(detail => detail.Errors!.Select(error => $"{detail.InstanceLocation}: {error.Value}"));
            return $"does not fit: {string.Join("; ", faults.Distinct(StringComparer.Ordinal))}";
        }
    }

    public string? Fault(JsonElement schema, JsonNode? value) => Fault(schema, JsonSerializer.SerializeToElement(value));

    /// <summary>The object that a reference of the document leads to; what is none stays.</summary>
    public JsonElement Resolve(JsonElement there)
    {
        if (there.ValueKind != JsonValueKind.Object || !there.TryGetProperty("$ref", out var reference)) return there;
        var at = Document;
        foreach (var step in reference.GetString()![2..].Split('/')) at = at.GetProperty(step);
        return Resolve(at);
    }

    /// <summary>All operations, with their path and method in capitals.</summary>
    public IEnumerable<(string Method, string Path, JsonElement Operation)> Operations() =>
        from path in Document.GetProperty("paths").EnumerateObject()
        from operation in path.Value.EnumerateObject()
        select (operation.Name.ToUpperInvariant(), path.Name, operation.Value);

    static string Absolute(JsonElement schema) =>
        schema.GetRawText().Replace("\"#/components/schemas/", $"\"{Id}#/$defs/", StringComparison.Ordinal);
}

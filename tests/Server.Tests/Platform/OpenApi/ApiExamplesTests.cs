using System.Text.Json;

namespace Consilium.Tests.Platform.OpenApi;

/// <summary>The document contradicts itself nowhere: examples fit their schemas, and schemas have the members that they require.</summary>
public sealed class ApiExamplesTests(Server server) : IClassFixture<Server>
{
    [Fact]
    public async Task Every_example_fits_its_schema()
    {
        var api = await ApiSchemas.ReadAsync(server.Address);
        var (compared, faults) = (0, new List<string>());
        foreach (var (method, path, operation) in api.Operations())
        {
            if (operation.TryGetProperty("requestBody", out var request)) Look($"{method} {path} request", request);
            foreach (var response in operation.GetProperty("responses").EnumerateObject())
                Look($"{method} {path} {response.Name}", api.Resolve(response.Value));
        }
        faults.ShouldBeEmpty();
        compared.ShouldBeGreaterThan(500);

        void Look(string place, JsonElement body)
        {
            if (!body.TryGetProperty("content", out var content)) return;
            foreach (var media in content.EnumerateObject())
            {
                if (!media.Value.TryGetProperty("example", out var example)) continue;
                compared++;
                if (api.Fault(media.Value.GetProperty("schema"), example) is { } fault) faults.Add($"{place} {media.Name}: {fault}");
            }
        }
    }

    [Fact]
    public async Task A_schema_has_the_members_that_it_requires_and_takes_null_where_it_says_so()
    {
        var api = await ApiSchemas.ReadAsync(server.Address);
        var faults = new List<string>();
        foreach (var schema in api.Document.GetProperty("components").GetProperty("schemas").EnumerateObject())
        {
            var members = schema.Value.TryGetProperty("properties", out var properties) ? properties.EnumerateObject().ToList() : [];
            var required = schema.Value.TryGetProperty("required", out var names) ? names.EnumerateArray().Select(name => name.GetString()!) : [];
            foreach (var name in required.Where(name => !members.Exists(member => member.Name == name)))
                faults.Add($"{schema.Name} has no {name}, and requires it");
            foreach (var member in members)
            {
                if (SaysNull(member.Value) && api.Fault(member.Value, null) is not null)
                    faults.Add($"{schema.Name}.{member.Name} says null and refuses it");
                if (IsNoObject(member.Value)) faults.Add($"{schema.Name}.{member.Name} is no object and has properties");
            }
        }
        foreach (var (place, schema) in Parameters(api))
        {
            if (IsNoObject(schema)) faults.Add($"{place} is no object and has properties");
            if (place.EndsWith(" limit", StringComparison.Ordinal) && !Has(schema, "integer")) faults.Add($"{place} is no integer");
        }
        faults.ShouldBeEmpty();
    }

    [Fact]
    public async Task Every_text_and_every_list_of_a_request_has_a_bound()
    {
        var api = await ApiSchemas.ReadAsync(server.Address);
        var unbounded = new List<string>();
        var looked = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (place, schema) in Parameters(api)) Look(place, schema);
        foreach (var (method, path, operation) in api.Operations().Where(of => of.Operation.TryGetProperty("requestBody", out _)))
            foreach (var content in operation.GetProperty("requestBody").GetProperty("content").EnumerateObject())
                Look($"{method} {path} {content.Name}", content.Value.GetProperty("schema"));
        looked.Count.ShouldBeGreaterThan(40);
        unbounded.ShouldBeEmpty();

        void Look(string place, JsonElement schema)
        {
            if (schema.TryGetProperty("$ref", out var reference))
            {
                if (looked.Add(reference.GetString()!)) Look(reference.GetString()!.Split('/')[^1], api.Resolve(schema));
                return;
            }
            foreach (var forms in (string[])["oneOf", "anyOf", "allOf"])
                if (schema.TryGetProperty(forms, out var several))
                    foreach (var form in several.EnumerateArray()) Look(place, form);
            if (schema.TryGetProperty("properties", out var members))
                foreach (var member in members.EnumerateObject()) Look($"{place}.{member.Name}", member.Value);
            var isBounded = schema.TryGetProperty("maxLength", out _) || schema.TryGetProperty("enum", out _)
                || (schema.TryGetProperty("format", out var format) && format.GetString() is "uuid" or "date" or "date-time" or "binary");
            if (Has(schema, "string") && !isBounded) unbounded.Add(place);
            if (!Has(schema, "array")) return;
            if (!schema.TryGetProperty("maxItems", out _)) unbounded.Add(place);
            Look($"{place}[]", schema.GetProperty("items"));
        }
    }

    static IEnumerable<(string Place, JsonElement Schema)> Parameters(ApiSchemas api) =>
        from of in api.Operations()
        where of.Operation.TryGetProperty("parameters", out _)
        from parameter in of.Operation.GetProperty("parameters").EnumerateArray()
        select ($"{of.Method} {of.Path} {parameter.Text("name")}", parameter.GetProperty("schema"));

    static bool IsNoObject(JsonElement schema) => schema.TryGetProperty("properties", out _) && !Has(schema, "object");

    static bool SaysNull(JsonElement schema) =>
        Has(schema, "null") || (schema.TryGetProperty("oneOf", out var forms) && forms.EnumerateArray().Any(form => Has(form, "null")));

    static bool Has(JsonElement schema, string type) => schema.TryGetProperty("type", out var types)
        && (types.ValueKind == JsonValueKind.Array ? types.EnumerateArray().Any(one => one.GetString() == type) : types.GetString() == type);
}

using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.WebUtilities;

namespace Consilium.Tests.Platform.OpenApi;

/// <summary>A reader of the document needs nothing else: everything in it says what it is.</summary>
public sealed partial class ApiWordsTests(Server server) : IClassFixture<Server>
{
    [Fact]
    public async Task Every_parameter_says_what_it_means()
    {
        var api = await ApiSchemas.ReadAsync(server.Address);
        var without = new List<string>();
        foreach (var (method, path, operation) in api.Operations())
            foreach (var parameter in Members(operation, "parameters"))
                if (SaysNothing(parameter, parameter.Text("name")!)) without.Add($"{method} {path} {parameter.Text("name")}");
        without.ShouldBeEmpty();
    }

    [Fact]
    public async Task Every_schema_and_every_member_of_one_says_what_it_means()
    {
        var api = await ApiSchemas.ReadAsync(server.Address);
        var without = new List<string>();
        foreach (var schema in api.Document.GetProperty("components").GetProperty("schemas").EnumerateObject())
        {
            if (SaysNothing(schema.Value, schema.Name)) without.Add(schema.Name);
            if (!schema.Value.TryGetProperty("properties", out var properties)) continue;
            foreach (var member in properties.EnumerateObject())
                if (SaysNothing(member.Value, member.Name)) without.Add($"{schema.Name}.{member.Name}");
        }
        without.ShouldBeEmpty();
    }

    [Fact]
    public async Task Nothing_speaks_of_people_as_men_or_has_to_be_read_twice()
    {
        var api = await ApiSchemas.ReadAsync(server.Address);
        var found = new List<string>();
        Look(api.Document);
        found.ShouldBeEmpty("Say \"only\" and \"they\".");

        void Look(JsonElement part)
        {
            if (part.ValueKind == JsonValueKind.Array)
                foreach (var item in part.EnumerateArray()) Look(item);
            if (part.ValueKind != JsonValueKind.Object) return;
            foreach (var member in part.EnumerateObject())
                if (member is { Name: "description" or "summary", Value.ValueKind: JsonValueKind.String })
                {
                    if (HardWord().IsMatch(member.Value.GetString()!)) found.Add(member.Value.GetString()!);
                }
                else
                {
                    Look(member.Value);
                }
        }
    }

    [Fact]
    public async Task No_body_has_the_words_of_a_parameter_instead_of_those_of_its_type()
    {
        var api = await ApiSchemas.ReadAsync(server.Address);
        var wrong = new List<string>();
        foreach (var (method, path, operation) in api.Operations())
            if (operation.TryGetProperty("requestBody", out var body) && body.TryGetProperty("description", out _)) wrong.Add($"{method} {path}");
        wrong.ShouldBeEmpty();
    }

    [Fact]
    public async Task Every_answer_says_what_it_is_and_not_only_its_status()
    {
        var api = await ApiSchemas.ReadAsync(server.Address);
        var without = new List<string>();
        foreach (var (method, path, operation) in api.Operations())
            foreach (var response in operation.GetProperty("responses").EnumerateObject())
            {
                var text = api.Resolve(response.Value).Text("description")!;
                var reason = ReasonPhrases.GetReasonPhrase(int.Parse(response.Name));
                if (text.Length == 0 || text == reason) without.Add($"{method} {path} {response.Name}");
            }
        without.ShouldBeEmpty();
    }

    [Fact]
    public async Task Every_answer_with_content_has_a_schema()
    {
        var api = await ApiSchemas.ReadAsync(server.Address);
        var without = new List<string>();
        foreach (var (method, path, operation) in api.Operations())
            foreach (var response in operation.GetProperty("responses").EnumerateObject())
            {
                var hasBody = response.Name is "200" or "201" or "202" or "206";
                var content = api.Resolve(response.Value).TryGetProperty("content", out var media) ? media.EnumerateObject().ToList() : [];
                var isWhole = content.Count > 0 && content.TrueForAll(type => type.Value.TryGetProperty("schema", out _));
                if (hasBody && !isWhole) without.Add($"{method} {path} {response.Name}");
            }
        without.ShouldBeEmpty();
    }

    // A word that repeats the name tells nothing: "The id.", "Id".
    static bool SaysNothing(JsonElement of, string name)
    {
        var text = of.TryGetProperty("description", out var description) ? description.GetString()!.Trim() : "";
        var letters = string.Concat(text.Where(char.IsLetter)).ToLowerInvariant();
        var bare = string.Concat(name.Where(char.IsLetter)).ToLowerInvariant();
        return text.Length < 8 || letters == bare || letters == $"the{bare}" || !(text.EndsWith('.') || text.EndsWith(')'));
    }

    static List<JsonElement> Members(JsonElement of, string name) => of.TryGetProperty(name, out var list) ? [.. list.EnumerateArray()] : [];

    [GeneratedRegex(@"\b(alone|whoever|he|him|his|himself)\b", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture | RegexOptions.IgnoreCase)]
    private static partial Regex HardWord();
}

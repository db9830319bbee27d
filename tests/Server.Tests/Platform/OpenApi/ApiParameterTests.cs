using System.Text.Json;

namespace Consilium.Tests.Platform.OpenApi;

/// <summary>What the document says of parameters is what the server takes and refuses: each is tried on a real server.</summary>
public sealed class ApiParameterTests(Server server) : IClassFixture<Server>
{
    [Fact]
    public async Task Names_lengths_and_bounds_of_query_parameters_are_those_that_the_server_keeps()
    {
        var api = await ApiSchemas.ReadAsync(server.Address);
        using var someone = new ApiCaller(server);
        using var leaver = new ApiCaller(server);
        var (tried, faults) = (0, new List<string>());
        foreach (var (method, path, operation) in api.Operations())
        {
            if (method == "DELETE" || !operation.TryGetProperty("parameters", out _)) continue;
            if (path.EndsWith("/ws", StringComparison.Ordinal)) continue; // asks for a WebSocket before anything else
            var query = operation.GetProperty("parameters").EnumerateArray().Where(parameter => parameter.Text("in") == "query").ToList();
            var caller = path.EndsWith("/logout", StringComparison.Ordinal) ? leaver : someone;
            var client = await caller.ForAsync(operation, preferAdmin: true);
            var body = BodyOf(operation);
            var needed = query.Where(IsRequired).ToDictionary(parameter => parameter.Text("name")!, Example, StringComparer.Ordinal);
            foreach (var parameter in query)
            {
                var name = parameter.Text("name")!;
                foreach (var (value, fits) in Tries(parameter.GetProperty("schema"))) await TryAsync(name, value, fits);
                await TryAsync(name, null, fits: !IsRequired(parameter));
            }

            async Task TryAsync(string name, string? value, bool fits)
            {
                tried++;
                var values = new Dictionary<string, string>(needed, StringComparer.Ordinal);
                if (value is null) values.Remove(name);
                else values[name] = value;
                var address = $"{caller.Fill(path)}?{string.Join('&', values.Select(one => $"{one.Key}={Uri.EscapeDataString(one.Value)}"))}";
                using var request = new HttpRequestMessage(new(method), address);
                if (method is "POST" or "PUT" or "PATCH") request.Content = new StringContent(body, null, "application/json");
                using var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
                var about = await ApiCaller.FaultsAsync(response);
                if ((about is not null && (about.Contains(name) || about.Contains("*"))) != fits) return;
                var shown = value is null ? "left out" : value.Length > 40 ? $"with {value.Length} characters" : $"'{value}'";
                faults.Add($"{method} {path} {name} {shown} should {(fits ? "be taken" : "be refused")}: {(int)response.StatusCode}");
            }
        }
        faults.ShouldBeEmpty();
        tried.ShouldBeGreaterThan(400);
    }

    // What the body lacks would be said before anything of the query.
    static string BodyOf(JsonElement operation) =>
        operation.TryGetProperty("requestBody", out var body) && body.GetProperty("content").TryGetProperty("application/json", out var media)
            && media.TryGetProperty("example", out var example) ? example.GetRawText() : "{}";

    static bool IsRequired(JsonElement parameter) => parameter.TryGetProperty("required", out var required) && required.GetBoolean();

    static string Example(JsonElement parameter) =>
        parameter.GetProperty("schema").TryGetProperty("enum", out var names) ? names[0].GetString()! : "x";

    // What fits is tried where it is known, what does not fit wherever a rule says so.
    static IEnumerable<(string Value, bool Fits)> Tries(JsonElement schema)
    {
        if (schema.TryGetProperty("enum", out var names))
        {
            foreach (var name in names.EnumerateArray()) yield return (name.GetString()!, true);
            yield return ("no_such_name", false);
            yield return (names[0].GetString()!.ToUpperInvariant(), false);
        }
        if (schema.TryGetProperty("maxLength", out var most)) yield return (new('a', most.GetInt32() + 1), false);
        if (schema.TryGetProperty("minimum", out var least) && least.TryGetInt64(out var low))
        {
            yield return ($"{low}", true);
            yield return ($"{low - 1}", false);
        }
        if (schema.TryGetProperty("maximum", out var greatest) && greatest.TryGetInt64(out var high) && high < long.MaxValue)
        {
            yield return ($"{high}", true);
            yield return ($"{high + 1}", false);
        }
        if (schema.TryGetProperty("pattern", out _)) yield return ("not by the pattern!", false);
        if (schema.TryGetProperty("format", out var format) && format.GetString() is "uuid" or "date-time") yield return ("yesterday", false);
    }
}

using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Consilium.Tests.Support;

/// <summary>
/// Calls any operation of the document as somebody whom it lets in, with ids of things that are not there: what is wrong with a request is said
/// before that.
/// </summary>
internal sealed partial class ApiCaller(Server server) : IDisposable
{
    readonly Dictionary<string, Client> clients = new(StringComparer.Ordinal);

    /// <summary>Values of path parameters that must be right for anything else to be looked at.</summary>
    public Dictionary<string, string> Path { get; } = new(StringComparer.Ordinal);

    public async Task<Client> ForAsync(JsonElement operation, bool preferAdmin)
    {
        var schemes = operation.GetProperty("security").EnumerateArray().SelectMany(one => one.EnumerateObject()).ToList();
        if (schemes.Count == 0) return await GetAsync("nobody", () => Task.FromResult(server.Anonymous()));
        if (schemes.TrueForAll(scheme => scheme.Name == "ApiKey"))
            return await GetAsync("key", () => Task.FromResult(Client.WithKey(server.Address, "neuRealities_assessment")));
        var named = Roles().Match(operation.TryGetProperty("description", out var text) ? text.GetString()! : "");
        string[] roles = named.Success ? named.Groups["names"].Value.Split(", ") : ["admin"];
        var role = preferAdmin && roles.Contains("admin") ? "admin" : roles[0];
        return await GetAsync(role, () => server.SignedInAsync(role));
    }

    /// <summary>The path of an operation with its parameters filled in.</summary>
    public string Fill(string path) => Parameter().Replace(path, parameter =>
        Path.TryGetValue($"{path}:{parameter.Groups["name"].Value}", out var value) ? value
        : parameter.Groups["name"].Value is "key" or "kind" ? "no.such.thing"
        : Guid.CreateVersion7().ToString());

    /// <summary>What the answer says is wrong, by field; null when it does not say that the request is wrong.</summary>
    public static async Task<IReadOnlyList<string>?> FaultsAsync(HttpResponseMessage response)
    {
        if (response.StatusCode is HttpStatusCode.RequestUriTooLong or HttpStatusCode.RequestEntityTooLarge) return ["*"];
        ((int)response.StatusCode).ShouldBeLessThan(500, $"{response.RequestMessage!.Method} {response.RequestMessage.RequestUri}");
        response.StatusCode.ShouldNotBe(HttpStatusCode.TooManyRequests);
        if (response.StatusCode != HttpStatusCode.BadRequest) return null;
        using var body = JsonDocument.Parse(await response.Content.ReadAsStringAsync());
        foreach (var name in (string[])["errors", "details"])
            if (body.RootElement.TryGetProperty(name, out var errors)) return [.. errors.EnumerateObject().Select(field => field.Name)];
        return [];
    }

    public void Dispose()
    {
        foreach (var client in clients.Values) client.Dispose();
    }

    async Task<Client> GetAsync(string who, Func<Task<Client>> make)
    {
        if (!clients.TryGetValue(who, out var client)) clients[who] = client = await make();
        return client;
    }

    [GeneratedRegex(@"Roles: (?<names>[a-z, ]+)\.", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex Roles();

    [GeneratedRegex(@"\{(?<name>\w+)\}", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex Parameter();
}

using System.Text;
using System.Text.Json;

namespace Consilium.Bench;

/// <summary>A server on a database that the command <c>seed</c> has filled, and people of it who list and search.</summary>
internal sealed class Clinic(Uri address, IReadOnlyDictionary<string, string> tokens)
{
    const string Password = "seeded demo 123";

    /// <summary>Words of the invented vocabulary: in every third text, in one of some hundred, in none.</summary>
    static readonly string[] Words = ["the", "cardelova", "neverwritten"];

    /// <summary>A tenth as many doctors as patients, and 20 messages in each conversation.</summary>
    public static async Task<Clinic> OpenAsync(Stage stage, string database, int patients, long messages)
    {
        var address = await stage.StartSeededAsync(database, ["seed", "--patients", $"{patients}", "--messages", $"{messages}"]);
        using var http = new HttpClient { BaseAddress = address };
        var tokens = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var role in (string[])["staff", "doctor", "hospital"]) tokens[role] = await LogInAsync(http, $"{role}-00001@example.com", Password);
        tokens["admin"] = await LogInAsync(http, "admin@example.com", "admin123");
        return new(address, tokens);
    }

    public Task<Sample> InboxAsync(double seconds) => RunAsync("staff", _ => "/api/v1/cases?limit=50", seconds);

    public Task<Sample> SearchAsync(string role, double seconds) => RunAsync(role, i => $"/api/v1/records/search?q={Words[i % Words.Length]}", seconds);

    Task<Sample> RunAsync(string role, Func<long, string> path, double seconds) => new Load(address, (_, i) =>
        Encoding.UTF8.GetBytes($"GET {path(i)} HTTP/1.1\r\nHost: {address.Authority}\r\nAuthorization: Bearer {tokens[role]}\r\n\r\n")).RunAsync(4, seconds);

    static async Task<string> LogInAsync(HttpClient http, string email, string password)
    {
        using var answer = await http.PostAsJsonAsync("auth/login", new { username = email, password });
        return (await answer.EnsureSuccessStatusCode().Content.ReadFromJsonAsync<JsonElement>()).GetProperty("access_token").GetString()!;
    }
}

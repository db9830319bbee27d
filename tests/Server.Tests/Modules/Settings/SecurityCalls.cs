using System.Text.Json;

namespace Consilium.Tests.Modules.Settings;

/// <summary>Calls of the vault's routes.</summary>
internal static class SecurityCalls
{
    public const string Root = "/api/v1/security";

    public static async Task<string> EncryptAsync(this HttpClient client, object value) =>
        (await (await client.PostJsonAsync($"{Root}/encrypt", new { value })).ShouldAnswerAsync(200)).Text("encrypted_value")!;

    public static Task<HttpResponseMessage> TryDecryptAsync(this HttpClient client, string encrypted, string? reason = null) =>
        client.PostJsonAsync($"{Root}/decrypt", new { encrypted_value = encrypted, reason });

    public static async Task<JsonElement> DecryptAsync(this HttpClient client, string encrypted) =>
        (await (await client.TryDecryptAsync(encrypted)).ShouldAnswerAsync(200)).GetProperty("value");

    public static async Task<List<JsonElement>> KeysAsync(this HttpClient client) => (await client.GetJsonAsync($"{Root}/keys?limit=200")).Items();
}

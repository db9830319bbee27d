using System.Text.Json;

namespace Consilium.Tests.Modules.Care;

/// <summary>The people of a practice, and who is mapped to whom.</summary>
internal static class CareCalls
{
    public const string Mappings = "/api/v1/mappings";

    public static async Task<Client> AdminAsync(this Server server) => await server.SignInAsync("admin@example.com", "admin123");

    /// <summary>Maps two, of whom the kind says who is who: <c>doctor-patient</c>.</summary>
    public static async Task<JsonElement> MapAsync(this Client by, string kind, Guid first, Guid second) =>
        await (await by.PostJsonAsync($"{Mappings}/{kind}", Body(kind, first, second))).ShouldAnswerAsync(201);

    public static async Task UnmapAsync(this Client by, string kind, Guid mappingId) =>
        await (await by.DeleteAsync($"{Mappings}/{kind}/{mappingId}")).ShouldAnswerAsync(204);

    public static Dictionary<string, object> Body(string kind, Guid first, Guid second)
    {
        var body = new Dictionary<string, object>(StringComparer.Ordinal) { [$"{First(kind)}_id"] = first, [$"{Second(kind)}_id"] = second };
        if (kind == "user-patient") body["relation"] = "parent";
        return body;
    }

    public static string First(string kind) => kind.Split('-')[0];

    public static string Second(string kind) => kind.Split('-')[1];

    public static string Events(Guid patientId) => $"/api/v1/patients/{patientId}/events";
}

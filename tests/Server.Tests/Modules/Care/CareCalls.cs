using System.Text.Json;

namespace Consilium.Tests.Modules.Care;

/// <summary>The people of a practice, and who is mapped to whom.</summary>
internal static class CareCalls
{
    public const string Mappings = "/api/v1/mappings";
    const string Password = "several plain words 7";

    /// <summary>Somebody new of this role, with the profile that belongs to it.</summary>
    public static async Task<Client> PersonAsync(this Server server, string role)
    {
        if (role is not ("patient" or "doctor" or "hospital")) return await server.SignedInAsync(role);
        var email = $"{role}-{Guid.CreateVersion7():N}@example.com";
        using var anonymous = server.Anonymous();
        var id = (await (await anonymous.PostJsonAsync("/auth/signup", new { email, password = Password })).ShouldAnswerAsync(201)).Id();
        await server.Database.ExecuteAsync("UPDATE accounts.users SET role = $2 WHERE id = $1", id, role);
        await server.Database.ExecuteAsync(role == "patient"
            ? "INSERT INTO care.patients (id, user_id, name, created_at, updated_at) VALUES ($1, $1, 'Test patient', now(), now())"
            : $"INSERT INTO care.{role}s (id, name, created_at, updated_at) VALUES ($1, 'Test {role}', now(), now())", id);
        return await server.SignInAsync(email, Password);
    }

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

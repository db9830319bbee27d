using System.Text.Json;
using Consilium.Tests.Modules.Cases;

namespace Consilium.Tests.Modules.Care;

/// <summary>A server with everybody who could ask for a profile, and ways to make them belong together.</summary>
public sealed class ProfileServer : CaseServer
{
    /// <summary>Roles whose people have no relation to anybody in a test.</summary>
    public IReadOnlyDictionary<string, Client> Strangers { get; private set; } = null!;

    public override async Task InitializeAsync()
    {
        await base.InitializeAsync();
        var strangers = new Dictionary<string, Client>(StringComparer.Ordinal);
        foreach (var role in (string[])["user", "patient", "doctor", "hospital"]) strangers[role] = await SignedInAsync(role);
        strangers["staff"] = Staff;
        Strangers = strangers;
    }

    public Task TreatsAsync(Client doctor, Guid patient) => Admin.MapAsync("doctor-patient", doctor.UserId, patient);

    public Task CaresForAsync(Client hospital, Guid patient) => Admin.MapAsync("hospital-patient", hospital.UserId, patient);

    public Task EmploysAsync(Guid hospital, Client doctor) => Admin.MapAsync("hospital-doctor", hospital, doctor.UserId);

    /// <summary>A patient without an account, of this account.</summary>
    public static async Task<Guid> DependantOfAsync(Client user, string name = "Dependant", string relation = "parent") =>
        (await (await user.PostJsonAsync($"/api/v1/users/{user.UserId}/patients", new { name, relation })).ShouldAnswerAsync(201)).Id();

    public async Task<Guid> HospitalAsync(object body) => (await (await Admin.PostJsonAsync("/api/v1/hospitals", body)).ShouldAnswerAsync(201)).Id();

    /// <summary>The newest entry that somebody left about a patient: <c>action outcome reason</c>; null when there is none.</summary>
    public Task<string?> LoggedAsync(Guid patient, Client actor) => Database.ScalarAsync<string>("""
        SELECT concat_ws(' ', action, outcome, reason) FROM audit.entries WHERE subject_id = $1 AND actor_id = $2 ORDER BY id DESC LIMIT 1
        """, patient, actor.UserId);
}

/// <summary>What profile lists show.</summary>
internal static class Profiles
{
    public static async Task<List<Guid>> IdsAsync(this Client caller, string path) => [.. (await caller.GetJsonAsync(path)).Items().Select(item => item.Id())];

    public static List<string?> Texts(this JsonElement element, string property) => [.. element.GetProperty(property).EnumerateArray().Select(text => text.GetString())];
}

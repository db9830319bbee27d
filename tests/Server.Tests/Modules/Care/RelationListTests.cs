using System.Text.Json;

namespace Consilium.Tests.Modules.Care;

/// <summary>Who sees who belongs to whom, and how much of it.</summary>
public sealed class RelationListTests(Server server) : IClassFixture<Server>, IAsyncLifetime
{
    Client admin = null!;
    Client hospital = null!;
    Client doctor = null!;
    Client colleague = null!;
    Client patient = null!;

    public async Task InitializeAsync()
    {
        admin = await server.AdminAsync();
        hospital = await server.SignedInAsync("hospital");
        doctor = await server.SignedInAsync("doctor");
        colleague = await server.SignedInAsync("doctor");
        patient = await server.SignedInAsync("patient");
        foreach (var one in (Client[])[doctor, colleague]) await admin.MapAsync("hospital-doctor", hospital.UserId, one.UserId);
        await admin.MapAsync("hospital-patient", hospital.UserId, patient.UserId);
        await admin.MapAsync("doctor-patient", doctor.UserId, patient.UserId);
        await (await patient.PutJsonAsync($"/api/v1/patients/{patient.UserId}", new
        {
            dob = "1980-02-03", gender = "female", contact = "555 0100", blood_group = "A+", height = 170, weight = 70, allergies = new[] { "Latex" }, medications = new[] { "None" },
            conditions = new[] { "Asthma" }, emergency_contact_name = "Somebody", emergency_contact_number = "555 0101", address = "Somewhere 1",
        })).ShouldAnswerAsync(200);
    }

    public Task DisposeAsync()
    {
        foreach (var client in (Client[])[admin, hospital, doctor, colleague, patient]) client.Dispose();
        return Task.CompletedTask;
    }

    [Fact]
    public async Task Everybody_who_is_signed_in_sees_who_works_where()
    {
        using var user = await server.SignedInAsync("user");

        (await IdsAsync(user, $"/api/v1/hospitals/{hospital.UserId}/doctors")).ShouldBe([doctor.UserId, colleague.UserId], ignoreOrder: true);
        (await IdsAsync(user, $"/api/v1/doctors/{doctor.UserId}/hospitals")).ShouldBe([hospital.UserId]);
        foreach (var path in (string[])[$"/api/v1/hospitals/{doctor.UserId}/doctors", $"/api/v1/doctors/{hospital.UserId}/hospitals"])
            await (await user.GetAsync(path)).ShouldBeProblemAsync(404, "not_found");
    }

    [Fact]
    public async Task A_hospital_its_treating_doctors_and_administrators_see_its_patients_in_full()
    {
        foreach (var reader in (Client[])[hospital, doctor, admin])
        {
            var shown = await OneAsync(reader, $"/api/v1/hospitals/{hospital.UserId}/patients", patient.UserId);
            shown.ToString().ShouldBe((await patient.GetJsonAsync($"/api/v1/patients/{patient.UserId}")).ToString());
        }
    }

    [Fact]
    public async Task A_doctor_of_the_hospital_who_does_not_treat_a_patient_sees_who_it_is_and_nothing_else()
    {
        var shown = await OneAsync(colleague, $"/api/v1/hospitals/{hospital.UserId}/patients", patient.UserId);

        shown.Text("name").ShouldBe("Test patient");
        shown.Text("dob").ShouldBe("1980-02-03");
        shown.Text("gender").ShouldBe("female");
        shown.EnumerateObject().Where(member => !IsEmpty(member.Value)).Select(member => member.Name)
            .ShouldBe(["id", "name", "dob", "gender", "created_at", "updated_at"], ignoreOrder: true);
        (await server.Database.ColumnAsync<string>(
            "SELECT reason FROM audit.entries WHERE action = 'patient.list' AND subject_id = $1 AND actor_id = $2", patient.UserId, colleague.UserId)).ShouldBe(["doctor of the patient's hospital"]);
        await (await colleague.GetAsync($"/api/v1/patients/{patient.UserId}")).ShouldBeProblemAsync(404, "not_found");
    }

    [Fact]
    public async Task Others_do_not_see_a_hospitals_patients()
    {
        using var foreign = await server.SignedInAsync("hospital");
        using var stranger = await server.SignedInAsync("doctor");
        var path = $"/api/v1/hospitals/{hospital.UserId}/patients";

        foreach (var one in (Client[])[foreign, stranger]) await (await one.GetAsync(path)).ShouldBeProblemAsync(404, "not_found");
        await (await patient.GetAsync(path)).ShouldBeProblemAsync(403, "forbidden");
        (await server.Database.ColumnAsync<string>("SELECT outcome FROM audit.entries WHERE action = 'patient.list' AND resource = $1", $"hospital/{hospital.UserId}")).ShouldBe(["denied", "denied"]);
    }

    [Fact]
    public async Task A_hospital_sees_of_its_doctors_patients_those_who_are_its_own()
    {
        using var elsewhere = await server.SignedInAsync("patient");
        using var foreign = await server.SignedInAsync("hospital");
        await admin.MapAsync("doctor-patient", doctor.UserId, elsewhere.UserId);
        var path = $"/api/v1/doctors/{doctor.UserId}/patients";

        (await IdsAsync(doctor, path)).ShouldBe([patient.UserId, elsewhere.UserId], ignoreOrder: true);
        (await IdsAsync(admin, path)).ShouldBe([patient.UserId, elsewhere.UserId], ignoreOrder: true);
        (await IdsAsync(hospital, path)).ShouldBe([patient.UserId]);
        foreach (var one in (Client[])[colleague, foreign]) await (await one.GetAsync(path)).ShouldBeProblemAsync(404, "not_found");
        await (await patient.GetAsync(path)).ShouldBeProblemAsync(403, "forbidden");
    }

    [Fact]
    public async Task Who_treats_a_patient_is_for_those_who_may_read_the_patients_data()
    {
        foreach (var reader in (Client[])[patient, doctor, hospital, admin])
        {
            (await IdsAsync(reader, $"/api/v1/patients/{patient.UserId}/doctors")).ShouldBe([doctor.UserId]);
            (await IdsAsync(reader, $"/api/v1/patients/{patient.UserId}/hospitals")).ShouldBe([hospital.UserId]);
        }
        foreach (var many in (string[])["doctors", "hospitals"])
            await (await colleague.GetAsync($"/api/v1/patients/{patient.UserId}/{many}")).ShouldBeProblemAsync(404, "not_found");
        (await server.Database.ScalarAsync<long>("SELECT count(*) FROM audit.entries WHERE action = 'care_team.read' AND subject_id = $1 AND outcome = 'ok'", patient.UserId)).ShouldBe(8);
        (await server.Database.ScalarAsync<long>("SELECT count(*) FROM audit.entries WHERE action = 'care_team.read' AND subject_id = $1 AND outcome = 'denied'", patient.UserId)).ShouldBe(2);
    }

    [Fact]
    public async Task A_deleted_hospital_shows_nobody_any_more()
    {
        await (await admin.DeleteAsync($"/api/v1/hospitals/{hospital.UserId}")).ShouldAnswerAsync(204);

        foreach (var many in (string[])["doctors", "patients"]) await (await hospital.GetAsync($"/api/v1/hospitals/{hospital.UserId}/{many}")).ShouldBeProblemAsync(404, "not_found");
        (await IdsAsync(patient, $"/api/v1/patients/{patient.UserId}/hospitals")).ShouldBeEmpty();
    }

    [Fact]
    public async Task Pages_go_on_where_the_last_ended()
    {
        for (var i = 0; i < 3; i++)
        {
            using var another = await server.SignedInAsync("patient");
            await admin.MapAsync("hospital-patient", hospital.UserId, another.UserId);
        }
        var path = $"/api/v1/hospitals/{hospital.UserId}/patients?limit=3";

        var first = await colleague.GetJsonAsync(path);
        var second = await colleague.GetJsonAsync($"{path}&cursor={first.Text("next_cursor")}");

        second.Text("next_cursor").ShouldBeNull();
        first.Items().Concat(second.Items()).Select(one => one.Id()).Distinct().Count().ShouldBe(4);
        await (await colleague.GetAsync($"{path}&cursor=nonsense")).ShouldRefuseFieldsAsync("cursor");
    }

    static bool IsEmpty(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Null => true,
        JsonValueKind.Object => value.EnumerateObject().All(member => IsEmpty(member.Value)),
        JsonValueKind.Array => value.GetArrayLength() == 0,
        _ => false,
    };

    static async Task<List<Guid>> IdsAsync(Client by, string path) => (await by.GetJsonAsync(path)).Items().ConvertAll(one => one.Id());

    static async Task<JsonElement> OneAsync(Client by, string path, Guid id) => (await by.GetJsonAsync(path)).Items().Single(one => one.Id() == id);
}

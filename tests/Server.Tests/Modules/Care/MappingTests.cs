using System.Text.Json;

namespace Consilium.Tests.Modules.Care;

/// <summary>Who may map whom, and what the answers say. Tests share the server, never a person but the administrator.</summary>
public sealed class MappingTests(Server server) : IClassFixture<Server>, IAsyncLifetime
{
    Client admin = null!;

    public async Task InitializeAsync() => admin = await server.AdminAsync();

    public Task DisposeAsync()
    {
        admin.Dispose();
        return Task.CompletedTask;
    }

    [Theory]
    [InlineData("hospital-doctor")]
    [InlineData("hospital-patient")]
    [InlineData("doctor-patient")]
    [InlineData("user-patient")]
    public async Task An_administrator_maps_shows_lists_and_removes(string kind)
    {
        var (first, second) = await TwoAsync(kind);

        var answer = await admin.PostJsonAsync($"{CareCalls.Mappings}/{kind}", CareCalls.Body(kind, first, second));
        var mapping = await answer.ShouldAnswerAsync(201);
        mapping.EnumerateObject().Select(member => member.Name).ShouldBe(
            ["id", $"{CareCalls.First(kind)}_id", $"{CareCalls.Second(kind)}_id", "created_at", .. kind == "user-patient" ? (string[])["relation"] : []], ignoreOrder: true);
        mapping.Id($"{CareCalls.First(kind)}_id").ShouldBe(first);
        mapping.Id($"{CareCalls.Second(kind)}_id").ShouldBe(second);
        var location = answer.Headers.Location!.ToString();
        location.ShouldBe($"{CareCalls.Mappings}/{kind}/{mapping.Id()}");
        (await admin.GetJsonAsync(location)).ToString().ShouldBe(mapping.ToString());
        (await ListAsync(admin, kind, $"{CareCalls.Second(kind)}_id={second}")).ShouldHaveSingleItem().ToString().ShouldBe(mapping.ToString());
        await (await admin.PostJsonAsync($"{CareCalls.Mappings}/{kind}", CareCalls.Body(kind, first, second))).ShouldBeProblemAsync(409, "already_mapped");

        await admin.UnmapAsync(kind, mapping.Id());
        await (await admin.GetAsync(location)).ShouldBeProblemAsync(404, "not_found");
        await (await admin.DeleteAsync(location)).ShouldBeProblemAsync(404, "not_found");
        (await admin.MapAsync(kind, first, second)).Id().ShouldNotBe(mapping.Id());
    }

    [Fact]
    public async Task Where_hospitals_may_not_take_in_patients_administrators_do()
    {
        var strict = await Server.StartAsync(new Dictionary<string, string?>(StringComparer.Ordinal) { ["Care:HospitalsMapPatients"] = "false" });
        using var administrator = await strict.AdminAsync();
        using var hospital = await strict.SignedInAsync("hospital");
        using var doctor = await strict.SignedInAsync("doctor");
        using var patient = await strict.SignedInAsync("patient");
        var body = CareCalls.Body("hospital-patient", hospital.UserId, patient.UserId);

        await (await hospital.PostJsonAsync($"{CareCalls.Mappings}/hospital-patient", body)).ShouldBeProblemAsync(403, "administrators_map_patients");
        await (await hospital.GetAsync($"/api/v1/patients/{patient.UserId}")).ShouldBeProblemAsync(404, "not_found");
        await hospital.MapAsync("hospital-doctor", hospital.UserId, doctor.UserId);
        await administrator.MapAsync("hospital-patient", hospital.UserId, patient.UserId);
        await hospital.MapAsync("doctor-patient", doctor.UserId, patient.UserId);
        (await hospital.GetAsync($"/api/v1/patients/{patient.UserId}")).IsSuccessStatusCode.ShouldBeTrue();
        await strict.DisposeAsync();
    }

    [Theory]
    [InlineData("hospital-doctor")]
    [InlineData("hospital-patient")]
    [InlineData("doctor-patient")]
    [InlineData("user-patient")]
    public async Task Of_many_who_map_the_same_two_at_once_one_does(string kind)
    {
        var (first, second) = await TwoAsync(kind);

        var answers = await Task.WhenAll(Enumerable.Range(0, 12).Select(_ => admin.PostJsonAsync($"{CareCalls.Mappings}/{kind}", CareCalls.Body(kind, first, second))));

        answers.Count(answer => (int)answer.StatusCode == 201).ShouldBe(1);
        foreach (var answer in answers.Where(answer => (int)answer.StatusCode != 201)) await answer.ShouldBeProblemAsync(409, "already_mapped");
        (await ListAsync(admin, kind, $"{CareCalls.Second(kind)}_id={second}")).Count.ShouldBe(1);
    }

    [Theory]
    [InlineData("hospital-doctor")]
    [InlineData("hospital-patient")]
    [InlineData("doctor-patient")]
    [InlineData("user-patient")]
    public async Task The_answer_names_the_one_that_is_not_there(string kind)
    {
        var (first, second) = await TwoAsync(kind);
        var nobody = Guid.CreateVersion7();
        var (one, other) = ($"{CareCalls.First(kind)}_id", $"{CareCalls.Second(kind)}_id");

        await (await admin.PostJsonAsync($"{CareCalls.Mappings}/{kind}", CareCalls.Body(kind, nobody, second))).ShouldRefuseFieldsAsync(one);
        await (await admin.PostJsonAsync($"{CareCalls.Mappings}/{kind}", CareCalls.Body(kind, first, nobody))).ShouldRefuseFieldsAsync(other);
        await (await admin.PostJsonAsync($"{CareCalls.Mappings}/{kind}", CareCalls.Body(kind, nobody, nobody))).ShouldRefuseFieldsAsync(one, other);
        (await ListAsync(admin, kind, $"{other}={second}")).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_hospital_maps_its_own_and_for_it_nobody_else_is_there()
    {
        using var hospital = await server.SignedInAsync("hospital");
        using var foreign = await server.SignedInAsync("hospital");
        using var doctor = await server.SignedInAsync("doctor");
        using var patient = await server.SignedInAsync("patient");
        using var user = await server.SignedInAsync("user");

        await RefusesAsync(foreign.UserId, doctor.UserId, "hospital-doctor", "hospital_id");
        await RefusesAsync(foreign.UserId, patient.UserId, "hospital-patient", "hospital_id");
        await RefusesAsync(doctor.UserId, patient.UserId, "doctor-patient", "doctor_id", "patient_id");
        await RefusesAsync(user.UserId, patient.UserId, "user-patient", "patient_id");
        await hospital.MapAsync("hospital-doctor", hospital.UserId, doctor.UserId);
        await RefusesAsync(doctor.UserId, patient.UserId, "doctor-patient", "patient_id");
        await hospital.MapAsync("hospital-patient", hospital.UserId, patient.UserId);
        var treats = await hospital.MapAsync("doctor-patient", doctor.UserId, patient.UserId);
        var acts = await hospital.MapAsync("user-patient", user.UserId, patient.UserId);

        foreach (var (kind, mapping) in ((string, JsonElement)[])[("doctor-patient", treats), ("user-patient", acts)])
        {
            await (await hospital.GetAsync($"{CareCalls.Mappings}/{kind}/{mapping.Id()}")).ShouldAnswerAsync(200);
            await (await foreign.GetAsync($"{CareCalls.Mappings}/{kind}/{mapping.Id()}")).ShouldAnswerAsync(404);
        }
        (await ListAsync(hospital, "doctor-patient")).Select(one => one.Id()).ShouldBe([treats.Id()]);
        (await ListAsync(hospital, "user-patient")).Select(one => one.Id()).ShouldBe([acts.Id()]);
        (await ListAsync(foreign, "doctor-patient")).ShouldBeEmpty();
        (await ListAsync(foreign, "user-patient")).ShouldBeEmpty();
        (await ListAsync(foreign, "hospital-patient", $"patient_id={patient.UserId}")).ShouldBeEmpty();
        await (await foreign.DeleteAsync($"{CareCalls.Mappings}/doctor-patient/{treats.Id()}")).ShouldBeProblemAsync(404, "not_found");
        await hospital.UnmapAsync("doctor-patient", treats.Id());

        async Task RefusesAsync(Guid first, Guid second, string kind, params string[] fields) =>
            await (await hospital.PostJsonAsync($"{CareCalls.Mappings}/{kind}", CareCalls.Body(kind, first, second))).ShouldRefuseFieldsAsync(fields);
    }

    [Fact]
    public async Task What_a_hospital_no_longer_has_it_no_longer_works()
    {
        using var hospital = await server.SignedInAsync("hospital");
        using var doctor = await server.SignedInAsync("doctor");
        using var patient = await server.SignedInAsync("patient");
        await hospital.MapAsync("hospital-doctor", hospital.UserId, doctor.UserId);
        var own = await hospital.MapAsync("hospital-patient", hospital.UserId, patient.UserId);
        var treats = await hospital.MapAsync("doctor-patient", doctor.UserId, patient.UserId);

        await hospital.UnmapAsync("hospital-patient", own.Id());

        (await ListAsync(hospital, "doctor-patient")).ShouldBeEmpty();
        await (await hospital.DeleteAsync($"{CareCalls.Mappings}/doctor-patient/{treats.Id()}")).ShouldBeProblemAsync(404, "not_found");
        await (await admin.GetAsync($"{CareCalls.Mappings}/doctor-patient/{treats.Id()}")).ShouldAnswerAsync(200); // it stays until it is taken away itself
    }

    [Fact]
    public async Task The_account_that_acts_for_a_patient_is_an_active_user_patient_or_program()
    {
        using var patient = await server.SignedInAsync("patient");
        using var related = await server.SignedInAsync("patient");
        using var gone = await server.SignedInAsync("user");
        using var doctor = await server.SignedInAsync("doctor");
        using var staff = await server.SignedInAsync("staff");
        await (await admin.PutJsonAsync($"/api/v1/users/{gone.UserId}", new { is_active = false })).ShouldAnswerAsync(200);
        var program = await (await admin.PostJsonAsync("/api/v1/auth/signup", new { email = $"program-{Guid.CreateVersion7():N}@example.com", role = "assistant" })).ShouldAnswerAsync(201);

        await admin.MapAsync("user-patient", related.UserId, patient.UserId);
        await admin.MapAsync("user-patient", program.Id(), patient.UserId);
        foreach (var one in (Client[])[gone, doctor, staff])
            await (await admin.PostJsonAsync($"{CareCalls.Mappings}/user-patient", CareCalls.Body("user-patient", one.UserId, patient.UserId))).ShouldRefuseFieldsAsync("user_id");
        foreach (var relation in (object?[])["cousin", "", 1, null])
            await (await admin.PostJsonAsync($"{CareCalls.Mappings}/user-patient", new { user_id = related.UserId, patient_id = patient.UserId, relation })).ShouldRefuseFieldsAsync("relation");
    }

    [Fact]
    public async Task Nobody_is_mapped_to_a_hospital_that_is_deleted_or_being_deleted()
    {
        using var hospital = await server.SignedInAsync("hospital");
        using var patient = await server.SignedInAsync("patient");
        await using var connection = await server.Database.Source.OpenConnectionAsync();
        await using var deletion = await connection.BeginTransactionAsync();
        await using (var command = new Npgsql.NpgsqlCommand($"UPDATE care.hospitals SET deleted_at = now() WHERE id = '{hospital.UserId}'", connection)) await command.ExecuteNonQueryAsync();

        var waits = admin.PostJsonAsync($"{CareCalls.Mappings}/hospital-patient", CareCalls.Body("hospital-patient", hospital.UserId, patient.UserId));
        await Accounts.Eventually.BecomesAsync(1L, () => server.Database.ScalarAsync<long>(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE '%hospital_patients%' AND pid <> pg_backend_pid()"));
        await deletion.CommitAsync();

        await (await waits).ShouldRefuseFieldsAsync("hospital_id");
        await (await hospital.PostJsonAsync($"{CareCalls.Mappings}/hospital-patient", CareCalls.Body("hospital-patient", hospital.UserId, patient.UserId))).ShouldRefuseFieldsAsync("hospital_id");
    }

    [Fact]
    public async Task Lists_come_newest_first_page_by_page_and_narrowed()
    {
        using var hospital = await server.SignedInAsync("hospital");
        using var doctor = await server.SignedInAsync("doctor");
        var made = new List<Guid>();
        for (var i = 0; i < 5; i++)
        {
            using var patient = await server.SignedInAsync("patient");
            made.Add((await hospital.MapAsync("hospital-patient", hospital.UserId, patient.UserId)).Id());
        }
        var list = $"{CareCalls.Mappings}/hospital-patient";

        var first = await hospital.GetJsonAsync($"{list}?limit=2");
        var second = await hospital.GetJsonAsync($"{list}?limit=2&cursor={first.Text("next_cursor")}");
        var third = await hospital.GetJsonAsync($"{list}?limit=2&cursor={second.Text("next_cursor")}");

        first.Items().Concat(second.Items()).Concat(third.Items()).Select(one => one.Id()).ShouldBe(Enumerable.Reverse(made));
        third.Text("next_cursor").ShouldBeNull();
        (await ListAsync(admin, "hospital-patient", $"hospital_id={hospital.UserId}&patient_id={first.Items()[0].Id("patient_id")}")).Count.ShouldBe(1);
        (await ListAsync(hospital, "hospital-patient", $"hospital_id={Guid.CreateVersion7()}")).ShouldBeEmpty();
        await (await hospital.GetAsync($"{list}?doctor_id={doctor.UserId}")).ShouldRefuseFieldsAsync("doctor_id");
        await (await hospital.GetAsync($"{list}?cursor={second.Text("next_cursor")}x")).ShouldRefuseFieldsAsync("cursor");
    }

    [Fact]
    public async Task Whoever_is_mapped_may_not_work_mappings()
    {
        foreach (var role in (string[])["user", "patient", "doctor", "staff"])
        {
            using var one = await server.SignedInAsync(role);
            await (await one.GetAsync($"{CareCalls.Mappings}/doctor-patient")).ShouldBeProblemAsync(403, "forbidden");
            await (await one.PostJsonAsync($"{CareCalls.Mappings}/doctor-patient", CareCalls.Body("doctor-patient", one.UserId, one.UserId))).ShouldBeProblemAsync(403, "forbidden");
        }
    }

    [Fact]
    public async Task What_was_done_and_read_and_refused_is_written_down()
    {
        using var hospital = await server.SignedInAsync("hospital");
        using var foreign = await server.SignedInAsync("hospital");
        using var patient = await server.SignedInAsync("patient");
        using var doctor = await server.SignedInAsync("doctor");

        var mapping = await hospital.MapAsync("hospital-patient", hospital.UserId, patient.UserId);
        await hospital.GetJsonAsync($"{CareCalls.Mappings}/hospital-patient/{mapping.Id()}");
        await ListAsync(hospital, "hospital-patient");
        await (await foreign.GetAsync($"{CareCalls.Mappings}/hospital-patient/{mapping.Id()}")).ShouldAnswerAsync(404);
        await (await foreign.DeleteAsync($"{CareCalls.Mappings}/hospital-patient/{mapping.Id()}")).ShouldAnswerAsync(404);
        await hospital.UnmapAsync("hospital-patient", mapping.Id());
        await admin.MapAsync("hospital-doctor", hospital.UserId, doctor.UserId);

        (await server.Database.ColumnAsync<string>(
            "SELECT action || ' ' || resource || ' ' || outcome || ' ' || reason FROM audit.entries WHERE subject_id = $1 AND action LIKE 'mapping.%' ORDER BY id", patient.UserId)).ShouldBe([
            $"mapping.created hospital/{hospital.UserId} ok hospital of the patient",
            $"mapping.read hospital-patient/{mapping.Id()} ok hospital of the patient",
            $"mapping.list patient/{patient.UserId} ok hospital of the patient",
            $"mapping.removed hospital/{hospital.UserId} ok hospital of the patient"]);
        (await server.Database.ColumnAsync<string>(
            "SELECT action || ' ' || resource || ' ' || outcome FROM audit.entries WHERE actor_id = $1 AND action LIKE 'mapping.%' ORDER BY id", foreign.UserId)).ShouldBe([
            $"mapping.read hospital-patient/{mapping.Id()} denied", $"mapping.removed hospital-patient/{mapping.Id()} denied"]);
        (await server.Database.ScalarAsync<string>("SELECT reason FROM audit.entries WHERE action = 'mapping.created' AND resource = $1",
            $"hospital/{hospital.UserId}/doctor/{doctor.UserId}")).ShouldBe("administrator");
    }

    static async Task<List<JsonElement>> ListAsync(Client by, string kind, string filter = "") => (await by.GetJsonAsync($"{CareCalls.Mappings}/{kind}?{filter}")).Items();

    async Task<(Guid First, Guid Second)> TwoAsync(string kind)
    {
        using var first = await server.SignedInAsync(CareCalls.First(kind));
        using var second = await server.SignedInAsync(CareCalls.Second(kind));
        return (first.UserId, second.UserId);
    }
}

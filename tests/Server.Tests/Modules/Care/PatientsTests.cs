using System.Text;
using Consilium.Modules.Care.Contracts;
using Consilium.Platform.Realtime;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.DependencyInjection;

namespace Consilium.Tests.Modules.Care;

public sealed class PatientsTests(ProfileServer server) : IClassFixture<ProfileServer>
{
    const string Root = "/api/v1/patients";

    [Fact]
    public async Task A_patient_reads_what_they_signed_up_with()
    {
        using var anyone = server.Anonymous();
        var signUp = await (await anyone.PostJsonAsync("/api/v1/auth/patient/signup", """
            {"email":"read@example.com","password":"several plain words 7","name":"Read","age":40,"gender":"other","contact":"+00 1","photo":"https://example.com/p.png","blood_group":"0+",
             "height":172.5,"weight":68,"allergies":["Pollen"],"medical_info":{"allergies":["Passed over"],"medications":["Placebo"]},"conditions":[],
             "emergency_contact_name":"Somebody","emergency_contact_number":"+00 2","address":"1 Example Street"}
            """)).ShouldAnswerAsync(201);
        using var patient = Client.From(server.Address, "read@example.com", signUp);

        var shown = await patient.GetJsonAsync($"{Root}/{patient.UserId}");

        shown.EnumerateObject().Select(member => member.Name).ShouldBe([
            "id", "user_id", "name", "dob", "age", "gender", "contact", "photo", "blood_group", "height", "weight", "medical_info", "emergency_contact_name",
            "emergency_contact_number", "address", "created_at", "updated_at"]);
        shown.Id("user_id").ShouldBe(patient.UserId);
        shown.Number("age").ShouldBe(40);
        shown.GetProperty("height").GetDecimal().ShouldBe(172.5m);
        shown.GetProperty("medical_info").ToString().ShouldBe("""{"allergies":["Pollen"],"medications":["Placebo"],"conditions":[]}""");
        shown.Text("emergency_contact_number").ShouldBe("+00 2");
    }

    [Fact]
    public async Task Everybody_with_grounds_reads_and_each_read_is_in_the_log_with_them()
    {
        using var patient = await server.SignedInAsync("patient");
        using var doctor = await server.SignedInAsync("doctor");
        using var hospital = await server.SignedInAsync("hospital");
        using var user = await server.SignedInAsync("user");
        await server.TreatsAsync(doctor, patient.UserId);
        await server.CaresForAsync(hospital, patient.UserId);
        var dependant = await ProfileServer.DependantOfAsync(user, relation: "guardian");

        foreach (var (reader, id, grounds) in (IEnumerable<(Client, Guid, string)>)[
            (patient, patient.UserId, "own record"), (doctor, patient.UserId, "treating doctor"), (hospital, patient.UserId, "hospital of the patient"),
            (server.Admin, patient.UserId, "administrator"), (user, dependant, "related: guardian")])
        {
            (await reader.GetJsonAsync($"{Root}/{id}")).Id().ShouldBe(id);
            (await server.LoggedAsync(id, reader)).ShouldBe($"patient.read ok {grounds}");
        }
    }

    [Fact]
    public async Task To_everybody_else_nothing_is_there_and_the_refusal_is_in_the_log()
    {
        using var patient = await server.SignedInAsync("patient");
        var absent = Guid.CreateVersion7();
        foreach (var role in (string[])["user", "patient", "doctor", "hospital"])
        {
            var stranger = server.Strangers[role];
            var refused = await (await stranger.GetAsync($"{Root}/{patient.UserId}")).ShouldBeProblemAsync(404, "not_found");
            var nothing = await (await stranger.GetAsync($"{Root}/{absent}")).ShouldBeProblemAsync(404, "not_found");
            refused.Text("detail").ShouldBe(nothing.Text("detail"));
            (await server.LoggedAsync(patient.UserId, stranger)).ShouldBe("patient.read denied");
        }
        await (await server.Staff.GetAsync($"{Root}/{patient.UserId}")).ShouldBeProblemAsync(403, "forbidden");
        await (await server.Admin.GetAsync($"{Root}/{absent}")).ShouldBeProblemAsync(404, "not_found");
    }

    [Fact]
    public async Task A_doctors_list_has_those_whom_they_treat_and_leaves_an_entry_for_each()
    {
        using var doctor = await server.SignedInAsync("doctor");
        var (beta, alpha, other) = (await NamedAsync("beta"), await NamedAsync("Alpha"), await NamedAsync("Gamma"));
        await server.TreatsAsync(doctor, beta);
        await server.TreatsAsync(doctor, alpha);

        (await doctor.IdsAsync(Root)).ShouldBe([alpha, beta]);

        foreach (var shown in (Guid[])[alpha, beta]) (await server.LoggedAsync(shown, doctor)).ShouldBe("patient.list ok treating doctor");
        (await server.LoggedAsync(other, doctor)).ShouldBeNull();
        (await doctor.IdsAsync($"{Root}?q=alpha")).ShouldBe([alpha]);
        (await doctor.IdsAsync($"{Root}?q=gamma")).ShouldBeEmpty();
        var first = await doctor.GetJsonAsync($"{Root}?limit=1");
        var cursor = first.Text("next_cursor")!;
        (await doctor.IdsAsync($"{Root}?limit=1&cursor={cursor}")).ShouldBe([beta]);
        Encoding.UTF8.GetString(WebEncoders.Base64UrlDecode(cursor.Split('.')[0])).ShouldBe($"\"{alpha}\""); // addresses end up in logs: no name
        (await server.Strangers["doctor"].IdsAsync(Root)).ShouldBeEmpty();
    }

    [Fact]
    public async Task An_admins_list_has_all_and_other_roles_have_none()
    {
        var word = $"w{Guid.CreateVersion7():N}";
        var found = await NamedAsync($"Found {word}");

        (await server.Admin.IdsAsync($"{Root}?q={word}")).ShouldBe([found]);

        (await server.LoggedAsync(found, server.Admin)).ShouldBe("patient.list ok administrator");
        foreach (var role in (string[])["user", "patient", "hospital", "staff"]) await (await server.Strangers[role].GetAsync(Root)).ShouldBeProblemAsync(403, "forbidden");
    }

    [Fact]
    public async Task A_patient_changes_their_profile_in_parts_and_whoever_looks_at_it_hears_so()
    {
        using var patient = await server.SignedInAsync("patient");
        await ChangeAsync(patient, patient.UserId, """{"dob":"1990-05-05","age":3,"height":170,"weight":70,"gender":"male","allergies":["Pollen"],"conditions":["Invented"],"address":"Somewhere"}""");
        string? heard = null;
        using var listening = server.Services.GetRequiredService<Signals>().Listen(PatientChanges.Topic(patient.UserId), note => heard = note);

        var changed = await ChangeAsync(patient, patient.UserId,
            """{"name":"Renamed","dob":null,"height":null,"gender":"","weight":69.5,"medical_info":{"allergies":null,"medications":["Placebo"]},"address":null}""");

        heard.ShouldBe(nameof(PatientChange.Profile));
        changed.Text("dob").ShouldBeNull();
        changed.Number("age").ShouldBe(3);
        changed.GetProperty("height").ValueKind.ShouldBe(System.Text.Json.JsonValueKind.Null);
        changed.GetProperty("weight").GetDecimal().ShouldBe(69.5m);
        changed.Text("gender").ShouldBeNull();
        changed.GetProperty("medical_info").ToString().ShouldBe("""{"allergies":[],"medications":["Placebo"],"conditions":["Invented"]}""");
        (await patient.GetJsonAsync($"{Root}/{patient.UserId}")).ToString().ShouldBe(changed.ToString());
        (await patient.GetJsonAsync("/api/v1/users/me")).Text("name").ShouldBe("Renamed");
        (await server.Database.ScalarAsync<long>("SELECT count(*) FROM audit.entries WHERE subject_id = $1 AND action = 'patient.updated' AND reason = 'own record'", patient.UserId)).ShouldBe(2);
    }

    [Theory]
    [InlineData("""{"medical_info":null}""", "[]", "[]", "[]")]
    [InlineData("""{"medical_info":null,"allergies":["Dust"]}""", "[\"Dust\"]", "[]", "[]")]
    [InlineData("""{"medical_info":{"allergies":null}}""", "[]", "[\"M\"]", "[\"C\"]")]
    [InlineData("""{"medical_info":{"allergies":["Dust"]},"allergies":null}""", "[]", "[\"M\"]", "[\"C\"]")]
    [InlineData("""{"medications":null,"medical_info":{}}""", "[\"A\"]", "[]", "[\"C\"]")]
    [InlineData("""{"something_else":{"allergies":null,"name":null,"contact":null}}""", "[\"A\"]", "[\"M\"]", "[\"C\"]")]
    public async Task Null_clears_what_it_stands_for_wherever_it_stands(string body, string allergies, string medications, string conditions)
    {
        using var patient = await server.SignedInAsync("patient");
        await ChangeAsync(patient, patient.UserId, """{"allergies":["A"],"medications":["M"],"conditions":["C"],"contact":"+00 1"}""");

        var changed = await ChangeAsync(patient, patient.UserId, body);

        changed.GetProperty("medical_info").ToString()
            .ShouldBe($$"""{"allergies":{{allergies}},"medications":{{medications}},"conditions":{{conditions}}}""");
        changed.Text("contact").ShouldBe("+00 1");
    }

    [Fact]
    public async Task Related_users_and_admins_change_a_patient_and_those_who_treat_do_not()
    {
        using var patient = await server.SignedInAsync("patient");
        using var doctor = await server.SignedInAsync("doctor");
        using var hospital = await server.SignedInAsync("hospital");
        using var user = await server.SignedInAsync("user");
        var dependant = await ProfileServer.DependantOfAsync(user);
        await server.TreatsAsync(doctor, patient.UserId);
        await server.CaresForAsync(hospital, patient.UserId);

        (await ChangeAsync(user, dependant, """{"name":"Renamed dependant"}""")).Text("name").ShouldBe("Renamed dependant");
        (await user.GetJsonAsync("/api/v1/users/me")).Text("name").ShouldNotBe("Renamed dependant");
        await ChangeAsync(server.Admin, patient.UserId, """{"contact":"+00 1"}""");
        foreach (var role in (Client[])[doctor, hospital, server.Staff])
            await (await role.PutJsonAsync($"{Root}/{patient.UserId}", new { contact = "x" })).ShouldBeProblemAsync(403, "forbidden");
        foreach (var stranger in (Client[])[user, server.Strangers["patient"]])
        {
            await (await stranger.PutJsonAsync($"{Root}/{patient.UserId}", new { contact = "x" })).ShouldBeProblemAsync(404, "not_found");
            (await server.LoggedAsync(patient.UserId, stranger)).ShouldBe("patient.updated denied");
        }
        (await patient.GetJsonAsync($"{Root}/{patient.UserId}")).Text("contact").ShouldBe("+00 1");
    }

    [Theory]
    [InlineData("""{"name":null}""", "name")]
    [InlineData("""{"age":-1,"height":0.5,"weight":701,"gender":"Male","dob":"2999-01-01","medical_info":{"allergies":[null]}}""", "age", "height", "weight", "gender", "dob", "medical_info.allergies")]
    public async Task What_a_change_gets_wrong_is_named(string body, params string[] fields)
    {
        var patient = server.Strangers["patient"];

        await (await patient.PutJsonAsync($"{Root}/{patient.UserId}", body)).ShouldRefuseFieldsAsync(fields);
    }

    [Fact]
    public async Task A_program_reaches_what_its_account_reaches()
    {
        using var patient = await server.SignedInAsync("patient");
        var made = await (await server.Admin.PostJsonAsync("/api/v1/api-keys", new { name = "Program", scopes = new[] { PatientRule.Scope } })).ShouldAnswerAsync(201);
        using var program = Client.WithKey(server.Address, made.Text("key")!);

        await (await program.GetAsync($"{Root}/{patient.UserId}")).ShouldBeProblemAsync(404, "not_found");
        await server.Admin.MapAsync("user-patient", made.Id("account_id"), patient.UserId);
        (await program.GetJsonAsync($"{Root}/{patient.UserId}")).Id().ShouldBe(patient.UserId);

        (await server.Database.ScalarAsync<string>("SELECT reason FROM audit.entries WHERE subject_id = $1 AND outcome = 'ok' ORDER BY id DESC LIMIT 1", patient.UserId))
            .ShouldBe($"related: parent, by API key {made.Id()}");
    }

    async Task<Guid> NamedAsync(string name)
    {
        using var patient = await server.SignedInAsync("patient");
        await ChangeAsync(patient, patient.UserId, $$"""{"name":"{{name}}"}""");
        return patient.UserId;
    }

    static async Task<System.Text.Json.JsonElement> ChangeAsync(Client caller, Guid id, string body) =>
        await (await caller.PutJsonAsync($"{Root}/{id}", body)).ShouldAnswerAsync(200);
}

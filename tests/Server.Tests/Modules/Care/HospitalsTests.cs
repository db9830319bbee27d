using Consilium.Modules.Care.Contracts;
using Consilium.Platform.Realtime;
using Microsoft.Extensions.DependencyInjection;

namespace Consilium.Tests.Modules.Care;

public sealed class HospitalsTests(ProfileServer server) : IClassFixture<ProfileServer>
{
    const string Root = "/api/v1/hospitals";

    [Fact]
    public async Task An_admin_makes_a_hospital_without_an_account_and_everybody_reads_it()
    {
        var answer = await server.Admin.PostJsonAsync(Root, new
        {
            name = " New Hospital ", address = "1 Example Street", city = "Sampletown", state = "Sample State", country = "Nowhere", contact = "+00 1", pin_code = "00001",
            email = "new@example.com", specialities = new[] { " Surgery ", "Surgery" }, link = "https://maps.example.com/1", website = "www.example.com",
        });

        var made = await answer.ShouldAnswerAsync(201);
        answer.Headers.Location!.ToString().ShouldBe($"{Root}/{made.Id()}");
        made.Text("name").ShouldBe("New Hospital");
        made.Texts("specialities").ShouldBe(["Surgery"]);
        made.Text("website").ShouldBe("www.example.com");
        foreach (var reader in server.Strangers.Values.Append(server.Admin))
            (await reader.GetJsonAsync($"{Root}/{made.Id()}")).ToString().ShouldBe(made.ToString());
    }

    [Fact]
    public async Task A_hospital_has_one_profile_with_the_id_of_its_account()
    {
        using var hospital = await server.SignedInAsync("hospital");
        await (await hospital.PostJsonAsync(Root, new { name = "Second" })).ShouldBeProblemAsync(409, "profile_exists");

        await server.Database.ExecuteAsync("DELETE FROM care.hospitals WHERE id = $1", hospital.UserId);
        var made = await (await hospital.PostJsonAsync(Root, new { name = "Made again" })).ShouldAnswerAsync(201);

        made.Id().ShouldBe(hospital.UserId);
    }

    [Fact]
    public async Task A_hospital_that_was_deleted_does_not_make_itself_anew()
    {
        using var hospital = await server.SignedInAsync("hospital");
        await (await server.Admin.DeleteAsync($"{Root}/{hospital.UserId}")).ShouldAnswerAsync(204);

        await (await hospital.PostJsonAsync(Root, new { name = "Again" })).ShouldBeProblemAsync(409, "profile_exists");
    }

    [Fact]
    public async Task What_a_role_may_never_do_is_forbidden_and_what_is_anothers_is_not_found()
    {
        var id = await server.HospitalAsync(new { name = "Kept" });
        foreach (var role in (string[])["user", "patient", "doctor", "staff"])
        {
            await (await server.Strangers[role].PostJsonAsync(Root, new { name = "X" })).ShouldBeProblemAsync(403, "forbidden");
            await (await server.Strangers[role].PutJsonAsync($"{Root}/{id}", new { name = "X" })).ShouldBeProblemAsync(403, "forbidden");
            await (await server.Strangers[role].DeleteAsync($"{Root}/{id}")).ShouldBeProblemAsync(403, "forbidden");
        }
        var another = server.Strangers["hospital"];
        await (await another.PutJsonAsync($"{Root}/{id}", new { name = "X" })).ShouldBeProblemAsync(404, "not_found");
        await (await another.DeleteAsync($"{Root}/{id}")).ShouldBeProblemAsync(403, "forbidden");
        (await server.Admin.GetJsonAsync($"{Root}/{id}")).Text("name").ShouldBe("Kept");
    }

    [Fact]
    public async Task A_hospital_changes_itself_in_parts_and_its_account_gets_the_name()
    {
        using var hospital = await server.SignedInAsync("hospital");
        await (await hospital.PutJsonAsync($"{Root}/{hospital.UserId}", new { city = "Sampletown", contact = "+00 1", specialities = new[] { "Surgery" } })).ShouldAnswerAsync(200);

        var changed = await (await hospital.PutJsonAsync($"{Root}/{hospital.UserId}", """{"name":" Renamed ","city":null,"contact":"","specialities":["Cardiology"]}""")).ShouldAnswerAsync(200);

        changed.Text("name").ShouldBe("Renamed");
        changed.Text("city").ShouldBeNull();
        changed.Text("contact").ShouldBeNull();
        changed.Text("email").ShouldBe(hospital.Email);
        changed.Texts("specialities").ShouldBe(["Cardiology"]);
        (await hospital.GetJsonAsync($"{Root}/{hospital.UserId}")).ToString().ShouldBe(changed.ToString());
        (await hospital.GetJsonAsync("/api/v1/users/me")).Text("name").ShouldBe("Renamed");
    }

    [Theory]
    [InlineData("""{"name":null}""", "name")]
    [InlineData("""{"name":" "}""", "name")]
    [InlineData("""{"email":"no address","website":"javascript:alert(1)","specialities":[""]}""", "email", "website", "specialities")]
    public async Task What_a_change_gets_wrong_is_named(string body, params string[] fields)
    {
        var id = await server.HospitalAsync(new { name = "Kept" });

        await (await server.Admin.PutJsonAsync($"{Root}/{id}", body)).ShouldRefuseFieldsAsync(fields);
    }

    [Fact]
    public async Task Deleting_ends_its_right_to_its_patients_and_whoever_looks_at_them_hears_so()
    {
        using var hospital = await server.SignedInAsync("hospital");
        using var patient = await server.SignedInAsync("patient");
        using var doctor = await server.SignedInAsync("doctor");
        await server.CaresForAsync(hospital, patient.UserId);
        await server.EmploysAsync(hospital.UserId, doctor);
        await (await hospital.GetAsync($"/api/v1/patients/{patient.UserId}")).ShouldAnswerAsync(200);
        string? heard = null;
        using var listening = server.Services.GetRequiredService<Signals>().Listen(PatientChanges.Topic(patient.UserId), note => heard = note);

        await (await server.Admin.DeleteAsync($"{Root}/{hospital.UserId}")).ShouldAnswerAsync(204);

        heard.ShouldBe(nameof(PatientChange.CareTeam));
        await (await hospital.GetAsync($"/api/v1/patients/{patient.UserId}")).ShouldBeProblemAsync(404, "not_found");
        await (await hospital.GetAsync($"{Root}/{hospital.UserId}")).ShouldBeProblemAsync(404, "not_found");
        await (await server.Admin.DeleteAsync($"{Root}/{hospital.UserId}")).ShouldBeProblemAsync(404, "not_found");
        (await server.Admin.IdsAsync($"/api/v1/doctors?hospital_id={hospital.UserId}")).ShouldBeEmpty();
        (await server.LoggedAsync(patient.UserId, server.Admin)).ShouldBe("mapping.removed ok administrator");
    }

    [Fact]
    public async Task Lists_go_by_name_a_page_at_a_time_and_narrow()
    {
        var word = $"w{Guid.CreateVersion7():N}";
        var beta = await server.HospitalAsync(new { name = $"beta {word}", city = "Éxampletown", specialities = new[] { "Cardiology", "Surgery" } });
        var alpha = await server.HospitalAsync(new { name = $"Alpha {word}", city = "Sampletown", specialities = new[] { "Dermatology" } });
        var gamma = await server.HospitalAsync(new { name = $"Gamma {word}", city = "sampletown", specialities = new[] { "cardiology" } });
        var gone = await server.HospitalAsync(new { name = $"Gone {word}", city = "Sampletown" });
        await (await server.Admin.DeleteAsync($"{Root}/{gone}")).ShouldAnswerAsync(204);
        var reader = server.Owner;

        (await reader.IdsAsync($"{Root}?q={word}")).ShouldBe([alpha, beta, gamma]);
        (await reader.IdsAsync($"{Root}?q={word}&city=SampleTown")).ShouldBe([alpha, gamma]);
        (await reader.IdsAsync($"{Root}?q={word}&speciality=CARDIOLOGY")).ShouldBe([beta, gamma]);
        (await reader.IdsAsync($"{Root}?q={word}+exampletown")).ShouldBe([beta]);
        (await reader.IdsAsync($"{Root}?q={word}+dermatology")).ShouldBe([alpha]);
        (await reader.IdsAsync($"{Root}?q={word}&speciality=")).Count.ShouldBe(3);
        var first = await reader.GetJsonAsync($"{Root}?q={word}&limit=2");
        first.Items().Select(item => item.Id()).ShouldBe([alpha, beta]);
        var second = await reader.GetJsonAsync($"{Root}?q={word}&limit=2&cursor={first.Text("next_cursor")}");
        second.Items().Select(item => item.Id()).ShouldBe([gamma]);
        second.Text("next_cursor").ShouldBeNull();
    }
}

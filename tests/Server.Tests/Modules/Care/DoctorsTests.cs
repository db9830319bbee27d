using Consilium.Tests.Platform.Validation;

namespace Consilium.Tests.Modules.Care;

public sealed class DoctorsTests(ProfileServer server) : IClassFixture<ProfileServer>
{
    const string Root = "/api/v1/doctors";

    [Fact]
    public async Task A_doctor_is_shown_to_everybody_as_they_signed_up()
    {
        using var anyone = server.Anonymous();
        var signUp = await anyone.PostJsonAsync("/api/v1/auth/doctor/signup", """
            {"email":"shown@example.com","password":"several plain words 7","name":"Shown","photo":"/pictures/1.png","designation":"Surgeon","experience":12,"details":"Invented.",
             "contact":"+00 1","specialities":["Surgery"],"shift_time_start":"22:00","shift_time_end":"06:30:15","time_zone":"America/New_York"}
            """);
        var id = (await signUp.ShouldAnswerAsync(201)).Id("profile_id");

        var shown = await server.Strangers["user"].GetJsonAsync($"{Root}/{id}");

        shown.Text("photo").ShouldBe("/pictures/1.png");
        shown.Text("experience").ShouldBe("12");
        shown.Text("shift_time_start").ShouldBe("22:00:00");
        shown.Text("shift_time_end").ShouldBe("06:30:15");
        shown.Text("time_zone").ShouldBe("America/New_York");
        shown.Texts("specialities").ShouldBe(["Surgery"]);
        foreach (var reader in server.Strangers.Values.Append(server.Admin)) (await reader.GetJsonAsync($"{Root}/{id}")).ToString().ShouldBe(shown.ToString());
    }

    [Fact]
    public async Task A_doctor_changes_their_profile_in_parts_and_their_account_gets_the_name()
    {
        using var doctor = await server.SignedInAsync("doctor");
        await ChangeAsync(doctor, """{"details":"Told","contact":"+00 1","specialities":["Surgery"],"shift_time_start":"09:00","shift_time_end":"17:00","time_zone":"Europe/Berlin"}""");

        var changed = await ChangeAsync(doctor, """{"name":"Renamed","details":null,"contact":"","specialities":null,"experience":"20 years"}""");

        changed.Text("details").ShouldBeNull();
        changed.Text("contact").ShouldBeNull();
        changed.Texts("specialities").ShouldBeEmpty();
        changed.Text("shift_time_start").ShouldBe("09:00:00");
        changed.Text("time_zone").ShouldBe("Europe/Berlin");
        (await doctor.GetJsonAsync("/api/v1/users/me")).Text("name").ShouldBe("Renamed");
        (await ChangeAsync(doctor, """{"shift_time_end":null}""")).Text("shift_time_start").ShouldBeNull();
        (await ChangeAsync(doctor, """{"time_zone":null}""")).Text("time_zone").ShouldBe("UTC");
        await ChangeAsync(doctor, """{"shift_time_start":"22:00","shift_time_end":"06:00"}""");
        (await ChangeAsync(doctor, """{"shift_time_start":"","shift_time_end":"","time_zone":""}""")).Text("shift_time_end").ShouldBeNull();
        (await doctor.GetJsonAsync($"{Root}/{doctor.UserId}")).Text("experience").ShouldBe("20 years");
    }

    [Fact]
    public async Task Whose_account_is_closed_is_listed_no_more_and_found_by_id()
    {
        using var doctor = await server.SignedInAsync("doctor");
        var list = $"{Root}?speciality=Leaving";
        await ChangeAsync(doctor, """{"specialities":["Leaving"]}""");
        (await server.Admin.GetJsonAsync(list)).Items().ShouldHaveSingleItem();

        await (await server.Admin.PutJsonAsync($"/api/v1/users/{doctor.UserId}", new { is_active = false })).ShouldAnswerAsync(200);

        (await server.Admin.GetJsonAsync(list)).Items().ShouldBeEmpty();
        (await server.Admin.GetJsonAsync($"{Root}/{doctor.UserId}")).Id().ShouldBe(doctor.UserId);
    }

    [Fact]
    public async Task Others_do_not_change_a_doctor()
    {
        using var doctor = await server.SignedInAsync("doctor");
        foreach (var role in (string[])["user", "patient", "hospital", "staff"])
            await (await server.Strangers[role].PutJsonAsync($"{Root}/{doctor.UserId}", new { details = "x" })).ShouldBeProblemAsync(403, "forbidden");
        await (await server.Strangers["doctor"].PutJsonAsync($"{Root}/{doctor.UserId}", new { details = "x" })).ShouldBeProblemAsync(404, "not_found");

        (await doctor.GetJsonAsync($"{Root}/{doctor.UserId}")).Text("details").ShouldBeNull();
        (await (await server.Admin.PutJsonAsync($"{Root}/{doctor.UserId}", new { details = "By the admin" })).ShouldAnswerAsync(200)).Text("details").ShouldBe("By the admin");
    }

    [Theory]
    [InlineData("""{"name":null}""", "name")]
    [InlineData("""{"shift_time_start":"10:00"}""", "shift_time_end")]
    [InlineData("""{"shift_time_start":"10:00","shift_time_end":"10:00","time_zone":"Nowhere"}""", "shift_time_end", "time_zone")]
    public async Task What_a_change_gets_wrong_is_named(string body, params string[] fields)
    {
        var doctor = server.Strangers["doctor"];

        await (await doctor.PutJsonAsync($"{Root}/{doctor.UserId}", body)).ShouldRefuseFieldsAsync(fields);
    }

    [Theory]
    [MemberData(nameof(TimeZonesTests.NotInTheDatabase), MemberType = typeof(TimeZonesTests))]
    public async Task A_time_zone_is_a_name_of_the_IANA_database(string zone)
    {
        var doctor = server.Strangers["doctor"];

        await (await doctor.PutJsonAsync($"{Root}/{doctor.UserId}", new { time_zone = zone })).ShouldRefuseFieldsAsync("time_zone");
    }

    [Theory]
    [InlineData("europe/berlin", "Europe/Berlin")]
    [InlineData("UTC", "UTC")]
    [InlineData("utc", "UTC")]
    [InlineData("ASIA/CALCUTTA", "Asia/Calcutta")]
    [InlineData("etc/gmt-14", "Etc/GMT-14")]
    [InlineData("America/Argentina/ComodRivadavia", "America/Argentina/ComodRivadavia")]
    public async Task Its_case_does_not_count_and_answers_have_it_as_the_database_does(string given, string shown)
    {
        using var doctor = await server.SignedInAsync("doctor");

        (await ChangeAsync(doctor, $$"""{"time_zone":"{{given}}"}""")).Text("time_zone").ShouldBe(shown);

        (await doctor.GetJsonAsync($"{Root}/{doctor.UserId}")).Text("time_zone").ShouldBe(shown);
    }

    [Fact]
    public async Task Lists_go_by_name_a_page_at_a_time_and_narrow()
    {
        var word = $"w{Guid.CreateVersion7():N}";
        using var beta = await server.SignedInAsync("doctor");
        using var alpha = await server.SignedInAsync("doctor");
        using var gamma = await server.SignedInAsync("doctor");
        await ChangeAsync(beta, $$"""{"name":"Dr beta {{word}}","specialities":["Cardiology"]}""");
        await ChangeAsync(alpha, $$"""{"name":"Dr Alpha {{word}}","specialities":["Surgery"]}""");
        await ChangeAsync(gamma, $$"""{"name":"Dr Gamma {{word}}","designation":"Cardiology"}""");
        var hospital = await server.HospitalAsync(new { name = "Employer" });
        await server.EmploysAsync(hospital, alpha);
        await server.EmploysAsync(hospital, gamma);
        var reader = server.Strangers["patient"];

        (await reader.IdsAsync($"{Root}?q={word}")).ShouldBe([alpha.UserId, beta.UserId, gamma.UserId]);
        (await reader.IdsAsync($"{Root}?hospital_id={hospital}")).ShouldBe([alpha.UserId, gamma.UserId]);
        (await reader.IdsAsync($"{Root}?q={word}&speciality=cardiology")).ShouldBe([beta.UserId]);
        (await reader.IdsAsync($"{Root}?q={word}+cardiology")).ShouldBe([beta.UserId, gamma.UserId]);
        var first = await reader.GetJsonAsync($"{Root}?q={word}&limit=1");
        (await reader.IdsAsync($"{Root}?q={word}&limit=2&cursor={first.Text("next_cursor")}")).ShouldBe([beta.UserId, gamma.UserId]);
    }

    static async Task<System.Text.Json.JsonElement> ChangeAsync(Client doctor, string body) =>
        await (await doctor.PutJsonAsync($"{Root}/{doctor.UserId}", body)).ShouldAnswerAsync(200);
}

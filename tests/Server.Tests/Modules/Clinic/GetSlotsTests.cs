namespace Consilium.Tests.Modules.Clinic;

public sealed class GetSlotsTests(ClinicServer server) : IClassFixture<ClinicServer>
{
    [Fact]
    public async Task Anybody_who_has_signed_in_sees_the_free_slots_and_nothing_of_who_has_the_others()
    {
        var doctor = await server.NewDoctorAsync("08:00", "10:00", "Europe/Berlin");
        const string window = "from=2098-07-01T00:00:00%2B02:00&to=2098-07-02T00:00:00 02:00"; // an unescaped + arrives as a space
        await server.Patient.BookAsync(doctor, server.Patient.UserId, DateTimeOffset.Parse("2098-07-01T06:30:00Z"));
        using var somebody = await server.SignedInAsync("user");
        using var staff = await server.SignedInAsync("staff");
        using var anonymous = server.Anonymous();

        foreach (var reader in (Client[])[somebody, staff, server.Patient])
        {
            var slots = await reader.GetJsonAsync($"/api/v1/doctors/{doctor}/slots?{window}");
            slots.ToString().ShouldBe("""
                {"items":[{"start":"2098-07-01T06:00:00.000000Z","end":"2098-07-01T06:30:00.000000Z"},{"start":"2098-07-01T07:00:00.000000Z","end":"2098-07-01T07:30:00.000000Z"},
                {"start":"2098-07-01T07:30:00.000000Z","end":"2098-07-01T08:00:00.000000Z"}],"next_cursor":null}
                """.ReplaceLineEndings(""));
        }
        (await somebody.GetJsonAsync($"/api/v1/doctors/{doctor}/slots?{window}&duration_minutes=60")).Items().Single().Text("start").ShouldBe("2098-07-01T07:00:00.000000Z");
        await (await anonymous.GetAsync($"/api/v1/doctors/{doctor}/slots")).ShouldBeProblemAsync(401, "unauthenticated");
        await (await somebody.GetAsync($"/api/v1/doctors/{Guid.CreateVersion7()}/slots")).ShouldBeProblemAsync(404, "not_found");
    }

    [Fact]
    public async Task Every_slot_that_is_offered_can_be_booked_and_is_not_offered_again()
    {
        var doctor = await server.NewDoctorAsync("22:30", "01:15", "America/New_York");
        var path = $"/api/v1/doctors/{doctor}/slots?from={ClinicCalls.InDays(20).Wire()}&to={ClinicCalls.InDays(22).Wire()}&duration_minutes=45";
        var offered = (await server.Admin.GetJsonAsync(path)).Items();
        offered.Count.ShouldBe(6);

        foreach (var slot in offered) await server.Admin.BookAsync(doctor, await server.NewPatientAsync(), slot.GetProperty("start").GetDateTimeOffset(), minutes: 45);

        (await server.Admin.GetJsonAsync(path)).Items().ShouldBeEmpty();
    }

    [Fact]
    public async Task Without_a_window_it_is_a_week_from_now_and_what_has_passed_is_not_offered()
    {
        var clock = new ManualClock(new(2098, 7, 1, 9, 10, 0, TimeSpan.Zero));
        await using var database = await TestPostgres.CloneAsync();
        var later = await Server.StartAsync(clock: clock, sharedDatabase: database);
        try
        {
            using var somebody = await later.SignedInAsync("user");
            var doctor = Guid.CreateVersion7();
            await database.ExecuteAsync("INSERT INTO care.doctors (id, name, created_at, updated_at) VALUES ($1, 'A doctor', now(), now())", doctor);

            var slots = (await somebody.GetJsonAsync($"/api/v1/doctors/{doctor}/slots")).Items();
            slots.Count.ShouldBe(7 * 48 - 1);
            (slots[0].Text("start"), slots[^1].Text("end")).ShouldBe(("2098-07-01T09:30:00.000000Z", "2098-07-08T09:00:00.000000Z"));
            (await somebody.GetJsonAsync($"/api/v1/doctors/{doctor}/slots?from=2098-06-30T00:00:00Z&to=2098-07-01T09:00:00Z")).Items().ShouldBeEmpty();
            (await somebody.GetJsonAsync($"/api/v1/doctors/{doctor}/slots?from=2098-06-30T00:00:00Z&to=2098-07-01T10:00:00Z")).Items().Single().Text("start")
                .ShouldBe("2098-07-01T09:30:00.000000Z");
        }
        finally
        {
            await later.DisposeAsync();
        }
    }

    [Theory]
    [InlineData("from=2098-07-01T00:00:00", "from")]
    [InlineData("to=2098-07-01", "to")]
    [InlineData("from=2098-07-01T00:00:00Z&to=2098-07-01T00:00:00Z", "to")]
    [InlineData("from=2098-07-01T00:00:00Z&to=2098-08-01T00:00:01Z", "to")]
    [InlineData("to=2020-07-01T00:00:00Z", "to")]
    [InlineData("duration_minutes=4", "duration_minutes")]
    [InlineData("duration_minutes=481", "duration_minutes")]
    [InlineData("duration_minutes=x", "duration_minutes")]
    public async Task Wrong_windows_are_refused(string query, string field) =>
        await (await server.Patient.GetAsync($"/api/v1/doctors/{server.Doctor.UserId}/slots?{query}")).ShouldRefuseFieldsAsync(field);

    [Theory]
    [InlineData("posixrules")] // known to a machine, and not to the IANA database: kept from before it was refused
    [InlineData("Mars/Olympus")]
    public async Task A_doctor_in_an_unknown_time_zone_has_no_slots_and_gets_no_appointments_until_it_is_set_right(string zone)
    {
        var doctor = await server.NewDoctorAsync("08:00", "16:00", zone);

        var answer = await server.Admin.GetAsync($"/api/v1/doctors/{doctor}/slots");
        (await answer.ShouldBeProblemAsync(409, "time_zone_unknown")).Text("detail")!.ShouldContain("such as Europe/Berlin");
        await (await server.Admin.TryBookAsync(doctor, await server.NewPatientAsync(), ClinicCalls.InDays(30))).ShouldBeProblemAsync(409, "time_zone_unknown");

        await server.Database.ExecuteAsync("UPDATE care.doctors SET time_zone = 'Europe/Berlin' WHERE id = $1", doctor);
        (await server.Admin.GetJsonAsync($"/api/v1/doctors/{doctor}/slots")).Items().ShouldNotBeEmpty();
    }

    [Fact]
    public async Task Of_a_booking_that_began_before_the_window_the_rest_is_taken()
    {
        var doctor = await server.NewDoctorAsync();
        await server.Admin.BookAsync(doctor, await server.NewPatientAsync(), ClinicCalls.InDays(30), minutes: 480);

        (await server.Admin.GetJsonAsync($"/api/v1/doctors/{doctor}/slots?from={ClinicCalls.InDays(30, 16).Wire()}&to={ClinicCalls.InDays(30, 18).Wire()}"))
            .Items().ConvertAll(slot => slot.Text("start")).ShouldBe([ClinicCalls.InDays(30, 17).Wire(), ClinicCalls.InDays(30, 17, 30).Wire()]);
    }
}

using Consilium.Modules.Clinic;
using Consilium.Platform.Hosting;
using Consilium.Tests.Modules.Accounts;
using Microsoft.Extensions.Configuration;

namespace Consilium.Tests.Modules.Clinic;

/// <summary>A practice whose clock the tests turn.</summary>
public sealed class ReminderServer : ClinicServer
{
    public override TimeProvider Clock { get; protected init; } = new ManualClock();
}

public sealed class ReminderTests(ReminderServer server) : IClassFixture<ReminderServer>
{
    const string Reminders = $"{ClinicCalls.Root}/reminders";
    const string Password = "several plain words 7";

    static readonly Dictionary<string, string?> SameKey = new(StringComparer.Ordinal) { ["Security:MasterKey"] = Convert.ToBase64String(new byte[32]) };

    ManualClock Clock => (ManualClock)server.Clock;

    DateTimeOffset InHours(double hours) => new DateTimeOffset(Clock.GetUtcNow().UtcDateTime.Date, TimeSpan.Zero).AddHours(Clock.GetUtcNow().Hour + hours + 1);

    [Fact]
    public async Task Patient_related_user_and_doctor_are_reminded_a_day_and_an_hour_before()
    {
        var (doctor, patient, relative) = (await PersonAsync("doctor"), await PersonAsync("patient"), await PersonAsync("user"));
        await server.RelateAsync(relative.UserId, patient.UserId);
        var at = InHours(48);
        var id = (await patient.BookAsync(doctor.UserId, patient.UserId, at)).Id();

        TurnTo(at.AddHours(-24).AddSeconds(-1));
        (await CountAsync(id)).ShouldBe(0);
        TurnTo(at.AddHours(-24));
        await BecomesAsync(3, id);
        TurnTo(at.AddHours(-1).AddSeconds(-1));
        (await CountAsync(id)).ShouldBe(3);
        TurnTo(at.AddHours(-1));
        await BecomesAsync(6, id);

        foreach (var person in (Client[])[doctor, patient, relative])
        {
            using var here = await server.SignInAsync(person.Email, Password);
            var items = (await here.GetJsonAsync(Reminders)).Items();
            items.ConvertAll(item => (item.Id("appointment_id"), item.Text("at"), item.Text("time_slot"), item.Text("status")))
                .ShouldBe([(id, at.AddHours(-1).Wire(), at.Wire(), "scheduled"), (id, at.AddHours(-24).Wire(), at.Wire(), "scheduled")]);
        }
        (await server.Database.ScalarAsync<long>("SELECT count(*) FROM platform.jobs WHERE kind = 'clinic.remind' AND payload->>'AppointmentId' = $1", id.ToString())).ShouldBe(0);
    }

    [Fact]
    public async Task What_was_moved_cancelled_ended_or_taken_back_is_not_reminded_of_at_its_old_time()
    {
        var doctor = await server.NewDoctorAsync();
        using var admin = await server.SignInAsync("admin@example.com", "admin123");
        var (patient, at) = (await PersonAsync("patient"), InHours(60));
        var ids = new List<Guid>();
        for (var i = 0; i < 5; i++) ids.Add((await admin.BookAsync(doctor, patient.UserId, at.AddMinutes(30 * i))).Id());
        await (await admin.TryMoveAsync(ids[0], at.AddHours(40))).ShouldAnswerAsync(200);
        await (await admin.TryCancelAsync(ids[1])).ShouldAnswerAsync(200);
        await (await admin.TrySetStatusAsync(ids[2], "completed")).ShouldAnswerAsync(200);
        await (await admin.DeleteAsync($"{ClinicCalls.Root}/{ids[3]}")).ShouldAnswerAsync(204);

        TurnTo(at.AddHours(5));
        await BecomesAsync(2, ids[4]); // the patient alone, twice: this doctor has no account
        foreach (var id in ids[..4]) (await CountAsync(id)).ShouldBe(0);

        TurnTo(at.AddHours(41));
        await BecomesAsync(2, ids[0]);
    }

    [Fact]
    public async Task A_time_near_at_hand_has_only_the_reminders_that_are_still_to_come()
    {
        var (doctor, patient) = (await server.NewDoctorAsync(), await PersonAsync("patient"));
        var id = (await patient.BookAsync(doctor, patient.UserId, InHours(3))).Id();
        (await server.Database.ColumnAsync<string>("SELECT payload->>'At' FROM platform.jobs WHERE kind = 'clinic.remind' AND payload->>'AppointmentId' = $1", id.ToString())).Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_job_that_runs_twice_reminds_once()
    {
        var (doctor, patient, at) = (await server.NewDoctorAsync(), await PersonAsync("patient"), InHours(26));
        var id = (await patient.BookAsync(doctor, patient.UserId, at)).Id();
        await server.Database.ExecuteAsync("""
            INSERT INTO platform.jobs (id, kind, payload, run_at, max_attempts) SELECT $1, kind, payload, run_at, max_attempts FROM platform.jobs
            WHERE kind = 'clinic.remind' AND payload->>'AppointmentId' = $2 ORDER BY run_at LIMIT 1
            """, Guid.CreateVersion7(), id.ToString());

        TurnTo(at);

        await Eventually.BecomesAsync(0L, () => TickAsync(() => server.Database.ScalarAsync<long>(
            "SELECT count(*) FROM platform.jobs WHERE kind = 'clinic.remind' AND payload->>'AppointmentId' = $1", id.ToString())));
        (await CountAsync(id)).ShouldBe(2);
    }

    [Fact]
    public async Task One_marks_ones_own_as_read_and_a_right_that_is_gone_hides_them()
    {
        var (doctor, patient, relative) = (await server.NewDoctorAsync(), await PersonAsync("patient"), await PersonAsync("user"));
        await server.RelateAsync(relative.UserId, patient.UserId);
        var at = InHours(30);
        var id = (await patient.BookAsync(doctor, patient.UserId, at)).Id();
        TurnTo(at);
        await BecomesAsync(4, id);
        using var here = await server.SignInAsync(patient.Email, Password);
        using var other = await server.SignInAsync(relative.Email, Password);
        var newest = (await here.GetJsonAsync($"{Reminders}?limit=1")).Items().Single().Id();

        await (await other.PutJsonAsync($"{Reminders}/{newest}/read")).ShouldBeProblemAsync(404, "not_found");
        (await here.GetJsonAsync($"{Reminders}?unread=true")).Items().Count.ShouldBe(2);
        await (await here.PutJsonAsync($"{Reminders}/{newest}/read")).ShouldAnswerAsync(204);
        await (await here.PutJsonAsync($"{Reminders}/{newest}/read")).ShouldAnswerAsync(204);

        (await here.GetJsonAsync($"{Reminders}?unread=true")).Items().ShouldHaveSingleItem().Id().ShouldNotBe(newest);
        var first = await here.GetJsonAsync($"{Reminders}?limit=1");
        (first.Items()[0].Id(), first.Items()[0].Text("read_at")).ShouldBe((newest, Clock.GetUtcNow().Wire()));
        (await here.GetJsonAsync($"{Reminders}?limit=1&cursor={first.Text("next_cursor")}")).Items().Single().Id().ShouldNotBe(newest);
        (await other.GetJsonAsync(Reminders)).Items().Count.ShouldBe(2);
        await server.Database.ExecuteAsync("DELETE FROM care.user_patients WHERE user_id = $1", relative.UserId);
        (await other.GetJsonAsync(Reminders)).Items().ShouldBeEmpty();
    }

    [Fact]
    public async Task What_became_due_while_no_server_ran_is_said_after_the_start()
    {
        await using var database = await TestPostgres.CloneAsync();
        var start = TimeProvider.System.GetUtcNow();
        Guid id;
        var before = await Server.StartAsync(SameKey, clock: new ManualClock(start), sharedDatabase: database);
        try
        {
            using var patient = await before.SignedInAsync("patient");
            using var doctor = await before.SignedInAsync("doctor");
            id = (await patient.BookAsync(doctor.UserId, patient.UserId, start.AddHours(30))).Id();
        }
        finally
        {
            await before.DisposeAsync();
        }
        (await database.ScalarAsync<long>("SELECT count(*) FROM clinic.reminders")).ShouldBe(0);

        var after = await Server.StartAsync(SameKey, clock: new ManualClock(start.AddHours(29.5)), sharedDatabase: database);
        try
        {
            await Eventually.BecomesAsync(4L, () => database.ScalarAsync<long>("SELECT count(*) FROM clinic.reminders WHERE appointment_id = $1", id));
        }
        finally
        {
            await after.DisposeAsync();
        }
    }

    [Theory]
    [InlineData(null, "1.00:00:00 01:00:00")]
    [InlineData("48:00:00, 00:30:00", "2.00:00:00 00:30:00")]
    [InlineData("none", "")]
    public void Leads_are_read_from_the_settings(string? setting, string leads) =>
        string.Join(' ', ReminderSettings.From(Configured(setting)).Leads).ShouldBe(leads);

    [Theory]
    [InlineData("1")]
    [InlineData("01:00")]
    [InlineData("1.00:00:00")]
    [InlineData("00:00:59")]
    [InlineData("1441:00:00")]
    [InlineData("00:60:00")]
    [InlineData("-01:00:00")]
    [InlineData("none,01:00:00")]
    public void Leads_that_make_no_sense_stop_the_start(string setting) =>
        Should.Throw<StartException>(() => ReminderSettings.From(Configured(setting))).Message.ShouldContain("Clinic:Reminders");

    static IConfiguration Configured(string? setting) => new ConfigurationBuilder()
        .AddInMemoryCollection(setting is null ? [] : new Dictionary<string, string?>(StringComparer.Ordinal) { ["Clinic:Reminders"] = setting }).Build();

    Task<Client> PersonAsync(string role) => server.SignedInAsync(role);

    void TurnTo(DateTimeOffset at)
    {
        if (at > Clock.GetUtcNow()) Clock.Jump(at - Clock.GetUtcNow());
    }

    Task BecomesAsync(long count, Guid id) => Eventually.BecomesAsync(count, () => TickAsync(() => CountAsync(id)));

    /// <summary>A worker that was just about to wait when the clock moved looks again a second later. While one works the clock stands: its lease would run out.</summary>
    async Task<long> TickAsync(Func<Task<long>> count)
    {
        if (await server.Database.ScalarAsync<long>("SELECT count(*) FROM platform.jobs WHERE status = 'running'") == 0) Clock.Advance(TimeSpan.FromSeconds(1));
        return await count();
    }

    Task<long> CountAsync(Guid id) => server.Database.ScalarAsync<long>("SELECT count(*) FROM clinic.reminders WHERE appointment_id = $1", id);
}

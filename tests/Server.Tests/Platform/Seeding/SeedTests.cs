using Consilium.Platform.Seeding;
using Consilium.Tests.Modules.Cases;

namespace Consilium.Tests.Platform.Seeding;

/// <summary>Invented data stands as if people had made it through the server.</summary>
public sealed class SeedTests(SeedTests.SeededServer server) : IClassFixture<SeedTests.SeededServer>
{
    const int Patients = 60;
    const int Messages = 230;

    /// <summary>Seeded twice.</summary>
    public sealed class SeededServer : CaseServer
    {
        static readonly string[] Tables =
            ["care.patients", "care.doctors", "care.hospitals", "records.reports", "clinic.appointments", "threads.messages", "cases.cases"];

        internal string Console { get; private set; } = "";

        /// <summary>What Development starts with.</summary>
        internal Dictionary<string, long> Before { get; } = new(StringComparer.Ordinal);

        public override async Task InitializeAsync()
        {
            await base.InitializeAsync();
            foreach (var table in Tables) Before[table] = await CountAsync(table);
            foreach (var patients in (int[])[Patients, 10])
            {
                await using var console = new StringWriter();
                await SeedCommand.RunAsync(Services, SeedCommand.Plan(DateTimeOffset.UtcNow, patients, messages: Messages), console, default);
                Console += console.ToString();
            }
        }

        internal Task<long> CountAsync(string table) => Database.ScalarAsync<long>($"SELECT count(*) FROM {table}");

        internal Task<Client> SeededAsync(string key) => SignInAsync($"{key}@example.com", SeedCommand.Password);
    }

    [Theory]
    [InlineData("care.patients", 60 + 1 + 10)]
    [InlineData("care.doctors", 6 + 1)]
    [InlineData("care.hospitals", 1 + 1)]
    [InlineData("records.reports", 2 * 70)]
    [InlineData("clinic.appointments", 2 * 70)]
    [InlineData("threads.messages", 2 * Messages)]
    [InlineData("cases.cases", 2 * 12)]
    public async Task A_second_run_adds_more(string table, long rows)
    {
        (await server.CountAsync(table) - server.Before[table]).ShouldBe(rows);
        server.Console.ShouldContain($"{Messages}");
    }

    [Fact]
    public async Task Patients_and_doctors_log_in_and_find_their_own()
    {
        using var patient = await server.SeededAsync("patient-00003");
        using var later = await server.SeededAsync("patient-00065");
        using var doctor = await server.SeededAsync("doctor-00003");
        var word = (await server.Database.ScalarAsync<string>("SELECT split_part(description, ' ', 20) FROM records.reports WHERE patient_id = $1", patient.UserId))!;

        var own = (await patient.GetJsonAsync($"/api/v1/records/search?q={word.TrimEnd('.')}&limit=200")).Items();
        own.Count.ShouldBeGreaterThan(0);
        own.ShouldAllBe(hit => hit.Id("patient_id") == patient.UserId && hit.Text("patient_name") == "Patient 00003");
        var treated = (await doctor.GetJsonAsync($"/api/v1/records/search?q={word.TrimEnd('.')}&limit=200")).Items();
        treated.Select(hit => hit.Id("patient_id")).ShouldContain(patient.UserId);
        treated.Select(hit => hit.Id("patient_id")).ShouldNotContain(later.UserId);
        (await later.GetJsonAsync("/api/v1/users/me")).Text("name").ShouldBe("Patient 00065");
    }

    [Fact]
    public async Task Threads_are_numbered_without_gaps_and_every_message_has_its_event()
    {
        (await server.Database.ColumnAsync<Guid>("""
            SELECT t.id FROM threads.threads t
            WHERE t.last_seq IS DISTINCT FROM (SELECT count(*) FROM threads.events e WHERE e.thread_id = t.id AND e.seq BETWEEN 1 AND t.last_seq)
                OR t.last_message_at IS DISTINCT FROM (SELECT max(created_at) FROM threads.messages m WHERE m.thread_id = t.id)
                OR EXISTS (
                    SELECT FROM threads.messages m FULL JOIN (SELECT * FROM threads.events WHERE type = 'message.posted') e USING (thread_id, seq)
                    WHERE thread_id = t.id AND (m.id, m.sender_id, m.created_at) IS DISTINCT FROM (e.message_id, e.actor_id, e.at))
                OR EXISTS (
                    SELECT FROM threads.participants p LEFT JOIN threads.events e ON e.thread_id = p.thread_id AND e.seq = p.joined_seq AND e.type = 'participant.joined'
                    WHERE p.thread_id = t.id AND (e.data->>'user_id')::uuid IS DISTINCT FROM p.user_id)
                OR NOT EXISTS (SELECT FROM cases.cases c WHERE c.id = t.id)
                OR NOT EXISTS (SELECT FROM accounts.users u WHERE u.id = t.owner_id)
            """)).ShouldBeEmpty();
        (await server.Database.ScalarAsync<long>("SELECT count(*) FROM threads.messages m WHERE NOT EXISTS (SELECT FROM threads.threads t WHERE t.id = m.thread_id)")).ShouldBe(0);
    }

    [Fact]
    public async Task A_seeded_case_goes_on_like_any_other()
    {
        using var patient = await server.SeededAsync("patient-00001");
        using var staff = await server.SeededAsync("staff-00001");
        var found = (await patient.GetJsonAsync("/api/v1/cases")).Items().ShouldHaveSingleItem();
        var id = found.Id();
        var last = found.Number("last_seq");
        found.Number("unread_count").ShouldBe(7);

        (await patient.SayAsync(id, "And again.")).Number("seq").ShouldBe(last + 1);
        (await staff.SayAsync(id, "Yes.")).Number("seq").ShouldBe(last + 2);

        (await patient.EventsAsync(id)).Select(e => e.Number("seq")).ShouldBe(Enumerable.Range(1, (int)last + 2).Select(seq => (long)seq));
        (await staff.MessagesAsync(id)).Count.ShouldBe(22);
    }

    [Fact]
    public async Task Nobody_is_in_two_places_at_once_and_everybody_is_seen_by_the_own_doctor() =>
        (await server.Database.ScalarAsync<long>("""
            SELECT count(*) FROM clinic.appointments a WHERE NOT EXISTS (SELECT FROM care.doctor_patients m WHERE m.doctor_id = a.doctor_id AND m.patient_id = a.patient_id)
                OR EXISTS (SELECT FROM clinic.appointments b WHERE b.id <> a.id AND (b.doctor_id = a.doctor_id OR b.patient_id = a.patient_id)
                    AND tstzrange(b.starts_at, b.ends_at) && tstzrange(a.starts_at, a.ends_at))
            """)).ShouldBe(0);

    [Fact]
    public void The_same_seed_invents_the_same()
    {
        SeedPlan Plan(long seed) => SeedCommand.Plan(new(2026, 5, 5, 9, 0, 0, TimeSpan.Zero), patients: 5, seed: seed);
        var words = (long seed) => { var dice = Plan(seed).DiceFor("report", 3); return SeedWords.Text(ref dice, 9); };

        Plan(7).Id("patient", 2).ShouldBe(Plan(7).Id("patient", 2));
        words(7).ShouldBe(words(7));
        new[] { Plan(7).Id("patient", 2), Plan(8).Id("patient", 2), Plan(7).Id("patient", 3), Plan(7).Id("doctor", 2) }.Distinct().Count().ShouldBe(4);
        words(7).ShouldNotBe(words(8));
        Plan(7).Id("patient", 2).Version.ShouldBe(7);
    }

    [Fact]
    public async Task Production_is_refused_before_anything_is_touched()
    {
        var ended = await ServerCommand.RunAsync(
            ["seed", "--patients", "5"], ("ASPNETCORE_ENVIRONMENT", "Production"), ("ConnectionStrings__Database", "Host=127.0.0.1;Port=1"));

        ended.Code.ShouldBe(1);
        ended.Errors.ShouldContain("Development: this is Production");
    }
}

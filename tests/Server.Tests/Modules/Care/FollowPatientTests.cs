using Consilium.Modules.Care;
using Consilium.Modules.Care.Contracts;
using Consilium.Platform.Realtime;
using Consilium.Tests.Modules.Cases;
using Microsoft.Extensions.DependencyInjection;

namespace Consilium.Tests.Modules.Care;

/// <summary>
/// The live hints of a patient, and that they end with the right to read. The clock stands still, so that nobody looks by himself: what arrives and
/// what ends does so by a signal.
/// </summary>
public sealed class FollowPatientTests : IClassFixture<FollowPatientTests.StandingServer>, IAsyncLifetime
{
    readonly Server server;
    Client admin = null!;
    Client patient = null!;

    public FollowPatientTests(StandingServer server) => this.server = server;

    public async Task InitializeAsync()
    {
        admin = await server.AdminAsync();
        patient = await server.SignedInAsync("patient");
    }

    public Task DisposeAsync()
    {
        admin.Dispose();
        patient.Dispose();
        return Task.CompletedTask;
    }

    [Theory]
    [InlineData("doctor-patient")]
    [InlineData("hospital-patient")]
    [InlineData("user-patient")]
    public async Task Taking_the_mapping_away_ends_the_stream_and_the_next_request_finds_nothing(string kind)
    {
        using var reader = await server.SignedInAsync(CareCalls.First(kind));
        await (await reader.GetAsync(CareCalls.Events(patient.UserId))).ShouldBeProblemAsync(404, "not_found");
        var mapping = await admin.MapAsync(kind, reader.UserId, patient.UserId);
        await using var stream = await EventStream.OpenAsync(reader, CareCalls.Events(patient.UserId));
        await using var own = await EventStream.OpenAsync(patient, CareCalls.Events(patient.UserId));

        await admin.UnmapAsync(kind, mapping.Id());

        await stream.ShouldEndAsync();
        await (await reader.GetAsync(CareCalls.Events(patient.UserId))).ShouldBeProblemAsync(404, "not_found");
        Announce(PatientChange.Report);
        await ShouldHearAsync(own, "care_team"); // theirs goes on
        await ShouldHearAsync(own, "report");
    }

    [Fact]
    public async Task Everybody_who_may_read_hears_what_changed_and_not_what_it_is_now()
    {
        using var doctor = await server.SignedInAsync("doctor");
        await admin.MapAsync("doctor-patient", doctor.UserId, patient.UserId);
        foreach (var reader in (Client[])[patient, doctor, admin])
        {
            await using var stream = await EventStream.OpenAsync(reader, CareCalls.Events(patient.UserId));
            foreach (var (change, word) in ((PatientChange, string)[])[
                (PatientChange.Profile, "profile"), (PatientChange.CareTeam, "care_team"), (PatientChange.History, "history"), (PatientChange.Report, "report"),
                (PatientChange.Document, "document"), (PatientChange.Appointment, "appointment"), (PatientChange.Reminder, "reminder")])
            {
                Announce(change);
                var hint = await ShouldHearAsync(stream, word);
                hint.Data.EnumerateObject().Select(member => member.Name).ShouldBe(["type", "what", "patient_id", "at"]);
                hint.Data.Text("type").ShouldBe("patient.changed");
                hint.Data.Id("patient_id").ShouldBe(patient.UserId);
            }
        }
    }

    [Fact]
    public async Task Nobody_else_learns_that_the_patient_exists()
    {
        using var doctor = await server.SignedInAsync("doctor");
        using var hospital = await server.SignedInAsync("hospital");
        using var other = await server.SignedInAsync("patient");
        using var user = await server.SignedInAsync("user");
        using var staff = await server.SignedInAsync("staff");
        await admin.MapAsync("hospital-doctor", hospital.UserId, doctor.UserId);
        await admin.MapAsync("hospital-patient", hospital.UserId, patient.UserId);

        foreach (var one in (Client[])[doctor, other, user]) await (await one.GetAsync(CareCalls.Events(patient.UserId))).ShouldBeProblemAsync(404, "not_found");
        await (await admin.GetAsync(CareCalls.Events(Guid.CreateVersion7()))).ShouldBeProblemAsync(404, "not_found");
        await (await staff.GetAsync(CareCalls.Events(patient.UserId))).ShouldBeProblemAsync(403, "forbidden");
        await using var stream = await EventStream.OpenAsync(hospital, CareCalls.Events(patient.UserId));

        (await server.Database.ColumnAsync<string>(
            "SELECT outcome || ' ' || coalesce(reason, '') FROM audit.entries WHERE action = 'patient.follow' AND resource = $1 ORDER BY id", $"patient/{patient.UserId}"))
            .ShouldBe(["denied ", "denied ", "denied ", "ok hospital of the patient"]);
    }

    [Theory]
    [InlineData("doctor")]
    [InlineData("admin")]
    public async Task A_session_that_ends_takes_its_stream_along(string role)
    {
        using var reader = await server.SignedInAsync(role);
        if (role == "doctor") await admin.MapAsync("doctor-patient", reader.UserId, patient.UserId);
        await using var stream = await EventStream.OpenAsync(reader, CareCalls.Events(patient.UserId));

        await (await reader.PostJsonAsync("/auth/logout", null)).ShouldAnswerAsync(204);

        await stream.ShouldEndAsync();
        await (await reader.GetAsync(CareCalls.Events(patient.UserId))).ShouldBeProblemAsync(401, "unauthenticated");
    }

    [Fact]
    public async Task A_program_reads_what_its_account_reads_if_its_key_says_so()
    {
        using var doctor = await server.SignedInAsync("doctor");
        var mapping = await admin.MapAsync("doctor-patient", doctor.UserId, patient.UserId);
        using var reads = await KeyAsync("records:read");
        using var other = await KeyAsync("cases:write");

        await (await other.GetAsync(CareCalls.Events(patient.UserId))).ShouldBeProblemAsync(403, "forbidden");
        await using var stream = await EventStream.OpenAsync(reads, CareCalls.Events(patient.UserId));
        await admin.UnmapAsync("doctor-patient", mapping.Id());
        await stream.ShouldEndAsync();

        async Task<Client> KeyAsync(string scope) => Client.WithKey(server.Address,
            (await (await admin.PostJsonAsync("/api/v1/api-keys", new { name = "Program", scopes = new[] { scope }, account_id = doctor.UserId })).ShouldAnswerAsync(201)).Text("key")!);
    }

    [Fact]
    public async Task A_ticket_opens_the_stream_of_this_patient_alone()
    {
        var ticket = (await (await patient.PostJsonAsync("/api/v1/auth/stream-tickets", new { path = CareCalls.Events(patient.UserId) })).ShouldAnswerAsync(201)).Text("ticket");
        using var anonymous = server.Anonymous();

        await using var stream = await EventStream.OpenAsync(anonymous, $"{CareCalls.Events(patient.UserId)}?ticket={ticket}");

        Announce(PatientChange.Profile);
        await ShouldHearAsync(stream, "profile");
        await (await anonymous.GetAsync($"{CareCalls.Events(Guid.CreateVersion7())}?ticket={ticket}")).ShouldBeProblemAsync(401, "unauthenticated");
    }

    [Fact]
    public async Task A_reader_who_is_slow_hears_once_of_what_happened_often()
    {
        var id = Guid.CreateVersion7();
        var signals = server.Services.GetRequiredService<Signals>();
        using var heard = new HeardChanges(signals, id);
        for (var i = 0; i < 1000; i++) signals.Signal(PatientChanges.Topic(id), nameof(PatientChange.Report));
        signals.Signal(PatientChanges.Topic(id), nameof(PatientChange.Profile));

        (await TakeAsync(2)).ShouldBe([PatientChange.Profile, PatientChange.Report]);
        signals.Signal(PatientChanges.Topic(id)); // some may have been lost: everything may have changed
        (await TakeAsync(7)).ShouldBe(Enum.GetValues<PatientChange>());

        async Task<List<PatientChange>> TakeAsync(int count)
        {
            using var patience = new CancellationTokenSource(EventStream.Patience);
            var taken = new List<PatientChange>();
            await foreach (var change in heard.ReadAsync(patience.Token))
            {
                taken.Add(change);
                if (taken.Count == count) break;
            }
            return taken;
        }
    }

    static async Task<EventStream.Frame> ShouldHearAsync(EventStream stream, string what)
    {
        var frame = (await stream.NextAsync()).ShouldNotBeNull();
        while (frame.IsComment) frame = (await stream.NextAsync()).ShouldNotBeNull();
        frame.Event.ShouldBe("patient.changed");
        frame.Id.ShouldBeNull();
        frame.Data.Text("what").ShouldBe(what);
        return frame;
    }

    void Announce(PatientChange change) => server.Services.GetRequiredService<Signals>().Signal(PatientChanges.Topic(patient.UserId), change.ToString());

    public sealed class StandingServer : Server
    {
        public override TimeProvider Clock { get; protected init; } = new ManualClock();
    }
}

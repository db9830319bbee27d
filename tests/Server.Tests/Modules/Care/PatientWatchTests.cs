using System.Diagnostics;
using Consilium.Modules.Care;
using Consilium.Tests.Modules.Cases;
using Microsoft.Extensions.DependencyInjection;

namespace Consilium.Tests.Modules.Care;

/// <summary>That a right which ended is noticed also by another server, without a signal, and when the database cannot be asked.</summary>
public sealed class PatientWatchTests : IAsyncLifetime
{
    static readonly Dictionary<string, string?> SameKey = new(StringComparer.Ordinal) { ["Security:MasterKey"] = Convert.ToBase64String(new byte[32]) };

    readonly ManualClock clock = new();
    Server here = null!;
    Client admin = null!;
    Client doctor = null!;
    Client patient = null!;

    public async Task InitializeAsync()
    {
        here = await Server.StartAsync(SameKey, clock);
        admin = await here.AdminAsync();
        doctor = await here.SignedInAsync("doctor");
        patient = await here.SignedInAsync("patient");
    }

    public async Task DisposeAsync()
    {
        foreach (var client in (Client[])[admin, doctor, patient]) client.Dispose();
        await here.DisposeAsync();
    }

    [Fact]
    public async Task A_right_taken_away_at_one_server_ends_the_streams_at_the_other()
    {
        var there = await Server.StartAsync(SameKey, clock, sharedDatabase: here.Database);
        try
        {
            var mapping = await admin.MapAsync("doctor-patient", doctor.UserId, patient.UserId);
            using var away = new HttpClient { BaseAddress = there.Address, DefaultRequestHeaders = { Authorization = new("Bearer", doctor.AccessToken) } };
            await using var stream = await EventStream.OpenAsync(away, CareCalls.Events(patient.UserId));

            await admin.UnmapAsync("doctor-patient", mapping.Id());

            await stream.ShouldEndAsync();
            await (await away.GetAsync(CareCalls.Events(patient.UserId))).ShouldBeProblemAsync(404, "not_found");
        }
        finally
        {
            await there.DisposeAsync();
        }
    }

    [Fact]
    public async Task A_session_ended_at_one_server_ends_the_streams_at_the_other()
    {
        var there = await Server.StartAsync(SameKey, clock, sharedDatabase: here.Database);
        try
        {
            await admin.MapAsync("doctor-patient", doctor.UserId, patient.UserId);
            using var away = new HttpClient { BaseAddress = there.Address, DefaultRequestHeaders = { Authorization = new("Bearer", doctor.AccessToken) } };
            await using var stream = await EventStream.OpenAsync(away, CareCalls.Events(patient.UserId));

            await (await doctor.PostJsonAsync("/auth/logout", null)).ShouldAnswerAsync(204);

            await stream.ShouldEndAsync();
        }
        finally
        {
            await there.DisposeAsync();
        }
    }

    [Fact]
    public async Task A_lost_signal_is_made_up_for_by_looking()
    {
        await admin.MapAsync("doctor-patient", doctor.UserId, patient.UserId);
        await using var stream = await EventStream.OpenAsync(doctor, CareCalls.Events(patient.UserId));
        await using var own = await EventStream.OpenAsync(patient, CareCalls.Events(patient.UserId));
        await here.Database.ExecuteAsync("DELETE FROM care.doctor_patients WHERE doctor_id = $1", doctor.UserId); // as by a server whose signal never comes

        clock.Advance(TimeSpan.FromSeconds(1));

        await stream.ShouldEndAsync();
        Watches.Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_right_that_cannot_be_confirmed_for_some_seconds_is_over()
    {
        await using var stream = await EventStream.OpenAsync(patient, CareCalls.Events(patient.UserId));
        await here.Database.ExecuteAsync("ALTER VIEW care.access_readers RENAME TO access_elsewhere"); // nobody can be asked

        for (var gone = TimeSpan.Zero; gone < PatientWatches.Trust - TimeSpan.FromSeconds(1); gone += TimeSpan.FromSeconds(1)) clock.Advance(TimeSpan.FromSeconds(1));
        var end = stream.ShouldEndAsync();
        end.IsCompleted.ShouldBeFalse();

        await UntilAsync(() =>
        {
            clock.Advance(TimeSpan.FromSeconds(1));
            return end.IsCompleted;
        });
        await end;
    }

    [Fact]
    public async Task Nothing_stays_of_a_stream_that_was_left()
    {
        await using (await EventStream.OpenAsync(patient, CareCalls.Events(patient.UserId))) Watches.Count.ShouldBe(1);

        await UntilAsync(() => Watches.Count == 0);
        await (await doctor.GetAsync(CareCalls.Events(patient.UserId))).ShouldBeProblemAsync(404, "not_found");
        Watches.Count.ShouldBe(0);
    }

    PatientWatches Watches => here.Services.GetRequiredService<PatientWatches>();

    static async Task UntilAsync(Func<bool> happened)
    {
        for (var waited = Stopwatch.StartNew(); !happened(); await Task.Delay(20)) waited.Elapsed.ShouldBeLessThan(EventStream.Patience);
    }
}

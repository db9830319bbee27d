using Consilium.Platform.Database;
using Consilium.Platform.Json;
using Consilium.Platform.Paging;
using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;

namespace Consilium.Platform.Jobs;

/// <summary>A scheduled job as an administrator sees it.</summary>
/// <param name="Kind">What it is called by: <c>files.sweep</c>.</param>
/// <param name="Description">What the job does, in words.</param>
/// <param name="EverySeconds">How long after the end of a run the next one begins.</param>
/// <param name="Status">waiting for its time; running; failing when its last run failed and it waits to be tried again.</param>
/// <param name="NextRunAt">When it begins next, as soon as a worker is free; null while it runs.</param>
/// <param name="FailedAttempts">How many runs have failed since the last one that succeeded.</param>
/// <param name="LastRun">The last run that ended; null when there was none.</param>
internal sealed record ScheduleResponse(
    string Kind, string Description, long EverySeconds, string Status, DateTimeOffset? NextRunAt, int FailedAttempts, ScheduledRun? LastRun);

/// <summary>A run of a scheduled job that has ended.</summary>
/// <param name="StartedAt">When the run began.</param>
/// <param name="EndedAt">When it ended.</param>
/// <param name="Outcome">succeeded or failed.</param>
/// <param name="Result">What a run that succeeded did: <c>12 keys removed</c>.</param>
/// <param name="Error">The kind of the fault of one that failed; <c>LeaseExpired</c> when its process died.</param>
internal sealed record ScheduledRun(DateTimeOffset StartedAt, DateTimeOffset EndedAt, string Outcome, string? Result, string? Error);

/// <summary>The scheduled jobs by kind: when they ran, how that ended, and when they run next. Admins only.</summary>
internal static class ListSchedules
{
    public static void MapListSchedules(this IEndpointRouteBuilder jobs) => jobs.MapGet("/schedules", HandleAsync)
        .WithName("ListSchedules")
        .WithSummary("List scheduled jobs")
        .WithDescription("All of them, by kind: when they ran last, how that ended, and when they run next. A job that fails is tried again until it succeeds.");

    static async Task<Ok<Page<ScheduleResponse>>> HandleAsync(
        IEnumerable<IScheduledJob> scheduled, NpgsqlDataSource database, TimeProvider clock, CancellationToken cancellationToken)
    {
        var known = scheduled.ToDictionary(job => job.Kind, StringComparer.Ordinal);
        var schedules = new List<ScheduleResponse>();
        await using var command = database.CreateCommand($"SELECT {ScheduleRow.Columns} FROM platform.jobs WHERE id = ANY($1) ORDER BY kind");
        command.Parameters.With(known.Keys.Select(ScheduleJobs.IdOf).ToArray());
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        while (await row.ReadAsync(cancellationToken)) schedules.Add(ScheduleRow.Read(row).Show(known[row.GetString(0)], clock.UtcNow()));
        return TypedResults.Ok(new Page<ScheduleResponse>(schedules, NextCursor: null));
    }
}

/// <summary>What the row of a scheduled job says. A run whose lease is over has failed, though no worker has said so yet.</summary>
internal sealed record ScheduleRow(
    bool Claimed, DateTimeOffset? LeaseUntil, DateTimeOffset RunAt, int Attempts, DateTimeOffset? StartedAt,
    DateTimeOffset? LastStartedAt, DateTimeOffset? LastEndedAt, string? LastResult, string? LastError)
{
    public const string Columns = "kind, status = 'running', lease_until, run_at, attempts, started_at, last_started_at, last_ended_at, last_result, last_error";

    public static ScheduleRow Read(NpgsqlDataReader row) => new(
        row.GetBoolean(1), row.Nullable<DateTimeOffset>(2), row.GetFieldValue<DateTimeOffset>(3), row.GetInt32(4), row.Nullable<DateTimeOffset>(5),
        row.Nullable<DateTimeOffset>(6), row.Nullable<DateTimeOffset>(7), row.NullableString(8), row.NullableString(9));

    public ScheduleResponse Show(IScheduledJob job, DateTimeOffset now)
    {
        var runs = Claimed && LeaseUntil >= now;
        var failed = runs ? Attempts - 1 : Attempts;
        return new(job.Kind, job.Description, (long)job.Every.TotalSeconds, runs ? "running" : failed > 0 ? "failing" : "waiting", runs ? null : RunAt, failed, LastRun(runs));
    }

    ScheduledRun? LastRun(bool runs) => (Claimed && !runs, StartedAt, LastStartedAt) switch
    {
        (true, { } started, _) => new(started, LeaseUntil!.Value, "failed", Result: null, JobWorker.LeaseExpired),
        (_, _, { } started) => new(started, LastEndedAt!.Value, LastError is null ? "succeeded" : "failed", LastResult, LastError),
        _ => null,
    };
}

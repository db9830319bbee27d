using System.ComponentModel.DataAnnotations;
using Consilium.Platform.Administration;
using Consilium.Platform.Database;
using Consilium.Platform.Errors;
using Consilium.Platform.Idempotency;
using Consilium.Platform.Json;
using Consilium.Platform.OpenApi;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Consilium.Platform.Jobs;

/// <summary>Runs a scheduled job now instead of at its time. Admins only.</summary>
internal static class RunSchedule
{
    public static void MapRunSchedule(this IEndpointRouteBuilder jobs) => jobs.MapPost("/schedules/{kind}/run", HandleAsync)
        .WithName("RunSchedule")
        .ReplaysToAllItsCallers()
        .WithSummary("Run a scheduled job now")
        .WithParameter("kind", "The scheduled job, by its `kind`.")
        .WithDescription("A worker begins at once; `GET /api/v1/jobs/schedules` shows how it ended. The next run follows at its interval after this one. 409 while it runs.")
        .ProducesProblem(404).ProducesProblem(409);

    static async Task<Results<Accepted<ScheduleResponse>, ProblemHttpResult>> HandleAsync(
        [MaxLength(100)] string kind, IEnumerable<IScheduledJob> scheduled, RequestTransaction transaction, IAdminActions actions, JobBell bell,
        TimeProvider clock, CancellationToken cancellationToken)
    {
        if (scheduled.FirstOrDefault(job => job.Kind == kind) is not { } job) return Problems.NotFound();
        return await transaction.RunAsync<Results<Accepted<ScheduleResponse>, ProblemHttpResult>>(async () =>
        {
            var now = clock.UtcNow();
            if (await BringForwardAsync(transaction, kind, now, cancellationToken) is not { } row)
                return Problems.Conflict("already_running", "This job runs at this moment.");
            await actions.AddAsync("schedule.run", $"schedule/{kind}", cancellationToken);
            transaction.AfterCommit(bell.Ring);
            return TypedResults.Accepted((string?)null, row.Show(job, now));
        }, cancellationToken);
    }

    static async Task<ScheduleRow?> BringForwardAsync(RequestTransaction transaction, string kind, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var batch = await transaction.BatchAsync(cancellationToken);
        batch.Add($"""
            UPDATE platform.jobs SET run_at = least(run_at, $2) WHERE id = $1 AND (status = 'queued' OR lease_until < $2) RETURNING {ScheduleRow.Columns}
            """).With(ScheduleJobs.IdOf(kind)).With(now);
        await using var row = await batch.ExecuteReaderAsync(cancellationToken);
        return await row.ReadAsync(cancellationToken) ? ScheduleRow.Read(row) : null;
    }
}

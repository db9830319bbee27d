using Consilium.Platform.Administration;
using Consilium.Platform.Database;
using Consilium.Platform.Errors;
using Consilium.Platform.Idempotency;
using Consilium.Platform.Json;
using Consilium.Platform.OpenApi;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Consilium.Platform.Jobs;

/// <summary>Gives a dead job all its attempts again, beginning at once. Admins only.</summary>
internal static class RetryJob
{
    public static void MapRetryJob(this IEndpointRouteBuilder jobs) => jobs.MapPost("/{id:guid}/retry", HandleAsync)
        .WithName("RetryJob")
        .ReplaysToAllItsCallers()
        .WithSummary("Retry a dead background job")
        .WithParameter("id", "The job, by its id.")
        .WithDescription("409 when the job is not dead: it runs, or will run, by itself.")
        .ProducesProblem(404).ProducesProblem(409);

    static Task<Results<Ok<JobResponse>, ProblemHttpResult>> HandleAsync(
        Guid id, RequestTransaction transaction, IAdminActions actions, JobBell bell, TimeProvider clock, CancellationToken cancellationToken) =>
        transaction.RunAsync<Results<Ok<JobResponse>, ProblemHttpResult>>(async () =>
        {
            var (job, isThere) = await ReviveAsync(transaction, id, clock.UtcNow(), cancellationToken);
            if (job is null)
                return isThere ? Problems.Conflict("job_not_dead", "This job has not used up its attempts: it runs by itself.") : Problems.NotFound();
            await actions.AddAsync("job.retry", $"job/{id}", cancellationToken);
            transaction.AfterCommit(bell.Ring);
            return TypedResults.Ok(job);
        }, cancellationToken);

    static async Task<(JobResponse? Job, bool IsThere)> ReviveAsync(RequestTransaction transaction, Guid id, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var batch = await transaction.BatchAsync(cancellationToken);
        batch.Add($"""
            UPDATE platform.jobs SET status = 'queued', attempts = 0, run_at = $2 WHERE id = $1 AND status = 'dead' RETURNING {JobResponse.Columns}
            """).With(id).With(now);
        batch.Add("SELECT 1 FROM platform.jobs WHERE id = $1").With(id);
        await using var row = await batch.ExecuteReaderAsync(cancellationToken);
        if (await row.ReadAsync(cancellationToken)) return (JobResponse.Read(row), true);
        await row.NextResultAsync(cancellationToken);
        return (null, await row.ReadAsync(cancellationToken));
    }
}

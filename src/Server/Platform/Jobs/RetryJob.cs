using Consilium.Platform.Database;
using Consilium.Platform.Errors;
using Consilium.Platform.Json;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Consilium.Platform.Jobs;

/// <summary>Gives a dead job all its attempts again, beginning at once. Admins only.</summary>
internal static class RetryJob
{
    public static void MapRetryJob(this IEndpointRouteBuilder jobs) => jobs.MapPost("/{id:guid}/retry", HandleAsync)
        .WithName("RetryJob")
        .WithSummary("Retry a dead background job")
        .WithDescription("409 when the job is not dead: it runs, or will run, by itself.")
        .ProducesProblem(404).ProducesProblem(409);

    static async Task<Results<Ok<JobResponse>, ProblemHttpResult>> HandleAsync(
        Guid id, RequestTransaction transaction, JobBell bell, TimeProvider clock, CancellationToken cancellationToken)
    {
        await using var batch = await transaction.BatchAsync(cancellationToken);
        batch.BatchCommands.Add(new($"""
            UPDATE platform.jobs SET status = 'queued', attempts = 0, run_at = $2 WHERE id = $1 AND status = 'dead' RETURNING {JobResponse.Columns}
            """)
        { Parameters = { new() { Value = id }, new() { Value = clock.UtcNow() } } });
        batch.BatchCommands.Add(new("SELECT 1 FROM platform.jobs WHERE id = $1") { Parameters = { new() { Value = id } } });
        await using var row = await batch.ExecuteReaderAsync(cancellationToken);
        if (await row.ReadAsync(cancellationToken))
        {
            transaction.AfterCommit(bell.Ring);
            return TypedResults.Ok(JobResponse.Read(row));
        }
        await row.NextResultAsync(cancellationToken);
        return await row.ReadAsync(cancellationToken)
            ? Problems.Conflict("job_not_dead", "This job has not used up its attempts: it runs by itself.")
            : Problems.NotFound();
    }
}

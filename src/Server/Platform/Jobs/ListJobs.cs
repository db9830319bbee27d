using Consilium.Platform.Errors;
using Consilium.Platform.OpenApi;
using Consilium.Platform.Paging;
using Consilium.Platform.Validation;
using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;
using NpgsqlTypes;

namespace Consilium.Platform.Jobs;

/// <summary>A background job as an administrator sees it. Its payload stays inside.</summary>
/// <param name="Id">The id of the job, by which a dead one is retried.</param>
/// <param name="Kind">What the job does: <c>files.process</c>.</param>
/// <param name="Status">Whether it waits, runs, or has used up its attempts.</param>
/// <param name="RunAt">When it is to run next.</param>
/// <param name="Attempts">How often it was tried.</param>
/// <param name="MaxAttempts">How often it is tried before it counts as dead.</param>
/// <param name="LastError">The kind of the last failure.</param>
/// <param name="CreatedAt">When it was put into the queue.</param>
internal sealed record JobResponse(
    Guid Id, string Kind, string Status, DateTimeOffset RunAt, int Attempts, int MaxAttempts, string? LastError, DateTimeOffset CreatedAt)
{
    public const string Columns = "id, kind, status, run_at, attempts, max_attempts, last_error, created_at";

    public static JobResponse Read(NpgsqlDataReader row) => new(
        row.GetGuid(0), row.GetString(1), row.GetString(2), row.GetFieldValue<DateTimeOffset>(3), row.GetInt32(4), row.GetInt32(5),
        row.IsDBNull(6) ? null : row.GetString(6), row.GetFieldValue<DateTimeOffset>(7));
}

/// <summary>The background jobs, oldest first; with <c>status=dead</c> those that have used up their attempts. Admins only.</summary>
internal static class ListJobs
{
    public static void MapListJobs(this IEndpointRouteBuilder jobs) => jobs.MapGet("", HandleAsync)
        .WithName("ListJobs")
        .WithSummary("List background jobs")
        .WithParameter("status", "Only jobs in this status.")
        .WithDescription("Oldest first. `status=dead` shows the jobs that have used up their attempts and wait for `POST /api/v1/jobs/{id}/retry`.")
        .ProducesProblem(400);

    static async Task<Results<Ok<Page<JobResponse>>, ProblemHttpResult>> HandleAsync(
        NpgsqlDataSource database, CancellationToken cancellationToken, [OneOf("queued", "running", "dead")] string? status = null,
        string? cursor = null, Limit? limit = null)
    {
        Place? after = null;
        if (cursor is not null && !Cursor.TryRead(cursor, out after)) return Problems.Invalid("cursor", "is not a cursor of this list.");

        await using var command = database.CreateCommand($"""
            SELECT {JobResponse.Columns} FROM platform.jobs
            WHERE ($1 IS NULL OR status = $1) AND ($2 IS NULL OR (created_at, id) > ($2, $3))
            ORDER BY created_at, id LIMIT $4
            """);
        command.Parameters.Add(new() { Value = (object?)status ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text });
        command.Parameters.Add(new() { Value = (object?)after?.CreatedAt ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.TimestampTz });
        command.Parameters.Add(new() { Value = (object?)after?.Id ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Uuid });
        command.Parameters.Add(new() { Value = Limit.Or(limit) + 1 });
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        var rows = new List<JobResponse>();
        while (await row.ReadAsync(cancellationToken)) rows.Add(JobResponse.Read(row));
        return TypedResults.Ok(Page.Of(rows, Limit.Or(limit), last => new Place(last.CreatedAt, last.Id)));
    }

    sealed record Place(DateTimeOffset CreatedAt, Guid Id);
}

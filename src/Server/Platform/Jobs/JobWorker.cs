using System.Security.Cryptography;
using System.Text.Json;
using Consilium.Platform.Json;
using Npgsql;

namespace Consilium.Platform.Jobs;

/// <summary>
/// Claims due jobs under a lease with a fencing number (FOR UPDATE SKIP LOCKED), runs them, and retries with growing, jittered delays;
/// a job that has used up its attempts stays as a dead letter for an administrator.
/// </summary>
internal sealed class JobWorker(NpgsqlDataSource database, IServiceScopeFactory scopes, TimeProvider clock, ILogger<JobWorker> log) : BackgroundService
{
    static readonly TimeSpan Idle = TimeSpan.FromSeconds(1);
    static readonly TimeSpan Lease = TimeSpan.FromMinutes(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            var worked = false;
            try
            {
                worked = await RunNextAsync(stoppingToken);
            }
            catch (Exception fault) when (!stoppingToken.IsCancellationRequested)
            {
                log.LogWarning(fault, "The job worker could not reach the database");
            }
            if (!worked) await Task.Delay(Idle, clock, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Runs one due job. False when none is due.</summary>
    public async Task<bool> RunNextAsync(CancellationToken cancellationToken)
    {
        if (await ClaimAsync(cancellationToken) is not { } job) return false;
        await using var scope = scopes.CreateAsyncScope();
        var handler = scope.ServiceProvider.GetServices<IJobHandler>().FirstOrDefault(h => h.Kind == job.Kind);
        try
        {
            if (handler is null) throw new InvalidOperationException($"No handler for jobs of kind '{job.Kind}'.");
            using var lease = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            lease.CancelAfter(Lease * 0.9);
            using var payload = JsonDocument.Parse(job.Payload);
            await handler.RunAsync(job.Id, payload.RootElement, lease.Token);
            if (handler.Every is { } every) await RepeatAsync(job, clock.UtcNow() + every, cancellationToken);
            else await FinishAsync(job, cancellationToken);
        }
        catch (Exception fault) when (!cancellationToken.IsCancellationRequested)
        {
            log.LogWarning(fault, "Job {Job} of kind {Kind} failed at attempt {Attempt}", job.Id, job.Kind, job.Attempts);
            await RetryAsync(job, fault, cancellationToken);
        }
        return true;
    }

    async Task<Claimed?> ClaimAsync(CancellationToken cancellationToken)
    {
        var now = clock.UtcNow();
        await using var command = database.CreateCommand("""
            UPDATE platform.jobs SET status = 'running', attempts = attempts + 1, fence = fence + 1, lease_until = $2
            WHERE id = (SELECT id FROM platform.jobs
                        WHERE (status = 'queued' AND run_at <= $1) OR (status = 'running' AND lease_until < $1)
                        ORDER BY run_at LIMIT 1 FOR UPDATE SKIP LOCKED)
            RETURNING id, kind, payload::text, attempts, max_attempts, fence
            """);
        Add(command, now, now + Lease);
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        return await row.ReadAsync(cancellationToken)
            ? new(row.GetGuid(0), row.GetString(1), row.GetString(2), row.GetInt32(3), row.GetInt32(4), row.GetInt64(5))
            : null;
    }

    Task FinishAsync(Claimed job, CancellationToken cancellationToken) =>
        ExecuteAsync("DELETE FROM platform.jobs WHERE id = $1 AND fence = $2", cancellationToken, job.Id, job.Fence);

    Task RepeatAsync(Claimed job, DateTimeOffset runAt, CancellationToken cancellationToken) =>
        ExecuteAsync("""
            UPDATE platform.jobs SET status = 'queued', attempts = 0, lease_until = NULL, last_error = NULL, run_at = $3 WHERE id = $1 AND fence = $2
            """, cancellationToken, job.Id, job.Fence, runAt);

    Task RetryAsync(Claimed job, Exception fault, CancellationToken cancellationToken)
    {
        var dead = job.Attempts >= job.MaxAttempts;
        var delay = TimeSpan.FromSeconds(Math.Min(600, Math.Pow(2, job.Attempts))) * (1 + RandomNumberGenerator.GetInt32(500) / 1000.0);
        // The type alone: a message of an exception may quote what it was working on.
        return ExecuteAsync("""
            UPDATE platform.jobs SET status = $3, lease_until = NULL, run_at = $4, last_error = $5 WHERE id = $1 AND fence = $2
            """, cancellationToken, job.Id, job.Fence, dead ? "dead" : "queued", clock.UtcNow() + delay, fault.GetType().Name);
    }

    async Task ExecuteAsync(string sql, CancellationToken cancellationToken, params object[] values)
    {
        await using var command = database.CreateCommand(sql);
        Add(command, values);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    static void Add(NpgsqlCommand command, params object[] values)
    {
        foreach (var value in values) command.Parameters.Add(new() { Value = value });
    }

    sealed record Claimed(Guid Id, string Kind, string Payload, int Attempts, int MaxAttempts, long Fence);
}

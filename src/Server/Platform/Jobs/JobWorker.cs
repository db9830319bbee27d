using System.Security.Cryptography;
using System.Text.Json;
using Consilium.Platform.Errors;
using Consilium.Platform.Json;
using Npgsql;

namespace Consilium.Platform.Jobs;

/// <summary>
/// Claims due jobs under a lease with a fencing number (FOR UPDATE SKIP LOCKED), runs them, and retries with growing, jittered delays;
/// a job that has used up its attempts stays as a dead letter for an administrator.
/// </summary>
internal sealed class JobWorker(NpgsqlDataSource database, IServiceScopeFactory scopes, TimeProvider clock, ILogger<JobWorker> log) : BackgroundService
{
    const int AtOnce = 2;
    static readonly TimeSpan Idle = TimeSpan.FromSeconds(1);
    static readonly TimeSpan LongestDelay = TimeSpan.FromMinutes(10);

    /// <summary>How long a claim lasts. A handler is cancelled a little earlier; after it, another worker may take the job over.</summary>
    public static readonly TimeSpan Lease = TimeSpan.FromMinutes(1);

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Task.WhenAll(Enumerable.Range(0, AtOnce).Select(_ => WorkAsync(stoppingToken)));

    async Task WorkAsync(CancellationToken stoppingToken)
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
                log.LogWarning("The job worker could not reach the database: {Fault}", fault.GetType().Name);
            }
            catch (OperationCanceledException)
            {
                return;
            }
            if (!worked) await Task.Delay(Idle, clock, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Runs one due job. False when none is due.</summary>
    public async Task<bool> RunNextAsync(CancellationToken cancellationToken)
    {
        if (await ClaimAsync(cancellationToken) is not { } job) return false;
        if (job.Attempts > job.MaxAttempts)
        {
            await BuryAsync(job); // the last attempt died with its process and could not say so
            return true;
        }
        await using var scope = scopes.CreateAsyncScope();
        try
        {
            var handler = scope.ServiceProvider.GetServices<IJobHandler>().FirstOrDefault(h => h.Kind == job.Kind)
                ?? throw new InvalidOperationException($"No handler for jobs of kind '{job.Kind}'.");
            using var lease = new CancellationTokenSource(Lease * 0.9, clock);
            using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, lease.Token);
            using var payload = JsonDocument.Parse(job.Payload);
            await handler.RunAsync(job.Id, payload.RootElement, stop.Token);
            if (handler.Every is { } every) await RepeatAsync(job, clock.UtcNow() + every);
            else await FinishAsync(job);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            await ReleaseAsync(job);
            throw;
        }
        catch (Exception fault)
        {
            log.LogWarning("Job {Job} of kind {Kind} failed at attempt {Attempt}: {Fault}", job.Id, job.Kind, job.Attempts, Faults.ForLog(fault));
            await RetryAsync(job, fault);
        }
        return true;
    }

    async Task<Claimed?> ClaimAsync(CancellationToken cancellationToken)
    {
        var now = clock.UtcNow();
        await using var command = Command("""
            UPDATE platform.jobs SET status = 'running', attempts = attempts + 1, fence = fence + 1, lease_until = $2
            WHERE id = (SELECT id FROM platform.jobs
                        WHERE (status = 'queued' AND run_at <= $1) OR (status = 'running' AND lease_until < $1)
                        ORDER BY run_at LIMIT 1 FOR UPDATE SKIP LOCKED)
            RETURNING id, kind, payload::text, attempts, max_attempts, fence
            """, now, now + Lease);
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        return await row.ReadAsync(cancellationToken)
            ? new(row.GetGuid(0), row.GetString(1), row.GetString(2), row.GetInt32(3), row.GetInt32(4), row.GetInt64(5))
            : null;
    }

    Task FinishAsync(Claimed job) => ExecuteAsync("DELETE FROM platform.jobs WHERE id = $1 AND fence = $2", job.Id, job.Fence);

    Task RepeatAsync(Claimed job, DateTimeOffset runAt) =>
        ExecuteAsync("""
            UPDATE platform.jobs SET status = 'queued', attempts = 0, lease_until = NULL, last_error = NULL, run_at = $3 WHERE id = $1 AND fence = $2
            """, job.Id, job.Fence, runAt);

    Task ReleaseAsync(Claimed job) =>
        ExecuteAsync("""
            UPDATE platform.jobs SET status = 'queued', attempts = attempts - 1, lease_until = NULL WHERE id = $1 AND fence = $2
            """, job.Id, job.Fence);

    Task RetryAsync(Claimed job, Exception fault)
    {
        var delay = TimeSpan.FromSeconds(Math.Min(LongestDelay.TotalSeconds, Math.Pow(2, job.Attempts))) * (1 + RandomNumberGenerator.GetInt32(500) / 1000.0);
        return ExecuteAsync("""
            UPDATE platform.jobs SET status = $3, lease_until = NULL, run_at = $4, last_error = $5 WHERE id = $1 AND fence = $2
            """, job.Id, job.Fence, job.Attempts >= job.MaxAttempts ? "dead" : "queued", clock.UtcNow() + delay, fault.GetType().Name);
    }

    Task BuryAsync(Claimed job) =>
        ExecuteAsync("""
            UPDATE platform.jobs SET status = 'dead', attempts = attempts - 1, lease_until = NULL, last_error = 'LeaseExpired' WHERE id = $1 AND fence = $2
            """, job.Id, job.Fence);

    // Not cancelled by the end of the server: the work is done, and its row should say so.
    async Task ExecuteAsync(string sql, params object[] values)
    {
        await using var command = Command(sql, values);
        await command.ExecuteNonQueryAsync(CancellationToken.None);
    }

    NpgsqlCommand Command(string sql, params object[] values)
    {
        var command = database.CreateCommand(sql);
        foreach (var value in values) command.Parameters.Add(new() { Value = value });
        return command;
    }

    sealed record Claimed(Guid Id, string Kind, string Payload, int Attempts, int MaxAttempts, long Fence);
}

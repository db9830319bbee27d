using System.Security.Cryptography;
using System.Text.Json;
using Consilium.Platform.Errors;
using Consilium.Platform.Json;
using Npgsql;

namespace Consilium.Platform.Jobs;

/// <summary>
/// Claims due jobs under a lease with a fencing number (FOR UPDATE SKIP LOCKED), runs them, and retries with growing, jittered delays;
/// a job that has used up its attempts stays as a dead letter for an administrator, unless its handler has settled it. A scheduled job goes back to wait for
/// its next time.
/// </summary>
internal sealed class JobWorker(
    NpgsqlDataSource database, IServiceScopeFactory scopes, JobBell bell, TimeProvider clock, ILogger<JobWorker> log) : BackgroundService
{
    static readonly Dictionary<JobLane, int> AtOnce = new() { [JobLane.Quick] = 2, [JobLane.Heavy] = 2, [JobLane.Remote] = 4 };
    static readonly TimeSpan Idle = TimeSpan.FromSeconds(1);
    static readonly TimeSpan LongestDelay = TimeSpan.FromMinutes(10);

    /// <summary>How long a claim lasts. A handler is cancelled a little earlier; after it, another worker may take the job over.</summary>
    public static readonly TimeSpan Lease = TimeSpan.FromMinutes(1);

    /// <summary>The fault of a run that ended without a word.</summary>
    public const string LeaseExpired = nameof(LeaseExpired);

    readonly Lazy<ILookup<JobLane, string>> kinds = new(() => KindsByLane(scopes));

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Task.WhenAll(AtOnce.Where(lane => lane.Key == JobLane.Quick || kinds.Value.Contains(lane.Key))
            .SelectMany(lane => Enumerable.Range(0, lane.Value).Select(_ => WorkAsync(lane.Key, stoppingToken))));

    async Task WorkAsync(JobLane lane, CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            var worked = false;
            var rung = bell.Next;
            try
            {
                worked = await RunNextAsync(lane, stoppingToken);
            }
            catch (Exception fault) when (!stoppingToken.IsCancellationRequested)
            {
                log.LogWarning("The job worker was held up: {Fault}", fault.GetType().Name);
            }
            catch (OperationCanceledException)
            {
                return;
            }
            if (!worked) await rung.WaitAsync(Idle, clock, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Runs one due job of the lane. False when none is due.</summary>
    public async Task<bool> RunNextAsync(JobLane lane, CancellationToken cancellationToken)
    {
        if (await ClaimAsync(lane, cancellationToken) is not { } job) return false;
        if (job.Attempts > job.MaxAttempts)
        {
            await GiveUpAsync(job, last: null); // the last attempt died with its process and could not say so
            return true;
        }
        try
        {
            await using var scope = scopes.CreateAsyncScope();
            using var lease = new CancellationTokenSource(Lease * 0.9, clock);
            using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, lease.Token);
            if (Scheduled(scope, job) is { } scheduled) await RepeatAsync(job, await scheduled.RunAsync(stop.Token), scheduled.Every);
            else await RunQueuedAsync(scope, job, stop.Token);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            await ReleaseAsync(job);
            throw;
        }
        catch (Exception fault)
        {
            log.LogWarning("Job {Job} of kind {Kind} failed at attempt {Attempt}: {Fault}", job.Id, job.Kind, job.Attempts, Faults.ForLog(fault));
            if (job.Attempts < job.MaxAttempts) await RetryAsync(job, fault);
            else await GiveUpAsync(job, fault);
        }
        return true;
    }

    async Task RunQueuedAsync(AsyncServiceScope scope, Claimed job, CancellationToken stop)
    {
        var handler = Handler(scope, job) ?? throw new InvalidOperationException($"No handler for jobs of kind '{job.Kind}'.");
        using var payload = JsonDocument.Parse(job.Payload);
        await handler.RunAsync(job.Id, payload.RootElement, stop);
        await FinishAsync(job);
    }

    // Told before the row says so: a crash in between leads here again.
    async Task GiveUpAsync(Claimed job, Exception? last)
    {
        await using var scope = scopes.CreateAsyncScope();
        using var payload = JsonDocument.Parse(job.Payload);
        using var lease = new CancellationTokenSource(Lease * 0.9, clock);
        if (Handler(scope, job) is { } handler && await handler.AbandonAsync(job.Id, payload.RootElement, last, lease.Token)) await FinishAsync(job);
        else await BuryAsync(job, last);
    }

    async Task<Claimed?> ClaimAsync(JobLane lane, CancellationToken cancellationToken)
    {
        // Kinds that nobody knows are the quick lane's: it fails them at once.
        var (condition, named) = lane == JobLane.Quick
            ? ("<> ALL", kinds.Value.Where(l => l.Key != JobLane.Quick).SelectMany(l => l))
            : ("= ANY", kinds.Value[lane]);
        var now = clock.UtcNow();
        // A run whose lease ran out died with its process, or as good as: it ends here, in the name of the one that could not say so.
        await using var command = Command($"""
            UPDATE platform.jobs SET status = 'running', attempts = attempts + 1, fence = fence + 1, lease_until = $2, started_at = $1,
                last_started_at = CASE status WHEN 'running' THEN started_at ELSE last_started_at END,
                last_ended_at = CASE status WHEN 'running' THEN lease_until ELSE last_ended_at END,
                last_result = CASE status WHEN 'running' THEN NULL ELSE last_result END,
                last_error = CASE status WHEN 'running' THEN '{LeaseExpired}' ELSE last_error END
            WHERE id = (SELECT id FROM platform.jobs
                        WHERE ((status = 'queued' AND run_at <= $1) OR (status = 'running' AND lease_until < $1)) AND kind {condition} ($3)
                        ORDER BY run_at LIMIT 1 FOR UPDATE SKIP LOCKED)
            RETURNING id, kind, payload::text, attempts, max_attempts, fence
            """, now, now + Lease, named.ToArray());
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        return await row.ReadAsync(cancellationToken)
            ? new(row.GetGuid(0), row.GetString(1), row.GetString(2), row.GetInt32(3), row.GetInt32(4), row.GetInt64(5))
            : null;
    }

    Task FinishAsync(Claimed job) => ExecuteAsync("DELETE FROM platform.jobs WHERE id = $1 AND fence = $2", job.Id, job.Fence);

    Task RepeatAsync(Claimed job, string result, TimeSpan every)
    {
        var now = clock.UtcNow();
        return ExecuteAsync("""
            UPDATE platform.jobs SET status = 'queued', attempts = 0, lease_until = NULL, run_at = $3,
                last_started_at = started_at, last_ended_at = $4, last_result = $5, last_error = NULL
            WHERE id = $1 AND fence = $2
            """, job.Id, job.Fence, now + every, now, result);
    }

    Task ReleaseAsync(Claimed job) =>
        ExecuteAsync("""
            UPDATE platform.jobs SET status = 'queued', attempts = attempts - 1, lease_until = NULL WHERE id = $1 AND fence = $2
            """, job.Id, job.Fence);

    Task RetryAsync(Claimed job, Exception fault)
    {
        var delay = TimeSpan.FromSeconds(Math.Min(LongestDelay.TotalSeconds, Math.Pow(2, job.Attempts))) * (1 + RandomNumberGenerator.GetInt32(500) / 1000.0);
        var now = clock.UtcNow();
        return ExecuteAsync("""
            UPDATE platform.jobs SET status = 'queued', lease_until = NULL, run_at = $3,
                last_started_at = started_at, last_ended_at = $4, last_result = NULL, last_error = $5
            WHERE id = $1 AND fence = $2
            """, job.Id, job.Fence, now + delay, now, fault.GetType().Name);
    }

    Task BuryAsync(Claimed job, Exception? last) =>
        ExecuteAsync("""
            UPDATE platform.jobs SET status = 'dead', attempts = max_attempts, lease_until = NULL, last_error = $3 WHERE id = $1 AND fence = $2
            """, job.Id, job.Fence, last?.GetType().Name ?? LeaseExpired);

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

    static IJobHandler? Handler(AsyncServiceScope scope, Claimed job) =>
        scope.ServiceProvider.GetServices<IJobHandler>().FirstOrDefault(h => h.Kind == job.Kind);

    static IScheduledJob? Scheduled(AsyncServiceScope scope, Claimed job) =>
        scope.ServiceProvider.GetServices<IScheduledJob>().FirstOrDefault(s => s.Kind == job.Kind);

    static ILookup<JobLane, string> KindsByLane(IServiceScopeFactory scopes)
    {
        using var scope = scopes.CreateScope();
        var queued = scope.ServiceProvider.GetServices<IJobHandler>().Select(h => (h.Lane, h.Kind));
        var scheduled = scope.ServiceProvider.GetServices<IScheduledJob>().Select(s => (s.Lane, s.Kind));
        return queued.Concat(scheduled).ToLookup(k => k.Lane, k => k.Kind);
    }

    sealed record Claimed(Guid Id, string Kind, string Payload, int Attempts, int MaxAttempts, long Fence);
}

using System.Diagnostics;
using System.Net.Sockets;
using Consilium.Platform.Json;
using Npgsql;
using NpgsqlTypes;

namespace Consilium.Modules.Accounts;

/// <summary>
/// Hears of sessions that ended, keys that were revoked and users that changed, on whichever server: one small indexed statement a few times
/// a second, and at once for what this process did itself.
/// </summary>
internal sealed class RevocationFeed(NpgsqlDataSource database, LiveCredentials live, TimeProvider clock, ILogger<RevocationFeed> log) : BackgroundService
{
    static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(400);
    static readonly TimeSpan TidyEvery = TimeSpan.FromMinutes(1);

    readonly SemaphoreSlim awake = new(0);
    readonly Dictionary<long, (Guid Subject, long HeardAt)> heard = [];

    /// <summary>For whoever has just committed a row of <c>accounts.revocations</c>: the next request already knows.</summary>
    public void Changed(Guid subject)
    {
        live.MarkStale(subject);
        awake.Release();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var tidiedAt = Stopwatch.GetTimestamp();
        var failing = false;
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await PollAsync(stoppingToken);
                if (Stopwatch.GetElapsedTime(tidiedAt) > TidyEvery)
                {
                    await TidyAsync(tidiedAt, stoppingToken);
                    tidiedAt = Stopwatch.GetTimestamp();
                }
                failing = false;
            }
            catch (Exception fault) when (fault is NpgsqlException or SocketException or TimeoutException)
            {
                if (!failing) log.LogWarning("The database cannot be asked for ended sessions ({Fault}): requests ask for themselves", fault.GetType().Name);
                failing = true;
            }
            await awake.WaitAsync(Pause, stoppingToken);
            while (awake.Wait(0, CancellationToken.None)) { } // many changes, one look
        }
    }

    /// <summary>One look: afterwards everything committed before it is known here.</summary>
    async Task PollAsync(CancellationToken cancellationToken)
    {
        var startedAt = Stopwatch.GetTimestamp();
        // Half a minute of overlap: a change counts from its commit, which may come some seconds after its time.
        await using var command = database.CreateCommand(
            "SELECT id, subject_id FROM accounts.revocations WHERE at > clock_timestamp() - interval '30 seconds'");
        var current = new HashSet<long>();
        await using (var row = await command.ExecuteReaderAsync(cancellationToken))
        {
            while (await row.ReadAsync(cancellationToken))
            {
                current.Add(row.GetInt64(0));
                heard.TryAdd(row.GetInt64(0), (row.GetGuid(1), Stopwatch.GetTimestamp()));
            }
        }
        foreach (var gone in heard.Keys.Where(id => !current.Contains(id)).ToList()) heard.Remove(gone);

        var changes = new Dictionary<Guid, long>();
        foreach (var (subject, heardAt) in heard.Values) changes[subject] = Math.Max(heardAt, changes.GetValueOrDefault(subject));
        var suspects = live.Suspects(changes);
        if (suspects.Count > 0) await live.CheckAsync(suspects, cancellationToken);
        live.HeardUpTo(startedAt);
    }

    async Task TidyAsync(long since, CancellationToken cancellationToken)
    {
        var used = live.Tidy(since);
        if (used.Length == 0) return;
        await using var command = database.CreateCommand("UPDATE accounts.api_keys SET last_used_at = $2 WHERE id = ANY ($1)");
        command.Parameters.Add(new() { Value = used, NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Uuid });
        command.Parameters.Add(new() { Value = clock.UtcNow() });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}

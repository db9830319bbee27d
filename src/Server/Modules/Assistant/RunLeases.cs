using Consilium.Platform.Database;
using Consilium.Platform.Realtime;
using Npgsql;

namespace Consilium.Modules.Assistant;

/// <summary>
/// Keeps the runs of this process: renews all their leases in one statement, and tells a worker when its run has been stopped, ended or taken over.
/// </summary>
internal sealed class RunLeases(NpgsqlDataSource database, Signals signals, AssistantSettings settings, TimeProvider clock, ILogger<RunLeases> log)
    : BackgroundService
{
    readonly Lock gate = new();
    readonly Dictionary<(Guid Run, long Fence), RunLease> leases = [];

    /// <summary>Keeps a run that has been claimed until the lease is disposed of.</summary>
    public RunLease Hold(Run run, CancellationToken stoppingToken)
    {
        var key = (run.Id, run.Fence);
        var lease = new RunLease(() => { lock (gate) leases.Remove(key); }, stoppingToken);
        lease.Subscription = signals.Listen(run.Topic, note => { if (note == RunTopics.Stopped) lease.Lose(); });
        lock (gate) leases.Add(key, lease);
        return lease;
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(settings.Renewal, clock);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                await RenewAsync(stoppingToken);
            }
            catch (Exception fault) when (!stoppingToken.IsCancellationRequested)
            {
                log.LogWarning("Leases could not be renewed: {Fault}", fault.GetType().Name);
            }
        }
    }

    async Task RenewAsync(CancellationToken cancellationToken)
    {
        Dictionary<(Guid Run, long Fence), RunLease> lost;
        lock (gate) lost = new(leases);
        if (lost.Count == 0) return;
        await using var command = database.CreateCommand(Sql);
        command.Parameters.With(lost.Keys.Select(key => key.Run).ToArray()).With(lost.Keys.Select(key => key.Fence).ToArray()).With(settings.Lease);
        await using (var rows = await command.ExecuteReaderAsync(cancellationToken))
            while (await rows.ReadAsync(cancellationToken)) lost.Remove((rows.GetGuid(0), rows.GetInt64(1)));
        foreach (var lease in lost.Values) lease.Lose();
    }

    // A run that is locked just now is renewed the next time: whoever is ending it must not hold up the others.
    const string Sql = """
        WITH mine AS MATERIALIZED (
            SELECT r.id, r.fence FROM unnest($1, $2) AS h(id, fence) JOIN assistant.runs r ON r.id = h.id AND r.fence = h.fence WHERE r.status = 'running'
        ), free AS MATERIALIZED (
            SELECT r.id FROM assistant.runs r JOIN mine USING (id, fence) WHERE r.status = 'running' FOR NO KEY UPDATE OF r SKIP LOCKED
        ), renewed AS (
            UPDATE assistant.runs r SET lease_until = now() + $3 FROM free WHERE r.id = free.id
        )
        SELECT id, fence FROM mine
        """;
}

/// <summary>The right to carry out a run, as long as it lasts.</summary>
internal sealed class RunLease(Action released, CancellationToken stoppingToken) : IDisposable
{
    readonly CancellationTokenSource lost = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken);

    readonly Lock gate = new();
    bool isReleased;

    public IDisposable? Subscription { get; set; }

    /// <summary>Cancelled when the run is this worker's no more, or the server stops.</summary>
    public CancellationToken Ended => lost.Token;

    /// <summary>The run is somebody else's, or has ended.</summary>
    public void Lose()
    {
        lock (gate)
            if (!isReleased) _ = lost.CancelAsync(); // what it cancels must not run on the signaller's thread
    }

    public void Dispose()
    {
        Subscription?.Dispose();
        released();
        lock (gate)
        {
            isReleased = true;
            lost.Dispose();
        }
    }
}

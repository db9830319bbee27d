using System.Text.Json;
using Consilium.Platform.Database;
using Consilium.Platform.Json;

namespace Consilium.Platform.Jobs;

/// <summary>Work for later, as a row that commits with what caused it.</summary>
internal sealed class Jobs(RequestTransaction transaction, JobBell bell, TimeProvider clock)
{
    const int Attempts = 8;

    /// <summary>Queues a job in the request's transaction. When it is due at once, a worker of this process begins right after the commit.</summary>
    /// <param name="id">While a job with this id waits or runs, repeating the call changes nothing.</param>
    /// <param name="runAt">Not before this time; null for at once.</param>
    /// <param name="maxAttempts">After so many failures it is given up (see <see cref="IJobHandler.AbandonAsync"/>).</param>
    public async Task QueueAsync<TPayload>(
        string kind, Guid id, TPayload payload, DateTimeOffset? runAt, CancellationToken cancellationToken, int maxAttempts = Attempts)
    {
        await using var batch = await transaction.BatchAsync(cancellationToken);
        batch.BatchCommands.Add(new("""
            INSERT INTO platform.jobs (id, kind, payload, run_at, max_attempts) VALUES ($1, $2, $3::jsonb, $4, $5) ON CONFLICT (id) DO NOTHING
            """)
        {
            Parameters =
            {
                new() { Value = id }, new() { Value = kind }, new() { Value = JsonSerializer.Serialize(payload) },
                new() { Value = runAt ?? clock.UtcNow() }, new() { Value = maxAttempts },
            },
        });
        await batch.ExecuteNonQueryAsync(cancellationToken);
        if (runAt is null) transaction.AfterCommit(bell.Ring);
    }
}

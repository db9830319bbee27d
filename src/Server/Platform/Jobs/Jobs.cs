using System.Text.Json;
using Consilium.Platform.Database;
using Consilium.Platform.Json;

namespace Consilium.Platform.Jobs;

/// <summary>Work for later, as a row that commits with what caused it.</summary>
internal sealed class Jobs(RequestTransaction transaction, TimeProvider clock)
{
    /// <summary>Queues a job in the request's transaction.</summary>
    /// <param name="id">While a job with this id waits or runs, repeating the call changes nothing.</param>
    /// <param name="runAt">Not before this time; null for at once.</param>
    public async Task QueueAsync<TPayload>(string kind, Guid id, TPayload payload, DateTimeOffset? runAt, CancellationToken cancellationToken)
    {
        await using var batch = await transaction.BatchAsync(cancellationToken);
        batch.BatchCommands.Add(new("INSERT INTO platform.jobs (id, kind, payload, run_at) VALUES ($1, $2, $3::jsonb, $4) ON CONFLICT (id) DO NOTHING")
        {
            Parameters =
            {
                new() { Value = id }, new() { Value = kind }, new() { Value = JsonSerializer.Serialize(payload) },
                new() { Value = runAt ?? clock.UtcNow() },
            },
        });
        await batch.ExecuteNonQueryAsync(cancellationToken);
    }
}

/// <summary>Does the jobs of one kind. May be called again with the same id after a crash: its effects must be idempotent.</summary>
internal interface IJobHandler
{
    /// <summary>Dotted and stable: it is in stored rows.</summary>
    string Kind { get; }

    /// <summary>When set, one job of this kind always exists and runs again this long after it ended.</summary>
    TimeSpan? Every => null;

    Task RunAsync(Guid id, JsonElement payload, CancellationToken cancellationToken);
}

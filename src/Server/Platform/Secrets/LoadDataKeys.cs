using Consilium.Platform.Database;
using Consilium.Platform.Json;

namespace Consilium.Platform.Secrets;

/// <summary>At the start: unwraps the data keys, wraps those of the previous master key again, and makes the first one of a new installation.</summary>
internal sealed class LoadDataKeys(IServiceScopeFactory scopes, VaultKeys keys, TimeProvider clock) : IStartupTask
{
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        var transaction = scope.ServiceProvider.GetRequiredService<RequestTransaction>();
        await transaction.RunAsync(async () =>
        {
            var kept = await LockAsync(transaction, cancellationToken);
            foreach (var (id, row) in kept)
            {
                if (keys.Unwrap(id, row) is null) throw new InvalidOperationException($"The data key {id} in the database was changed: restore it from a backup.");
                if (keys.Rewrap(id, row) is { } again)
                    await transaction.ExecuteAsync("UPDATE platform.data_keys SET wrapped = $2, master_key_id = $3 WHERE id = $1",
                        values => values.With(id).With(again.Bytes).With(again.MasterKeyId), cancellationToken);
            }
            if (kept.Count > 0) return;
            var now = clock.UtcNow();
            var first = Guid.CreateVersion7(now);
            var made = keys.Make(first);
            await transaction.ExecuteAsync("INSERT INTO platform.data_keys (id, wrapped, master_key_id, status, created_at) VALUES ($1, $2, $3, 'active', $4)",
                values => values.With(first).With(made.Bytes).With(made.MasterKeyId).With(now), cancellationToken);
        }, cancellationToken);
    }

    // Servers that start at once take turns: only the first makes a key. Whoever seals meanwhile is not held up.
    static async Task<List<(Guid Id, WrappedKey Row)>> LockAsync(RequestTransaction transaction, CancellationToken cancellationToken)
    {
        await using var batch = await transaction.BatchAsync(cancellationToken);
        batch.Add("LOCK TABLE platform.data_keys IN SHARE ROW EXCLUSIVE MODE");
        batch.Add("SELECT id, wrapped, master_key_id FROM platform.data_keys");
        await using var row = await batch.ExecuteReaderAsync(cancellationToken);
        var kept = new List<(Guid, WrappedKey)>();
        while (await row.ReadAsync(cancellationToken)) kept.Add((row.GetGuid(0), new(row.GetFieldValue<byte[]>(1), row.GetString(2))));
        return kept;
    }
}

using Consilium.Platform.Database;
using Consilium.Platform.Json;

namespace Consilium.Platform.Secrets;

/// <summary>At the start: unwraps the data keys, wraps those of the previous master key again, and makes the first one of a new installation.</summary>
internal sealed class LoadDataKeys(IServiceScopeFactory scopes, MasterKeys masters, VaultKeys keys, StartLocks locks, TimeProvider clock)
    : IStartupTask
{
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        var transaction = scope.ServiceProvider.GetRequiredService<RequestTransaction>();
        var kept = await OpenAsync(transaction, cancellationToken);
        if (kept.Count > 0 && kept.TrueForAll(key => key.Row.MasterKeyId == masters.Current.Id)) return;

        await transaction.RunAsync(async () =>
        {
            // Under the lock, so that of several servers only the first makes a key. What seals meanwhile is not held up.
            await locks.LockTableAsync(scope.ServiceProvider.GetRequiredService<ConsiliumDb>(), "platform.data_keys", cancellationToken);
            kept = await OpenAsync(transaction, cancellationToken);
            foreach (var (id, row) in kept)
                if (keys.Rewrap(id, row) is { } again)
                    await transaction.ExecuteAsync("UPDATE platform.data_keys SET wrapped = $2, master_key_id = $3 WHERE id = $1",
                        values => values.With(id).With(again.Bytes).With(again.MasterKeyId), cancellationToken);
            if (kept.Count == 0) await MakeFirstAsync(transaction, scope.ServiceProvider.GetServices<ISealedColumn>(), cancellationToken);
        }, cancellationToken);
    }

    async Task MakeFirstAsync(RequestTransaction transaction, IEnumerable<ISealedColumn> columns, CancellationToken cancellationToken)
    {
        foreach (var column in columns)
            if (await column.FormerMasterKeyAsync(cancellationToken) is { } wrappedBy) masters.Named(wrappedBy);
        masters.Current.Keep(); // before the database has anything that only this key opens
        var now = clock.UtcNow();
        var first = Guid.CreateVersion7(now);
        var made = keys.Make(first);
        await transaction.ExecuteAsync("INSERT INTO platform.data_keys (id, wrapped, master_key_id, status, created_at) VALUES ($1, $2, $3, 'active', $4)",
            values => values.With(first).With(made.Bytes).With(made.MasterKeyId).With(now), cancellationToken);
    }

    async Task<List<(Guid Id, WrappedKey Row)>> OpenAsync(RequestTransaction transaction, CancellationToken cancellationToken)
    {
        var kept = new List<(Guid Id, WrappedKey Row)>();
        await using (var batch = await transaction.BatchAsync(cancellationToken))
        {
            batch.Add("SELECT id, wrapped, master_key_id FROM platform.data_keys");
            await using var row = await batch.ExecuteReaderAsync(cancellationToken);
            while (await row.ReadAsync(cancellationToken)) kept.Add((row.GetGuid(0), new(row.GetFieldValue<byte[]>(1), row.GetString(2))));
        }
        foreach (var (id, row) in kept)
            if (keys.Unwrap(id, row) is null)
                throw new InvalidOperationException($"The data key {id} in the database was changed: restore it from a backup.");
        return kept;
    }
}

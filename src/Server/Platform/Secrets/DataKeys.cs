using Consilium.Platform.Database;
using Consilium.Platform.Errors;
using Consilium.Platform.Json;
using Npgsql;
using NpgsqlTypes;

namespace Consilium.Platform.Secrets;

/// <summary>What anybody may know of a data key; never its material.</summary>
internal sealed record DataKey(Guid Id, string Algorithm, DataKeyStatus Status, DateTimeOffset CreatedAt, Guid? CreatedBy, DateTimeOffset? RetiredAt);

/// <summary>
/// What a data key is used for: the active one seals; a retiring one opens until its values are sealed anew; a retired one only opens what was
/// handed out.
/// </summary>
internal enum DataKeyStatus
{
    /// <summary>Seals.</summary>
    Active,

    /// <summary>Opens; what it has sealed is being sealed by the active one.</summary>
    Retiring,

    /// <summary>Seals nothing that is stored here. Opens what was handed out.</summary>
    Retired,
}

/// <summary>The rows of the data keys: listed, rotated, retired.</summary>
internal sealed class DataKeys(
    RequestTransaction transaction, VaultKeys keys, MasterKeys masters, IEnumerable<ISealedColumn> columns, Jobs.Jobs jobs, TimeProvider clock)
{
    const string Columns = "id, algorithm, status, created_at, created_by, retired_at";

    /// <summary>Newest first.</summary>
    public async Task<List<DataKey>> ListAsync(Guid? before, int count, CancellationToken cancellationToken)
    {
        await using var batch = await transaction.BatchAsync(cancellationToken);
        batch.Add($"SELECT {Columns} FROM platform.data_keys WHERE $1 IS NULL OR id < $1 ORDER BY id DESC LIMIT $2").With(NpgsqlDbType.Uuid, before).With(count);
        return await ReadAsync(batch, cancellationToken);
    }

    /// <summary>How many stored values a key protects.</summary>
    public async Task<long> InUseAsync(Guid id, CancellationToken cancellationToken)
    {
        var sum = 0L;
        foreach (var column in columns) sum += await column.CountAsync(id, cancellationToken);
        return sum;
    }

    /// <summary>
    /// Makes a new active key; the one before retires once nothing stored needs it. Waits for the transactions that are sealing values.
    /// </summary>
    /// <param name="by">Who asked.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    public Task<DataKey> RotateAsync(Guid by, CancellationToken cancellationToken) => transaction.RunAsync(async () =>
    {
        await LockAsync(cancellationToken);
        var now = clock.UtcNow();
        var id = Guid.CreateVersion7(now);
        var made = keys.Make(id);
        await using var batch = await transaction.BatchAsync(cancellationToken);
        batch.Add("UPDATE platform.data_keys SET status = 'retiring' WHERE status = 'active'");
        batch.Add($"""
            INSERT INTO platform.data_keys (id, wrapped, master_key_id, status, created_at, created_by) VALUES ($1, $2, $3, 'active', $4, $5) RETURNING {Columns}
            """).With(id).With(made.Bytes).With(made.MasterKeyId).With(now).With(by);
        var created = (await ReadAsync(batch, cancellationToken))[0];
        await jobs.QueueAsync(WhenKeyRotated.JobKind, id, new { }, runAt: null, cancellationToken);
        return created;
    }, cancellationToken);

    /// <summary>The keys whose values are to be sealed again, oldest first.</summary>
    public async Task<List<DataKey>> RetiringAsync(CancellationToken cancellationToken)
    {
        await using var batch = await transaction.BatchAsync(cancellationToken);
        batch.Add($"SELECT {Columns} FROM platform.data_keys WHERE status = 'retiring' ORDER BY id");
        return await ReadAsync(batch, cancellationToken);
    }

    /// <summary>Retires a key if and only if nothing stored is sealed by it. Says how many values are.</summary>
    public Task<long> RetireAsync(Guid id, CancellationToken cancellationToken) => transaction.RunAsync(async () =>
    {
        await using (var row = await transaction.BatchAsync(cancellationToken))
        {
            // A row that refers to the key, a copy of an old one, cannot come in meanwhile.
            row.Add("SELECT 1 FROM platform.data_keys WHERE id = $1 FOR UPDATE").With(id);
            await row.ExecuteNonQueryAsync(cancellationToken);
        }
        var left = await InUseAsync(id, cancellationToken);
        if (left > 0) return left;
        await transaction.ExecuteAsync("UPDATE platform.data_keys SET status = 'retired', retired_at = $2 WHERE id = $1 AND status = 'retiring'",
            values => values.With(id).With(clock.UtcNow()), cancellationToken);
        return 0;
    }, cancellationToken);

    async Task LockAsync(CancellationToken cancellationToken)
    {
        await using var batch = await transaction.BatchAsync(cancellationToken);
        batch.Add("LOCK TABLE platform.data_keys IN EXCLUSIVE MODE");
        batch.Add("SELECT master_key_id FROM platform.data_keys WHERE status = 'active'");
        // A server that still runs with the master key of before must not wrap a new key with it.
        if ((string)(await batch.ExecuteScalarAsync(cancellationToken))! != masters.Current.Id)
            throw new DomainException("master_key_changed", "The master key has been changed since this server started: restart it with the new one.");
    }

    static async Task<List<DataKey>> ReadAsync(NpgsqlBatch batch, CancellationToken cancellationToken)
    {
        await using var row = await batch.ExecuteReaderAsync(cancellationToken);
        var read = new List<DataKey>();
        while (await row.ReadAsync(cancellationToken))
            read.Add(new(row.GetGuid(0), row.GetString(1), Enum.Parse<DataKeyStatus>(row.GetString(2), ignoreCase: true), row.GetFieldValue<DateTimeOffset>(3),
                row.Nullable<Guid>(4), row.Nullable<DateTimeOffset>(5)));
        return read;
    }
}

using System.Security.Cryptography;
using Consilium.Platform.Database;
using NpgsqlTypes;

namespace Consilium.Platform.Secrets;

/// <summary>Where sealed values lie. All are SQL of the owner's own, never anything that came from outside.</summary>
/// <param name="Table">With its schema; its column <paramref name="KeyId"/> needs an index.</param>
/// <param name="Id">An expression of a row that names it in logs, as text.</param>
/// <param name="BoundTo">An expression of a row: exactly what the owner gives <see cref="Vault.SealAsync"/>.</param>
/// <param name="Bytes">The column of the sealed bytes.</param>
/// <param name="KeyId">The column of the data key's id.</param>
internal sealed record SealedPlace(string Table, string Id, string BoundTo, string Bytes = "sealed", string KeyId = "data_key_id");

/// <summary>The sealed values of one table. Derive from it and register that as an <see cref="ISealedColumn"/>.</summary>
internal abstract class SealedColumn(SealedPlace place, RequestTransaction transaction, Vault vault, ILogger log) : ISealedColumn
{
    readonly HashSet<string> damaged = new(StringComparer.Ordinal);

    public string Name => place.Table;

    public virtual Task<string?> FormerMasterKeyAsync(CancellationToken cancellationToken) => Task.FromResult<string?>(null);

    public async Task<long> CountAsync(Guid keyId, CancellationToken cancellationToken)
    {
        await using var batch = await transaction.BatchAsync(cancellationToken);
        batch.Add($"SELECT count(*) FROM {place.Table} WHERE {place.KeyId} = $1").With(keyId);
        return (long)(await batch.ExecuteScalarAsync(cancellationToken))!;
    }

    public Task<int> ReencryptAsync(Guid oldKeyId, int limit, CancellationToken cancellationToken) => transaction.RunAsync(async () =>
    {
        var rows = await LockAsync(oldKeyId, limit, cancellationToken);
        await using var changes = await transaction.BatchAsync(cancellationToken);
        foreach (var row in rows)
        {
            if (await vault.OpenAsync(oldKeyId, row.Bytes, row.BoundTo, cancellationToken) is not { } plaintext)
            {
                damaged.Add(row.Id);
                log.LogError("A sealed value cannot be opened and keeps its data key {Key} from being retired: {Table} {Id}", oldKeyId, place.Table, row.Id);
                continue;
            }
            var again = await vault.SealAsync(plaintext, row.BoundTo, cancellationToken);
            CryptographicOperations.ZeroMemory(plaintext);
            changes.Add($"UPDATE {place.Table} SET {place.Bytes} = $2, {place.KeyId} = $3 WHERE ctid = $1").With(NpgsqlDbType.Tid, row.At).With(again.Bytes).With(again.KeyId);
        }
        if (changes.BatchCommands.Count > 0) await changes.ExecuteNonQueryAsync(cancellationToken);
        return rows.Count;
    }, cancellationToken);

    // Rows that somebody is changing are left for the next time, so that no writer ever waits here in a circle.
    async Task<List<Row>> LockAsync(Guid keyId, int limit, CancellationToken cancellationToken)
    {
        await using var batch = await transaction.BatchAsync(cancellationToken);
        batch.Add($"""
            SELECT ctid, {place.Id}, {place.Bytes}, {place.BoundTo} FROM {place.Table} WHERE {place.KeyId} = $1 AND {place.Id} <> ALL ($2)
            LIMIT $3 FOR UPDATE SKIP LOCKED
            """).With(keyId).With(damaged.ToArray()).With(limit);
        await using var row = await batch.ExecuteReaderAsync(cancellationToken);
        var rows = new List<Row>();
        while (await row.ReadAsync(cancellationToken))
            rows.Add(new(row.GetFieldValue<NpgsqlTid>(0), row.GetString(1), row.GetFieldValue<byte[]>(2), row.GetString(3)));
        return rows;
    }

    sealed record Row(NpgsqlTid At, string Id, byte[] Bytes, string BoundTo);
}

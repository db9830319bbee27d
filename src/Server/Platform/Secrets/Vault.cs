using System.Text;
using Consilium.Platform.Database;

namespace Consilium.Platform.Secrets;

/// <summary>A value that only the vault opens, and the data key that it is sealed by: store both.</summary>
internal sealed record Sealed(Guid KeyId, byte[] Bytes);

/// <summary>
/// Seals every secret of the product: AES-256-GCM under the active data key, bound to the place where the value is kept, so that nothing
/// opens that was changed or moved. <c>docs/vault.md</c> tells the story of the keys.
/// </summary>
internal sealed class Vault(RequestTransaction transaction, VaultKeys keys)
{
    const byte Version = 1;

    /// <summary>
    /// Seals a value in the transaction that stores it. Until that ends no rotation goes ahead: whoever looks for values of an old key
    /// after a rotation finds them all.
    /// </summary>
    /// <param name="plaintext">The caller's to forget.</param>
    /// <param name="boundTo">The place of the value: what makes its row unique, and nothing secret.</param>
    /// <exception cref="InvalidOperationException">No transaction is open.</exception>
    public async Task<Sealed> SealAsync(ReadOnlyMemory<byte> plaintext, string boundTo, CancellationToken cancellationToken = default)
    {
        if (!transaction.IsOpen) throw new InvalidOperationException("A value is sealed in the transaction that stores it.");
        var (id, key) = await ActiveAsync(cancellationToken);
        return new(id, [Version, .. AesGcmBox.Encrypt(key, plaintext.Span, Associated(id, boundTo))]);
    }

    /// <summary>The plaintext; null when it cannot be opened, whatever the reason.</summary>
    public async Task<byte[]?> OpenAsync(Guid keyId, ReadOnlyMemory<byte> bytes, string boundTo, CancellationToken cancellationToken = default)
    {
        if (bytes.Length == 0 || bytes.Span[0] != Version) return null;
        return (keys.Find(keyId) ?? await LoadAsync(keyId, cancellationToken)) is { } key
            ? AesGcmBox.Decrypt(key, bytes.Span[1..], Associated(keyId, boundTo))
            : null;
    }

    async Task<(Guid Id, byte[] Key)> ActiveAsync(CancellationToken cancellationToken)
    {
        await using var batch = await transaction.BatchAsync(cancellationToken);
        // Rotation takes the table EXCLUSIVE, and waiters take turns: it neither overtakes a writer nor waits for ever behind later ones.
        // The second statement looks after the first has waited, so that it sees the key of the rotation that it waited for.
        batch.Add("LOCK TABLE platform.data_keys IN ROW SHARE MODE");
        batch.Add("SELECT id, wrapped, master_key_id FROM platform.data_keys WHERE status = 'active'");
        await using var row = await batch.ExecuteReaderAsync(cancellationToken);
        if (!await row.ReadAsync(cancellationToken)) throw new InvalidOperationException("The vault has no active key.");
        var id = row.GetGuid(0);
        var key = keys.Find(id) ?? keys.Unwrap(id, new(row.GetFieldValue<byte[]>(1), row.GetString(2)));
        return (id, key ?? throw new InvalidOperationException($"The data key {id} in the database was changed: restore it from a backup."));
    }

    // Another server has rotated since this one loaded its keys.
    async Task<byte[]?> LoadAsync(Guid id, CancellationToken cancellationToken)
    {
        await using var batch = await transaction.BatchAsync(cancellationToken);
        batch.Add("SELECT wrapped, master_key_id FROM platform.data_keys WHERE id = $1").With(id);
        await using var row = await batch.ExecuteReaderAsync(cancellationToken);
        return await row.ReadAsync(cancellationToken) ? keys.Unwrap(id, new(row.GetFieldValue<byte[]>(0), row.GetString(1))) : null;
    }

    static byte[] Associated(Guid keyId, string boundTo) => [Version, .. keyId.ToByteArray(bigEndian: true), .. Encoding.UTF8.GetBytes(boundTo)];
}

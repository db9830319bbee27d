using System.Collections.Concurrent;
using System.Security.Cryptography;

namespace Consilium.Platform.Secrets;

/// <summary>The data keys that this process has unwrapped. Never leaves the process; which of them is in use, the database says.</summary>
internal sealed class VaultKeys(MasterKeys masters)
{
    readonly ConcurrentDictionary<Guid, byte[]> keys = new();

    public byte[]? Find(Guid id) => keys.GetValueOrDefault(id);

    /// <summary>A fresh key, wrapped for its row.</summary>
    public WrappedKey Make(Guid id)
    {
        var key = RandomNumberGenerator.GetBytes(32);
        keys[id] = key;
        return Wrap(id, key);
    }

    /// <summary>Takes in the key of a row and returns it; null when its row was changed.</summary>
    /// <exception cref="InvalidOperationException">It is wrapped by a master key that this server does not have.</exception>
    public byte[]? Unwrap(Guid id, WrappedKey row) =>
        masters.Named(row.MasterKeyId).Unwrap(row.Bytes, BoundTo(id)) is { Length: 32 } key ? keys[id] = key : null;

    /// <summary>The same key under the master key of now; null when it is already.</summary>
    public WrappedKey? Rewrap(Guid id, WrappedKey row) => row.MasterKeyId == masters.Current.Id ? null : Wrap(id, keys[id]);

    WrappedKey Wrap(Guid id, byte[] key) => new(masters.Current.Wrap(key, BoundTo(id)), masters.Current.Id);

    static string BoundTo(Guid id) => $"platform.data_keys/{id}";
}

/// <summary>A data key as its row has it.</summary>
internal sealed record WrappedKey(byte[] Bytes, string MasterKeyId);

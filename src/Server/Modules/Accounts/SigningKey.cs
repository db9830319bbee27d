using Consilium.Platform.Secrets;

namespace Consilium.Modules.Accounts;

/// <summary>A <see cref="TokenKey"/> as it is kept: sealed by the vault or, in its former form, wrapped by the master key.</summary>
internal sealed class SigningKey
{
    public string Id { get; private set; } = "";
    public byte[] Wrapped { get; private set; } = [];
    public Guid? DataKeyId { get; private set; }
    public string? MasterKeyId { get; private set; }
    public DateTimeOffset CreatedAt { get; private set; }

    public static SigningKey Keep(string id, Sealed kept, DateTimeOffset now) =>
        new() { Id = id, Wrapped = kept.Bytes, DataKeyId = kept.KeyId, CreatedAt = now };

    /// <summary>Out of its former form.</summary>
    public void Seal(Sealed kept) => (Wrapped, DataKeyId, MasterKeyId) = (kept.Bytes, kept.KeyId, null);
}

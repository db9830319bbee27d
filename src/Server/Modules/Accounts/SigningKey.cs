namespace Consilium.Modules.Accounts;

/// <summary>A <see cref="TokenKey"/> as it is kept: wrapped under the master key.</summary>
internal sealed class SigningKey
{
    public string Id { get; private set; } = "";
    public byte[] Wrapped { get; private set; } = [];
    public string MasterKeyId { get; private set; } = "";
    public DateTimeOffset CreatedAt { get; private set; }

    public static SigningKey Keep(string id, byte[] wrapped, string masterKeyId, DateTimeOffset now) =>
        new() { Id = id, Wrapped = wrapped, MasterKeyId = masterKeyId, CreatedAt = now };
}

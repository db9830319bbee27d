using Consilium.Platform.Text;

namespace Consilium.Modules.Accounts;

/// <summary>A program's key: acts as an account, within its scopes, until it expires or is revoked. Only its hash is kept.</summary>
internal sealed class ApiKey
{
    public Guid Id { get; private set; }
    public byte[] Hash { get; private set; } = [];
    public string Prefix { get; private set; } = "";
    public string Name { get; private set; } = "";
    public string[] Scopes { get; private set; } = [];
    public Guid AccountId { get; private set; }
    public Guid CreatedBy { get; private set; }
    public DateTimeOffset CreatedAt { get; private set; }
    public DateTimeOffset? ExpiresAt { get; private set; }
    public DateTimeOffset? RevokedAt { get; private set; }
    public DateTimeOffset? LastUsedAt { get; private set; }

    public static ApiKey Create(
        Guid id, string key, string name, IEnumerable<string> scopes, Guid accountId, Guid createdBy, DateTimeOffset? expiresAt, DateTimeOffset now) => new()
        {
            Id = id,
            Hash = Secrets.Hash(key),
            Prefix = key[..Math.Min(8, key.Length)],
            Name = name.Trimmed(),
            Scopes = [.. scopes.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)],
            AccountId = accountId,
            CreatedBy = createdBy,
            CreatedAt = now,
            ExpiresAt = expiresAt,
        };

    public void Revoke(DateTimeOffset now) => RevokedAt ??= now;
}

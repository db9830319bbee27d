using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;

namespace Consilium.Modules.Accounts;

/// <summary>
/// Remembers by SHA-256 which credential a token or key stands for, so that signatures are not verified at every request. Bounded: when
/// the young generation is full it becomes the old one, and what nobody used since is dropped with the next.
/// </summary>
internal sealed class VerdictCache
{
    const int GenerationSize = 20_000;

    volatile ConcurrentDictionary<Key, Verdict> young = new();
    volatile ConcurrentDictionary<Key, Verdict> old = new();

    /// <param name="CredentialId">The session or the API key.</param>
    /// <param name="ExpiresAt">The token's own end; null for API keys.</param>
    public sealed record Verdict(Guid CredentialId, DateTimeOffset? ExpiresAt);

    public static Key KeyOf(string token)
    {
        Span<byte> utf8 = stackalloc byte[1024];
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        if (Encoding.UTF8.TryGetBytes(token, utf8, out var length)) SHA256.HashData(utf8[..length], hash);
        else SHA256.HashData(Encoding.UTF8.GetBytes(token), hash);
        return new(new Guid(hash[..16]), new Guid(hash[16..]));
    }

    public Verdict? Find(Key key)
    {
        if (young.TryGetValue(key, out var verdict)) return verdict;
        if (!old.TryGetValue(key, out verdict)) return null;
        Add(key, verdict);
        return verdict;
    }

    public void Add(Key key, Verdict verdict)
    {
        if (young.Count >= GenerationSize) (old, young) = (young, new());
        young[key] = verdict;
    }

    /// <summary>All 256 bits of the hash.</summary>
    [StructLayout(LayoutKind.Auto)]
    public readonly record struct Key(Guid High, Guid Low);
}

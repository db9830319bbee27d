using System.Security.Cryptography;
using System.Text;
using Consilium.Platform.Secrets;

namespace Consilium.Modules.Accounts;

/// <summary>
/// Refresh tokens: the first of a session is random, each next one is derived from the one before by a key that only the server has. So a
/// repeated refresh (a lost answer) can give the same successor again although only hashes are kept.
/// </summary>
internal sealed class RefreshTokens(MasterKey master)
{
    /// <summary>How long a used token still answers with its unused successor.</summary>
    public static readonly TimeSpan Grace = TimeSpan.FromSeconds(10);

    readonly byte[] key = master.Derive("accounts/refresh successor");

    public static string First() => Secrets.New();

    public string Successor(string token) => Base64UrlText.Encode(HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(token)));
}

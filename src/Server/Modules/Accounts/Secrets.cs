using System.Security.Cryptography;
using System.Text;

namespace Consilium.Modules.Accounts;

/// <summary>Tokens and keys that are 256 random bits: unguessable, so that a plain hash is enough to keep them by.</summary>
internal static class Secrets
{
    public static string New(string prefix = "") => prefix + Base64UrlText.Encode(RandomNumberGenerator.GetBytes(32));

    public static byte[] Hash(string secret) => SHA256.HashData(Encoding.UTF8.GetBytes(secret));
}

using System.Security.Cryptography;

namespace Consilium.Platform.Ids;

/// <summary>
/// Ids that cannot be guessed and tell nothing, not even their time (UUID version 4, RFC 9562), for what anybody may read who knows the id.
/// Everything else has <see cref="Guid.CreateVersion7()"/>, which indexes like better.
/// </summary>
internal static class RandomIds
{
    public static Guid New()
    {
        Span<byte> bytes = stackalloc byte[16];
        RandomNumberGenerator.Fill(bytes);
        bytes[6] = (byte)(bytes[6] & 0x0F | 0x40); // version 4
        bytes[8] = (byte)(bytes[8] & 0x3F | 0x80); // variant of RFC 9562
        return new(bytes, bigEndian: true);
    }
}

using System.Security.Cryptography;

namespace Consilium.Platform.Secrets;

/// <summary>AES-256-GCM (NIST SP 800-38D) as it is kept: a random 96-bit nonce, the ciphertext, the 128-bit tag.</summary>
internal static class AesGcmBox
{
    public const int NonceLength = 12;
    public const int TagLength = 16;

    public static byte[] Encrypt(ReadOnlySpan<byte> key, ReadOnlySpan<byte> plaintext, ReadOnlySpan<byte> associated)
    {
        Span<byte> nonce = stackalloc byte[NonceLength];
        RandomNumberGenerator.Fill(nonce);
        return Encrypt(key, nonce, plaintext, associated);
    }

    /// <summary>With a nonce of the caller's, who must never use it again with this key.</summary>
    public static byte[] Encrypt(ReadOnlySpan<byte> key, ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> plaintext, ReadOnlySpan<byte> associated)
    {
        var box = new byte[NonceLength + plaintext.Length + TagLength];
        nonce.CopyTo(box);
        using var aes = new AesGcm(key, TagLength);
        aes.Encrypt(nonce, plaintext, box.AsSpan(NonceLength, plaintext.Length), box.AsSpan(NonceLength + plaintext.Length), associated);
        return box;
    }

    /// <summary>Null when it was made by another key or with other associated data, or was changed.</summary>
    public static byte[]? Decrypt(ReadOnlySpan<byte> key, ReadOnlySpan<byte> box, ReadOnlySpan<byte> associated)
    {
        if (box.Length < NonceLength + TagLength) return null;
        var plaintext = new byte[box.Length - NonceLength - TagLength];
        using var aes = new AesGcm(key, TagLength);
        try
        {
            aes.Decrypt(box[..NonceLength], box[NonceLength..^TagLength], box[^TagLength..], plaintext, associated);
            return plaintext;
        }
        catch (AuthenticationTagMismatchException)
        {
            return null;
        }
    }
}

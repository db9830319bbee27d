using Consilium.Platform.Secrets;

namespace Consilium.Modules.Settings;

/// <summary>A sealed value as it is handed out: a version, the data key's id and the sealed bytes, in base64 (RFC 4648 section 4).</summary>
internal static class SealedText
{
    const byte Version = 1;
    const int Head = 17;

    /// <summary>What such values are bound to: nothing that is kept anywhere opens as one of them, and none of them as something kept.</summary>
    public const string BoundTo = "security.encrypt";

    public static string Write(Sealed value) => Convert.ToBase64String([Version, .. value.KeyId.ToByteArray(bigEndian: true), .. value.Bytes]);

    /// <summary>Null unless it is exactly what <see cref="Write"/> would write.</summary>
    public static Sealed? Read(string text)
    {
        var bytes = new byte[text.Length];
        if (!Convert.TryFromBase64String(text, bytes, out var length) || length <= Head || bytes[0] != Version) return null;
        // The decoder overlooks white space and what is left over in the last character.
        if (!text.Equals(Convert.ToBase64String(bytes.AsSpan(0, length)), StringComparison.Ordinal)) return null;
        return new(new Guid(bytes.AsSpan(1, 16), bigEndian: true), bytes[Head..length]);
    }
}

namespace Consilium.Platform.MediaTypes;

/// <summary>Sound as a row of frames without a container: MP3 (MPEG-1/2 Layer III) and AAC (ADTS). One frame may be chance, two in a row are not.</summary>
internal static class AudioFrames
{
    const int FarthestAfterTag = 8 * 1024;

    // kbit/s by index; 0 and 15 are no rates.
    static readonly int[] Rates1 = [0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320];
    static readonly int[] Rates2 = [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160];
    static readonly int[] Frequencies1 = [44100, 48000, 32000];

    public static string? Identify(FileBytes file) => AreFrames(file, 0, Mp3Frame) ? "audio/mpeg" : AreFrames(file, 0, AacFrame) ? "audio/aac" : null;

    /// <summary>What follows the tags of a file that begins with one (ID3): players write them before MP3, and before AAC and FLAC too.</summary>
    public static string? IdentifyAfterTag(FileBytes file)
    {
        long at = 0;
        for (var tags = 0; tags < 4 && file.Has(at, "ID3"u8); tags++)
        {
            if (file.Read(at, 10) is not [_, _, _, _, _, var flags, < 0x80 and var a, < 0x80 and var b, < 0x80 and var c, < 0x80 and var d])
                return null;
            at += 10 + ((a << 21) | (b << 14) | (c << 7) | d) + ((flags & 0x10) != 0 ? 10 : 0);
        }
        if (IsFlac(file, at)) return "audio/flac";
        var padding = file.Read(at, FarthestAfterTag);
        for (var i = 0; i < padding.Length; i++)
        {
            if (padding[i] != 0xFF) continue;
            if (AreFrames(file, at + i, Mp3Frame)) return "audio/mpeg";
            if (AreFrames(file, at + i, AacFrame)) return "audio/aac";
        }
        return null;
    }

    /// <summary>Whether FLAC begins here: its mark, and the block that must be the first.</summary>
    public static bool IsFlac(FileBytes file, long at) => file.Read(at, 8) is [(byte)'f', (byte)'L', (byte)'a', (byte)'C', 0x00 or 0x80, 0, 0, 34];

    static bool AreFrames(FileBytes file, long at, Func<byte[], int> lengthOf)
    {
        var first = lengthOf(file.Read(at, 7));
        if (first == 0 || at + first > file.Length) return false;
        return at + first == file.Length || lengthOf(file.Read(at + first, 7)) > 0;
    }

    /// <summary>Bytes of the frame that begins here; 0 when none does.</summary>
    static int Mp3Frame(byte[] header)
    {
        if (header is not [0xFF, var second, var third, ..] || (second & 0xE0) != 0xE0 || ((second >> 1) & 3) != 1) return 0;
        var (version, rate, frequency) = ((second >> 3) & 3, third >> 4, (third >> 2) & 3);
        if (version == 1 || rate is 0 or 15 || frequency == 3) return 0;
        var hertz = Frequencies1[frequency] >> (version == 3 ? 0 : version == 2 ? 1 : 2);
        var padding = (third >> 1) & 1;
        return (version == 3 ? 144_000 * Rates1[rate] : 72_000 * Rates2[rate]) / hertz + padding;
    }

    static int AacFrame(byte[] header)
    {
        if (header is not [0xFF, var second, var third, var fourth, var fifth, var sixth, _] || (second & 0xF6) != 0xF0 || ((third >> 2) & 15) > 12) return 0;
        var length = ((fourth & 3) << 11) | (fifth << 3) | (sixth >> 5);
        return length > 7 ? length : 0;
    }
}

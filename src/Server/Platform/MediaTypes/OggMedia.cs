namespace Consilium.Platform.MediaTypes;

/// <summary>Ogg (RFC 3533).</summary>
internal static class OggMedia
{
    const int MostStreams = 8;

    /// <summary>Whether all its streams are sound: each begins with a page of its own that names its codec.</summary>
    public static bool IsAudio(FileBytes file)
    {
        long at = 0;
        for (var stream = 0; stream < MostStreams; stream++)
        {
            var page = file.Read(at, 27 + 255 + 16);
            if (page is not [(byte)'O', (byte)'g', (byte)'g', (byte)'S', 0, var flags, ..] || page.Length < 28) return false;
            if ((flags & 2) == 0) return stream > 0;
            var segments = page[26];
            var start = 27 + segments;
            if (page.Length < start + 8 || !IsAudioCodec(page.AsSpan(start))) return false;
            at += start + page.AsSpan(27, segments).ToArray().Sum(length => length);
        }
        return false;
    }

    static bool IsAudioCodec(ReadOnlySpan<byte> packet) =>
        packet.StartsWith("\u0001vorbis"u8) || packet.StartsWith("OpusHead"u8) || packet.StartsWith("Speex   "u8) || packet.StartsWith("\u007FFLAC"u8);
}

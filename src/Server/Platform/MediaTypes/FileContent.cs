namespace Consilium.Platform.MediaTypes;

/// <summary>
/// What bytes are: by their first ones, and by as much of their structure as tells a file of the kind from a disguise. Nothing is decoded.
/// What begins like one kind is of that kind or of none: never text, and never a PDF, which alone may begin further on.
/// </summary>
internal static class FileContent
{
    /// <summary>Null for what is not taken.</summary>
    public static FileKind? Identify(FileBytes file)
    {
        if (file.StartsWith([0xFF, 0xD8, 0xFF])) return When(IsJpeg(file), "image/jpeg");
        if (file.StartsWith([0x89, 0x50, 0x4E, 0x47])) return When(IsPng(file), "image/png");
        if (file.StartsWith("GIF8"u8)) return When(IsGif(file), "image/gif");
        if (file.StartsWith("RIFF"u8)) return IsWebP(file) ? new("image/webp") : When(IsWave(file), "audio/wav");
        if (file.StartsWith("%PDF-"u8)) return When(PdfPaper.Is(file), "application/pdf");
        if (file.StartsWith("PK"u8) && file.Head is [_, _, < 0x20, ..]) return OfficePackage.Identify(file);
        if (file.Has(4, "ftyp"u8)) return IsoMedia.Identify(file);
        if (file.StartsWith([0x1A, 0x45, 0xDF, 0xA3])) return When(WebMedia.IsAudio(file), "audio/webm");
        if (file.StartsWith("OggS"u8)) return When(OggMedia.IsAudio(file), "audio/ogg");
        if (file.StartsWith("fLaC"u8)) return When(AudioFrames.IsFlac(file, 0), "audio/flac");
        if (file.StartsWith("ID3"u8) && file.Head is [_, _, _, >= 2 and <= 4, ..])
            return AudioFrames.IdentifyAfterTag(file) is { } tagged ? new(tagged) : null;
        if (file.Head is [0xFF, >= 0xE0, ..] && AudioFrames.Identify(file) is { } audio) return new(audio);
        if (PdfPaper.Is(file)) return new("application/pdf");
        return TextContent.Identify(file);
    }

    static FileKind? When(bool holds, string mediaType) => holds ? new(mediaType) : null;

    // The first segment: a marker that may stand there, and a length that the file has.
    static bool IsJpeg(FileBytes file) =>
        file.Head is [_, _, _, 0xDB or 0xDD or 0xFE or (>= 0xC0 and <= 0xC4) or (>= 0xE0 and <= 0xEF), var high, var low, ..]
        && ((high << 8) | low) is >= 2 and var length && file.Length > 4 + length;

    static bool IsPng(FileBytes file) => file.Length > 33
        && file.StartsWith([0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 0, 0, 0, 13, (byte)'I', (byte)'H', (byte)'D', (byte)'R']);

    // After the screen and its colours comes a block, and no script.
    static bool IsGif(FileBytes file)
    {
        if (!(file.StartsWith("GIF87a"u8) || file.StartsWith("GIF89a"u8)) || file.Head.Length < 13) return false;
        var flags = file.Head[10];
        var block = 13 + ((flags & 0x80) != 0 ? 3 << ((flags & 7) + 1) : 0);
        return file.Head.Length > block && file.Head[block] is 0x21 or 0x2C;
    }

    static bool IsWebP(FileBytes file) => file.Has(8, "WEBPVP8"u8) && file.Head is { Length: > 15 } head && head[15] is (byte)' ' or (byte)'L' or (byte)'X'
        && file.LittleEndian32(4) + 8L <= file.Length;

    static bool IsWave(FileBytes file)
    {
        if (!file.Has(8, "WAVE"u8)) return false;
        long at = 12;
        for (var chunk = 0; chunk < 64; chunk++)
        {
            if (file.Has(at, "fmt "u8)) return file.LittleEndian32(at + 4) is >= 16 and <= 64;
            if (file.Has(at, "data"u8) || file.LittleEndian32(at + 4) is not { } size) return false;
            at += 8 + size + (size & 1);
        }
        return false;
    }
}

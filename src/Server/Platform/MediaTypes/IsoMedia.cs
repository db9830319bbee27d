namespace Consilium.Platform.MediaTypes;

/// <summary>Files made of boxes (ISO/IEC 14496-12): AVIF and HEIF pictures, and MP4 with nothing but sound in it.</summary>
internal static class IsoMedia
{
    const int MostBoxes = 100;

    public static FileKind? Identify(FileBytes file)
    {
        if (file.BigEndian32(0) is not ({ } size and >= 16 and <= 1024) || size > file.Length) return null;
        var top = Boxes(file, 0, file.Length).ToList();
        if (PictureOf(file, size) is { } picture) return top.Exists(box => box.Type is Meta or Movie) ? new(picture) : null;
        if (file.Has(8, "qt  "u8)) return null;
        var tracks = top.Where(box => box.Type == Movie).SelectMany(movie => Inside(file, movie)).Where(box => box.Type == Track)
            .Select(track => HandlerOf(file, track)).ToList();
        return tracks.Count > 0 && tracks.TrueForAll(handler => handler == Sound) ? new("audio/mp4") : null;
    }

    /// <summary>By the brands that the file says it is of, its major one first.</summary>
    static string? PictureOf(FileBytes file, uint size)
    {
        var brands = file.Read(8, (int)size - 8).Chunk(4).Select(System.Text.Encoding.Latin1.GetString).ToList();
        var major = NameOf(brands[0]);
        return major is not "image/heif" ? major : brands.Skip(2).Select(NameOf).FirstOrDefault(name => name is "image/avif" or "image/heic") ?? major;
    }

    static string? NameOf(string brand) => brand switch
    {
        "avif" or "avis" => "image/avif",
        "heic" or "heix" or "hevc" or "hevx" or "heim" or "heis" or "hevm" or "hevs" => "image/heic",
        "mif1" or "msf1" or "mif2" or "miaf" => "image/heif",
        _ => null,
    };

    static uint? HandlerOf(FileBytes file, Box track)
    {
        var media = Inside(file, track).FirstOrDefault(box => box.Type == Media);
        var handler = media is null ? null : Inside(file, media).FirstOrDefault(box => box.Type == Handler);
        return handler is null ? null : file.BigEndian32(handler.Start + 8);
    }

    static IEnumerable<Box> Inside(FileBytes file, Box box) => Boxes(file, box.Start, box.End);

    static IEnumerable<Box> Boxes(FileBytes file, long from, long to)
    {
        for (var count = 0; count < MostBoxes && from + 8 <= to; count++)
        {
            if (file.BigEndian32(from) is not { } size || file.BigEndian32(from + 4) is not { } type) yield break;
            var header = size == 1 ? 16 : 8;
            var length = size switch
            {
                0 => to - from,
                1 => file.BigEndian32(from + 8) is 0 && file.BigEndian32(from + 12) is { } low ? low : -1L, // beyond 4 GB there is none here
                _ => size,
            };
            if (length < header || from + length > to) yield break;
            yield return new(type, from + header, from + length);
            from += length;
        }
    }

    const uint Meta = 0x6D657461, Movie = 0x6D6F6F76, Track = 0x7472616B, Media = 0x6D646961, Handler = 0x68646C72, Sound = 0x736F756E;

    /// <param name="Start">Of what is inside.</param>
    sealed record Box(uint Type, long Start, long End);
}

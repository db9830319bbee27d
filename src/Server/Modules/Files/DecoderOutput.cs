using System.Text.Json;

namespace Consilium.Modules.Files;

/// <summary>Reads what the decoder's process wrote, trusting none of it: the file may have taken the process over.</summary>
internal static class DecoderOutput
{
    const int ThumbnailBytes = 2 * 1024 * 1024;
    const int PageCharacters = 20_000;
    const int FileCharacters = 1_010_000; // the thumbnailer's million, and the marks of what was cut

    static readonly JsonSerializerOptions Json = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    /// <summary>All that was found; null when it is not what the thumbnailer writes.</summary>
    public static Finding? Read(ReadOnlySpan<byte> output)
    {
        var all = new Finding();
        try
        {
            // Behind the last line feed is what a killed process could not finish.
            for (int end; (end = output.IndexOf((byte)'\n')) >= 0; output = output[(end + 1)..])
                if (JsonSerializer.Deserialize<Line>(output[..end], Json) is not { } line || !all.Add(line)) return null;
        }
        catch (Exception fault) when (fault is JsonException or FormatException or InvalidOperationException)
        {
            return null;
        }
        return all;
    }

    internal sealed record Line(
        string? Node, int? Width, int? Height, int? PageCount, byte[]? Thumbnail, int? Page, string? Text, bool? Done, string? Failure);

    internal sealed class Finding
    {
        readonly List<PageText> pages = [];
        int characters;
        Line known = new(null, null, null, null, null, null, null, null, null);

        public bool Done => known.Done == true;

        public string? Failure => known.Failure;

        public string? Node => known.Node;

        public Decoded ToDecoded(DecodeFailure? failure) => new(failure, known.Width, known.Height, known.PageCount, known.Thumbnail, pages);

        public bool Add(Line line)
        {
            if (line.Width < 1 || line.Height < 1 || line.PageCount < 0 || line.Thumbnail is { } thumbnail && !IsWebP(thumbnail)) return false;
            known = new(
                line.Node ?? known.Node, line.Width ?? known.Width, line.Height ?? known.Height, line.PageCount ?? known.PageCount,
                line.Thumbnail ?? known.Thumbnail, null, null, line.Done ?? known.Done, line.Failure ?? known.Failure);
            return line is not { Page: { } page, Text: { } text } || AddPage(page, text);
        }

        bool AddPage(int page, string text)
        {
            if (page <= (pages.Count == 0 ? 0 : pages[^1].Page) || text.Length > PageCharacters || text.Contains('\0')) return false;
            pages.Add(new(page, text));
            return (characters += text.Length) <= FileCharacters;
        }

        static bool IsWebP(byte[] bytes) => bytes.Length is > 20 and < ThumbnailBytes && bytes.AsSpan(0, 4).SequenceEqual("RIFF"u8) && bytes.AsSpan(8, 4).SequenceEqual("WEBP"u8);
    }
}

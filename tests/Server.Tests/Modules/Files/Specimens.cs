using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;

namespace Consilium.Tests.Modules.Files;

/// <summary>The smallest files of each kind that is taken and not drawn in <c>Fixtures</c>, and their relatives that are not taken.</summary>
internal static class Specimens
{
    const string Word = "application/vnd.openxmlformats-officedocument.wordprocessingml.document";
    const string Excel = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

    public static byte[] Docx(params (string Name, byte[] Content)[] more) => Office("word/document.xml", $"{Word}.main+xml", more);

    public static byte[] Xlsx(params (string Name, byte[] Content)[] more) => Office("xl/workbook.xml", $"{Excel}.main+xml", more);

    public static byte[] Office(string main, string type, params (string Name, byte[] Content)[] more) => Office(
        $"""<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Override PartName="/{main}" ContentType="{type}"/></Types>""",
        [(main, "<document/>"u8.ToArray()), .. more]);

    public static byte[] Office(string contentTypes, params (string Name, byte[] Content)[] parts) =>
        Zip([("[Content_Types].xml", Encoding.UTF8.GetBytes(contentTypes)), ("_rels/.rels", "<Relationships/>"u8.ToArray()), .. parts]);

    public static byte[] Zip(params (string Name, byte[] Content)[] entries)
    {
        using var packed = new MemoryStream();
        using (var zip = new ZipArchive(packed, ZipArchiveMode.Create, leaveOpen: true))
            foreach (var (name, content) in entries)
            {
                using var entry = zip.CreateEntry(name, CompressionLevel.Optimal).Open();
                entry.Write(content);
            }
        return packed.ToArray();
    }

    public static byte[] Wav(string form = "WAVE") =>
        [.. "RIFF"u8, .. Le32(36 + 8), .. Encoding.ASCII.GetBytes(form), .. "fmt "u8, .. Le32(16), 1, 0, 1, 0, .. Le32(8000), .. Le32(8000), 1, 0, 8, 0, .. "data"u8, .. Le32(8), .. new byte[8]];

    /// <summary>Two frames of 128 kbit/s at 44.1 kHz.</summary>
    public static byte[] Mp3(bool tagged = false)
    {
        var frame = new byte[417];
        new byte[] { 0xFF, 0xFB, 0x90, 0x64 }.CopyTo(frame, 0);
        return [.. tagged ? [.. "ID3"u8, 4, 0, 0, 0, 0, 1, 0, .. new byte[128]] : Array.Empty<byte>(), .. frame, .. frame];
    }

    /// <summary>Two frames of AAC in ADTS.</summary>
    public static byte[] Aac()
    {
        byte[] frame = [0xFF, 0xF1, 0x50, 0x80, 0x02, 0x1F, 0xFC, .. new byte[9]];
        return [.. frame, .. frame];
    }

    public static byte[] Flac() => [.. "fLaC"u8, 0x80, 0, 0, 34, .. new byte[34]];

    public static byte[] Ogg(string codec = "OpusHead") =>
        [.. OggPage(2, Encoding.Latin1.GetBytes(codec.PadRight(19, '\0'))), .. OggPage(0, "OpusTags________"u8.ToArray())];

    public static byte[] WebM(byte track = 2, string type = "webm")
    {
        var header = Element([0x1A, 0x45, 0xDF, 0xA3], Element([0x42, 0x82], Encoding.ASCII.GetBytes(type)));
        var tracks = Element([0x16, 0x54, 0xAE, 0x6B], Element([0xAE], [.. Element([0xD7], [1]), .. Element([0x83], [track])]));
        byte[] live = [0x18, 0x53, 0x80, 0x67, 0x01, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF]; // of unknown length, as recorders write it
        return [.. header, .. live, .. tracks, .. Element([0x1F, 0x43, 0xB6, 0x75], new byte[16])];
    }

    /// <summary>MPEG-4 with one track: <c>soun</c> or <c>vide</c>.</summary>
    public static byte[] Mp4(string handler = "soun", string brand = "M4A ") =>
    [
        .. Ftyp(brand), .. Box("mdat", new byte[8]),
        .. Box("moov", Box("trak", Box("mdia", Box("hdlr", [.. new byte[8], .. Encoding.ASCII.GetBytes(handler), .. new byte[13]])))),
    ];

    public static byte[] Ftyp(string brand) => Box("ftyp", Encoding.ASCII.GetBytes($"{brand}\0\0\0\0{brand}"));

    public static byte[] Box(string type, byte[] content) => [.. Be32(8 + content.Length), .. Encoding.ASCII.GetBytes(type), .. content];

    static byte[] Element(byte[] id, byte[] content) => [.. id, (byte)(0x80 | content.Length), .. content];

    static byte[] OggPage(byte flags, byte[] packet) => [.. "OggS"u8, 0, flags, .. new byte[20], 1, (byte)packet.Length, .. packet];

    static byte[] Le32(int value)
    {
        var bytes = new byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, value);
        return bytes;
    }

    static byte[] Be32(int value) => [.. Le32(value).Reverse()];
}

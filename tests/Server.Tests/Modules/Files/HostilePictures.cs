using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;

namespace Consilium.Tests.Modules.Files;

/// <summary>Pictures of any size in a few kilobytes, and pictures that lie.</summary>
internal static class HostilePictures
{
    /// <summary>Black, one bit for each pixel; <paramref name="rows"/> of them are really there.</summary>
    public static byte[] Png(uint width, uint height, long? rows = null, params (string Name, byte[] Content)[] chunks)
    {
        var header = new byte[13];
        BinaryPrimitives.WriteUInt32BigEndian(header, width);
        BinaryPrimitives.WriteUInt32BigEndian(header.AsSpan(4), height);
        header[8] = 1;
        var pixels = Deflated((rows ?? height) * (1 + (width + 7) / 8));
        return
        [
            0x89, .. "PNG\r\n\u001a\n"u8, .. Chunk("IHDR", header), .. chunks.SelectMany(chunk => Chunk(chunk.Name, chunk.Content)),
            .. Chunk("IDAT", pixels), .. Chunk("IEND", []),
        ];
    }

    /// <summary>A canvas that it names, and frames on it with one pixel each, whatever size they say they have.</summary>
    public static byte[] Gif(ushort width, ushort height, int frames, ushort frameSize = 1)
    {
        byte[] frame = [0x2C, 0, 0, 0, 0, (byte)frameSize, (byte)(frameSize >> 8), (byte)frameSize, (byte)(frameSize >> 8), 0, 2, 2, 0x44, 1, 0];
        return
        [
            .. "GIF89a"u8, (byte)width, (byte)(width >> 8), (byte)height, (byte)(height >> 8), 0x80, 0, 0, 0xE0, 0, 0, 0, 0, 0,
            .. Enumerable.Repeat(frame, frames).SelectMany(bytes => bytes), 0x3B,
        ];
    }

    /// <summary>So many zeros, as zlib writes them.</summary>
    public static byte[] Deflated(long zeros)
    {
        using var packed = new MemoryStream();
        using (var zlib = new ZLibStream(packed, CompressionLevel.Fastest))
        {
            var block = new byte[1024 * 1024];
            for (; zeros > 0; zeros -= block.Length) zlib.Write(block, 0, (int)Math.Min(zeros, block.Length));
        }
        return packed.ToArray();
    }

    /// <summary>The same file with some bytes exchanged wherever they stand.</summary>
    public static byte[] With(this byte[] file, string from, string to) =>
        Encoding.Latin1.GetBytes(Encoding.Latin1.GetString(file).Replace(from, to, StringComparison.Ordinal));

    static byte[] Chunk(string name, byte[] content)
    {
        var chunk = new byte[12 + content.Length];
        BinaryPrimitives.WriteInt32BigEndian(chunk, content.Length);
        Encoding.ASCII.GetBytes(name, chunk.AsSpan(4));
        content.CopyTo(chunk, 8);
        BinaryPrimitives.WriteUInt32BigEndian(chunk.AsSpan(8 + content.Length), Crc(chunk.AsSpan(4, 4 + content.Length)));
        return chunk;
    }

    static uint Crc(ReadOnlySpan<byte> bytes)
    {
        var crc = uint.MaxValue;
        foreach (var value in bytes)
        {
            crc ^= value;
            for (var bit = 0; bit < 8; bit++) crc = (crc >> 1) ^ (0xEDB88320 & (0 - (crc & 1)));
        }
        return ~crc;
    }
}

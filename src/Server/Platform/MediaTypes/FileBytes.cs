using System.Buffers.Binary;
using Microsoft.Win32.SafeHandles;

namespace Consilium.Platform.MediaTypes;

/// <summary>The bytes of a file, to be looked at here and there without being read as a whole.</summary>
internal sealed class FileBytes : IDisposable
{
    const int HeadLength = 4096;

    readonly SafeFileHandle handle;
    readonly byte[] head;

    public FileBytes(string path)
    {
        handle = File.OpenHandle(path);
        Length = RandomAccess.GetLength(handle);
        head = Read(0, HeadLength);
    }

    public long Length { get; }

    /// <summary>The first bytes, as many as there are up to 4096.</summary>
    public ReadOnlySpan<byte> Head => head;

    public bool StartsWith(ReadOnlySpan<byte> magic) => Head.StartsWith(magic);

    /// <summary>Fills the buffer from a place on; returns how many bytes there were.</summary>
    public int Read(long offset, Span<byte> buffer)
    {
        var filled = 0;
        while (offset >= 0 && filled < buffer.Length && RandomAccess.Read(handle, buffer[filled..], offset + filled) is var read and > 0) filled += read;
        return filled;
    }

    /// <summary>At most so many bytes.</summary>
    public byte[] Read(long offset, int length)
    {
        var bytes = new byte[(int)Math.Clamp(Length - offset, 0, length)];
        var read = Read(offset, bytes);
        return read == bytes.Length ? bytes : bytes[..read];
    }

    /// <summary>Whether these bytes are there.</summary>
    public bool Has(long offset, ReadOnlySpan<byte> expected)
    {
        Span<byte> there = stackalloc byte[expected.Length];
        return Read(offset, there) == there.Length && there.SequenceEqual(expected);
    }

    /// <summary>Null beyond the end.</summary>
    public uint? BigEndian32(long offset)
    {
        Span<byte> four = stackalloc byte[4];
        return Read(offset, four) == 4 ? BinaryPrimitives.ReadUInt32BigEndian(four) : null;
    }

    /// <inheritdoc cref="BigEndian32"/>
    public uint? LittleEndian32(long offset) => BigEndian32(offset) is { } value ? BinaryPrimitives.ReverseEndianness(value) : null;

    public void Dispose() => handle.Dispose();
}

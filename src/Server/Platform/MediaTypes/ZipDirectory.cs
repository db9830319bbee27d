using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;

namespace Consilium.Platform.MediaTypes;

/// <summary>
/// What lies in a ZIP file by its directory, read without unpacking and without believing it: the file is nothing but the entries that it
/// names, one after the other, and its directory; sizes are within bounds. Null for any other.
/// </summary>
internal sealed class ZipDirectory
{
    const int EndLength = 22, HeaderLength = 46, LocalLength = 30;
    const int MostEntries = 5000;
    const int LargestDirectory = 1024 * 1024;
    const int LongestName = 512;
    const long LargestTotal = 512L * 1024 * 1024;
    const long HighestRatio = 250;

    readonly FileBytes file;

    ZipDirectory(FileBytes file, IReadOnlyList<Entry> entries) => (this.file, Entries) = (file, entries);

    public IReadOnlyList<Entry> Entries { get; }

    /// <param name="Name">With forward slashes, relative, inside.</param>
    /// <param name="Offset">Of its local header.</param>
    internal sealed record Entry(string Name, bool Deflated, long Packed, long Size, long Offset)
    {
        public long DataAt { get; set; }
    }

    public static ZipDirectory? Read(FileBytes file)
    {
        // At the very end: a comment would leave room for another file.
        if (file.Read(file.Length - EndLength, EndLength) is not { Length: EndLength } end || U32(end, 0) != 0x06054B50) return null;
        var (count, size, offset) = (U16(end, 10), U32(end, 12), U32(end, 16));
        if (U32(end, 4) != 0 || U16(end, 8) != count || U16(end, 20) != 0) return null;
        if (count is 0 or > MostEntries || size > LargestDirectory || offset + size + EndLength != file.Length) return null;
        var entries = Parse(file.Read(offset, (int)size), count);
        return entries is not null && AreInPlace(file, entries, offset) ? new(file, entries) : null;
    }

    public Entry? Find(string name) => Entries.FirstOrDefault(entry => string.Equals(entry.Name, name, StringComparison.OrdinalIgnoreCase));

    /// <summary>Unpacks an entry into memory; null when it is larger than it says or than <paramref name="limit"/>.</summary>
    public byte[]? Unpack(Entry entry, int limit)
    {
        if (entry.Size > limit || entry.Packed > limit) return null;
        var packed = file.Read(entry.DataAt, (int)entry.Packed);
        if (!entry.Deflated) return packed;
        var content = new byte[entry.Size + 1];
        try
        {
            using var inflate = new DeflateStream(new MemoryStream(packed), CompressionMode.Decompress);
            return inflate.ReadAtLeast(content, content.Length, throwOnEndOfStream: false) == entry.Size ? content[..^1] : null;
        }
        catch (InvalidDataException)
        {
            return null;
        }
    }

    static List<Entry>? Parse(byte[] directory, int count)
    {
        var entries = new List<Entry>(count);
        var names = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        var (at, total, packedTotal) = (0, 0L, 0L);
        for (var i = 0; i < count; i++)
        {
            if (at + HeaderLength > directory.Length || U32(directory, at) != 0x02014B50) return null;
            var (flags, method, packed, size) = (U16(directory, at + 8), U16(directory, at + 10), U32(directory, at + 20), U32(directory, at + 24));
            var (nameLength, rest) = (U16(directory, at + 28), U16(directory, at + 30) + U16(directory, at + 32));
            const int encrypted = 1 | 1 << 6 | 1 << 13;
            if ((flags & encrypted) != 0 || method is not (0 or 8) || (method == 0 && packed != size) || U16(directory, at + 34) != 0) return null;
            if (at + HeaderLength + nameLength + rest > directory.Length) return null;
            if (NameOf(directory.AsSpan(at + HeaderLength, nameLength)) is not { } name || !names.Add(name)) return null;
            (total, packedTotal) = (total + size, packedTotal + packed);
            entries.Add(new(name, method == 8, packed, size, U32(directory, at + 42)));
            at += HeaderLength + nameLength + rest;
        }
        return at == directory.Length && total <= LargestTotal && total <= HighestRatio * (packedTotal + 4096) ? entries : null;
    }

    static string? NameOf(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length is 0 or > LongestName) return null;
        var name = Encoding.UTF8.GetString(bytes);
        if (name[0] == '/' || name.AsSpan().ContainsAny('\\', ':') || name.Any(char.IsControl)) return null;
        return name.Split('/').Any(part => part is "." or "..") ? null : name;
    }

    /// <summary>Whether each entry is where the directory says, calls itself the same, and ends before the next begins.</summary>
    static bool AreInPlace(FileBytes file, List<Entry> entries, long end)
    {
        var free = 0L;
        foreach (var entry in entries.OrderBy(entry => entry.Offset))
        {
            if (entry.Offset < free || (free == 0 && entry.Offset != 0)) return false;
            if (file.Read(entry.Offset, LocalLength) is not { Length: LocalLength } local || U32(local, 0) != 0x04034B50) return false;
            var (flags, method, nameLength) = (U16(local, 6), U16(local, 8), U16(local, 26));
            var name = Encoding.UTF8.GetBytes(entry.Name);
            if (method != (entry.Deflated ? 8 : 0) || nameLength != name.Length || !file.Has(entry.Offset + LocalLength, name)) return false;
            var sizesFollow = (flags & 8) != 0;
            if (!sizesFollow && (U32(local, 18) != entry.Packed || U32(local, 22) != entry.Size)) return false;
            entry.DataAt = entry.Offset + LocalLength + nameLength + U16(local, 28);
            free = entry.DataAt + entry.Packed;
            if (free > end) return false;
        }
        return true;
    }

    static int U16(byte[] bytes, int at) => BinaryPrimitives.ReadUInt16LittleEndian(bytes.AsSpan(at));

    static long U32(byte[] bytes, int at) => BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(at));
}

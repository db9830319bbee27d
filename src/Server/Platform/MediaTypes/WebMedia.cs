namespace Consilium.Platform.MediaTypes;

/// <summary>WebM (EBML, RFC 8794) as browsers record it.</summary>
internal static class WebMedia
{
    const int MostElements = 64;
    const uint Header = 0x1A45DFA3, DocType = 0x4282, Segment = 0x18538067, Cluster = 0x1F43B675, Tracks = 0x1654AE6B, TrackEntry = 0xAE, TrackType = 0x83;
    const byte Audio = 2;

    /// <summary>Whether it is WebM, and all its tracks are sound.</summary>
    public static bool IsAudio(FileBytes file)
    {
        var top = Elements(file, 0, file.Length).Take(2).ToList();
        if (top is not [{ Id: Header } header, { Id: Segment } segment]) return false;
        if (!Elements(file, header.Start, header.End).Any(e => e.Id == DocType && e.End - e.Start == 4 && file.Has(e.Start, "webm"u8))) return false;
        var tracks = Elements(file, segment.Start, segment.End).TakeWhile(e => e.Id != Cluster).FirstOrDefault(e => e.Id == Tracks);
        if (tracks is null) return false;
        var entries = Elements(file, tracks.Start, tracks.End).Where(e => e.Id == TrackEntry).ToList();
        return entries.Count > 0 && entries.TrueForAll(entry =>
            Elements(file, entry.Start, entry.End).Any(e => e.Id == TrackType && e.End - e.Start == 1 && file.Has(e.Start, [Audio])));
    }

    static IEnumerable<Element> Elements(FileBytes file, long from, long to)
    {
        for (var count = 0; count < MostElements && from < to; count++)
        {
            var head = file.Read(from, 12);
            if (head.Length < 2 || Length(head[0]) is not (>= 1 and <= 4 and var idLength) || head.Length <= idLength) yield break;
            var id = head.AsSpan(0, idLength).ToArray().Aggregate(0u, (value, next) => (value << 8) | next);
            if (Length(head[idLength]) is not (>= 1 and <= 8 and var sizeLength) || head.Length < idLength + sizeLength) yield break;
            long size = head[idLength] & ((1 << (8 - sizeLength)) - 1);
            var unknown = size == (1 << (8 - sizeLength)) - 1;
            foreach (var next in head[(idLength + 1)..(idLength + sizeLength)])
            {
                size = (size << 8) | next;
                unknown &= next == 0xFF;
            }
            var start = from + idLength + sizeLength;
            if (unknown) size = to - start; // a live recording does not know its length
            if (size < 0 || size > to - start) yield break;
            yield return new(id, start, start + size);
            from = start + size;
        }
    }

    static int Length(byte first) => System.Numerics.BitOperations.LeadingZeroCount((uint)first) - 23;

    sealed record Element(uint Id, long Start, long End);
}

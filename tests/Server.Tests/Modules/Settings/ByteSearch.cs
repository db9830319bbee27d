using System.Buffers.Binary;
using System.Text;

namespace Consilium.Tests.Modules.Settings;

/// <summary>
/// Looks for words in bytes of any kind, in every form that they could have been written in: UTF-8, UTF-16, hex, and base64 wherever it began.
/// Words are letters and digits alone, so that they look the same in a URL and in JSON.
/// </summary>
internal sealed class ByteSearch
{
    const int Shortest = sizeof(ulong);

    readonly Dictionary<ulong, List<(byte[] Form, string Word)>> byStart = [];
    readonly bool[] starts = new bool[1 << 16];

    /// <param name="words">Each at least ten characters long.</param>
    public ByteSearch(IEnumerable<string> words)
    {
        foreach (var word in words)
            foreach (var form in FormsOf(Encoding.ASCII.GetBytes(word))) Add(form, word);
    }

    /// <summary>Also finds bytes that are no text.</summary>
    public void AddBytes(byte[] bytes, string name)
    {
        foreach (var form in FormsOf(bytes)) Add(form, name);
    }

    /// <summary>The words that are in there.</summary>
    public HashSet<string> In(ReadOnlySpan<byte> bytes)
    {
        var found = new HashSet<string>(StringComparer.Ordinal);
        for (var at = 0; at + Shortest <= bytes.Length; at++)
        {
            var start = BinaryPrimitives.ReadUInt64LittleEndian(bytes[at..]);
            if (!starts[Slot(start)] || !byStart.TryGetValue(start, out var forms)) continue;
            foreach (var (form, word) in forms)
                if (bytes[at..].StartsWith(form)) found.Add(word);
        }
        return found;
    }

    public HashSet<string> In(string text) => In(Encoding.UTF8.GetBytes(text));

    /// <summary>Where under a directory which words are.</summary>
    public List<(string File, string Word)> Under(string directory) =>
        [.. Directory.EnumerateFiles(directory, "*", SearchOption.AllDirectories).SelectMany(file => In(File.ReadAllBytes(file)).Select(word => (Path.GetRelativePath(directory, file), word)))];

    void Add(byte[] form, string word)
    {
        form.Length.ShouldBeGreaterThanOrEqualTo(Shortest);
        var start = BinaryPrimitives.ReadUInt64LittleEndian(form);
        starts[Slot(start)] = true;
        if (!byStart.TryGetValue(start, out var forms)) byStart[start] = forms = [];
        forms.Add((form, word));
    }

    static int Slot(ulong start) => (int)((start * 0x9E3779B97F4A7C15) >> 48);

    static IEnumerable<byte[]> FormsOf(byte[] bytes)
    {
        yield return bytes;
        yield return [.. bytes.SelectMany((b, i) => i == 0 ? (byte[])[b] : [0, b])]; // UTF-16 of either order, but for the zero at one end
        yield return Encoding.ASCII.GetBytes(Convert.ToHexString(bytes));
        yield return Encoding.ASCII.GetBytes(Convert.ToHexStringLower(bytes));
        for (var before = 0; before < 3; before++)
        {
            // Without the characters that also hold bits of what stands before and after.
            var text = Convert.ToBase64String([.. new byte[before], .. bytes])[((before * 8 + 5) / 6)..((before + bytes.Length) * 8 / 6)];
            yield return Encoding.ASCII.GetBytes(text);
            yield return Encoding.ASCII.GetBytes(text.Replace('+', '-').Replace('/', '_'));
        }
    }
}

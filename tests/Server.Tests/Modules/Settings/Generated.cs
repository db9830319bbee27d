using System.Text;
using System.Text.Json;
using Consilium.Modules.Settings;
using FsCheck;
using FsCheck.Fluent;

namespace Consilium.Tests.Modules.Settings;

/// <summary>Keys, values and entries as nobody would think of them.</summary>
internal static class Generated
{
    static readonly string[] Pieces =
    [
        "a", "B7", " ", "  ", "\t", "\n", "\r", "\r\n", "\"", "'", "\\", ": ", ":", " #", "#", "$", "${", "$${", "}", "`", "$(id)", "true", "null", "~", "1e5", "012", "0x1F", "-",
        "- ", "? ", "!encrypted", "!", "&a", "*a", "<<", "=cmd", "@", "%", "|", ">", "---", "...", "{", "[", ",", "é", "語", "😀", "👩🏽‍⚕️", "\u2028", "\u2029", "\u0085", "\u0001", "\b",
        "\u007f", "\ufeff", "\ufffe", "\u202e", "\U000E0041", ".inf", "__", "export ", "\\n", "\\u0041",
    ];

    static readonly string[] Numbers = ["0", "-0", "1", "1.0", "1e5", "1E+5", "-12.50", "0.1e-7", "12345678901234567890123", "1.7e308", "100000000000000000000.000000001"];

    public static Gen<string> Text { get; } = from count in Gen.Choose(0, 7) from parts in Gen.ArrayOf(Gen.Elements(Pieces), count) select string.Concat(parts);

    public static Gen<string> Key { get; } =
        from words in Gen.Choose(1, 4)
        from parts in Gen.ArrayOf(Gen.Elements("a", "B", "x1", "null", "true", "pool", "0", "export"), words)
        from joints in Gen.ArrayOf(Gen.Elements(".", ".", "-", "_"), words)
        select string.Concat(parts.Select((part, i) => i == 0 ? part : joints[i] + part));

    public static Gen<JsonElement> Value { get; } = JsonText(4).Select(text => JsonElement.Parse(text));

    public static Gen<FileEntry> Entry { get; } =
        from key in Key
        from value in Value
        from encrypted in Gen.Choose(0, 9)
        select encrypted == 0 ? new FileEntry(key, ConfigValues.Null, true, 0) : new(key, value, false, 0);

    public static Gen<List<FileEntry>> Entries { get; } = Gen.Choose(0, 8).SelectMany(count => Gen.ArrayOf(Entry, count))
        .Select(entries => entries.DistinctBy(entry => entry.Key).OrderBy(entry => entry.Key, StringComparer.Ordinal).ToList());

    static Gen<string> JsonText(int depth)
    {
        var scalar = Gen.OneOf(Gen.Elements(Numbers), Gen.Elements("null", "true", "false"), Text.Select(Quoted));
        if (depth == 0) return scalar;
        var inner = JsonText(depth - 1);
        var array = Gen.Choose(0, 3).SelectMany(count => Gen.ArrayOf(inner, count)).Select(parts => $"[{string.Join(',', parts)}]");
        var member = from name in Text from content in inner select (name, value: content);
        var value = Gen.Choose(0, 3).SelectMany(count => Gen.ArrayOf(member, count))
            .Select(members => $"{{{string.Join(',', members.DistinctBy(m => m.name).Select(m => $"{Quoted(m.name)}:{m.value}"))}}}");
        return Gen.OneOf(scalar, array, value);
    }

    public static string Quoted(string text) => JsonSerializer.Serialize(text);

    public static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);
}

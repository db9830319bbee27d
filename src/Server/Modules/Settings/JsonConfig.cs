using System.Text;
using System.Text.Json;
using Consilium.Platform.Json;

namespace Consilium.Modules.Settings;

/// <summary>One flat JSON object: a member for each entry, by its dotted key; an object in it is a value.</summary>
internal static class JsonConfig
{
    public const string MarkerName = "$encrypted";

    const string Marker = $$"""{"{{MarkerName}}": true}""";

    public static void Read(ReadOnlySpan<byte> file, FileFindings found)
    {
        // How deep values may be is for StrictJson to say, with the key.
        var reader = new Utf8JsonReader(file, new JsonReaderOptions { MaxDepth = int.MaxValue });
        try
        {
            reader.Read();
            if (reader.TokenType == JsonTokenType.StartObject) ReadMembers(file, ref reader, found);
            else found.Refuse(1, null, "The file must be one JSON object with the keys as its members.");
        }
        catch (JsonException fault)
        {
            found.Refuse((int)(fault.LineNumber ?? 0) + 1, null, "The file is not valid JSON at this line: look for a missing quote, comma or brace.");
        }
    }

    static void ReadMembers(ReadOnlySpan<byte> file, ref Utf8JsonReader reader, FileFindings found)
    {
        var (line, counted) = (1, 0);
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName && !found.IsFull)
        {
            var keyStart = (int)reader.TokenStartIndex;
            line += file[counted..keyStart].Count((byte)'\n');
            counted = keyStart;
            // A name that is no text cannot be asked for; nor is it a key.
            var key = StrictJson.Fault(file[keyStart..(int)(keyStart + reader.ValueSpan.Length + 2)]) is null ? reader.GetString()! : "";

            reader.Read();
            var valueStart = (int)reader.TokenStartIndex;
            reader.Skip();
            var text = file[valueStart..(int)reader.BytesConsumed];
            if (!found.Take(key, line)) continue;
            if (StrictJson.Fault(text, out var lineOfFault) is { } fault)
            {
                var above = file[keyStart..valueStart].Count((byte)'\n');
                found.Refuse(line + above + lineOfFault - 1, key, fault);
                continue;
            }
            var value = JsonElement.Parse(text);
            if (ConfigFiles.IsMarker(value)) found.KeepEncrypted(key, line);
            else found.Keep(key, value, line);
        }
        if (!found.IsFull) reader.Read(); // throws where something follows
    }

    public static string Write(IReadOnlyList<FileEntry> entries)
    {
        if (entries.Count == 0) return "{}\n";
        var text = new StringBuilder("{");
        foreach (var entry in entries)
        {
            text.Append(text.Length > 1 ? ",\n  " : "\n  ").Append('"').Append(entry.Key).Append("\": ");
            if (entry.IsEncrypted) text.Append(Marker);
            else ValueText.Json.Append(text, entry.Value, 1);
        }
        return text.Append("\n}\n").ToString();
    }
}

using System.Buffers;
using System.Text;
using System.Text.Json;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Consilium.Modules.Settings;

/// <summary>
/// The plain part of YAML 1.2 (core schema). A block mapping nests keys, a flow mapping or whatever a sequence holds is a value. Anchors,
/// aliases, merge keys, further documents and all tags but that of an encrypted entry are refused.
/// </summary>
internal sealed class YamlConfig
{
    const string EncryptedTag = "!encrypted";
    const int MaxKeyDepth = 32;

    readonly Parser parser;
    readonly FileFindings found;
    readonly ArrayBufferWriter<byte> buffer = new();
    bool isFaulty; // the value being read has something wrong that is noted already
    bool isStopped;

    YamlConfig(Parser parser, FileFindings found) => (this.parser, this.found) = (parser, found);

    public static void Read(string text, FileFindings found)
    {
        var events = new Parser(new StringReader(text));
        try
        {
            new YamlConfig(events, found).ReadFile();
        }
        catch (Exception fault) when (fault is YamlException or InvalidOperationException or ArgumentException or IndexOutOfRangeException or OverflowException)
        {
            // The scanner has other faults than its own for a bracket or a surrogate without its other half.
            // Not the parser's own words, they may quote the file.
            var line = fault is YamlException yaml ? yaml.Start.Line : events.Current?.End.Line ?? 1;
            found.Refuse((int)Math.Max(1, line), null, "The file is not valid YAML at this line: look at its quotes, brackets, colons and indentation.");
        }
    }

    ParsingEvent Current => parser.Current!;
    int Line => (int)Current.Start.Line;

    bool Next() => !isStopped && !found.IsFull && parser.MoveNext();

    void ReadFile()
    {
        parser.MoveNext(); // the start of the stream
        if (!parser.MoveNext() || Current is StreamEnd || !parser.MoveNext()) return;
        if (Current is MappingStart root) ReadEntries(root, "", 1);
        else if (Current is not Scalar { Value: "", Style: ScalarStyle.Plain } empty || !IsBare(empty)) Stop("The file must consist of keys with their values.");
        if (Next() && Next() && Current is DocumentStart) Stop("The file has a second document: leave only one.");
    }

    void ReadEntries(MappingStart mapping, string prefix, int depth)
    {
        Bare(mapping);
        var names = new HashSet<string>(StringComparer.Ordinal);
        while (Next() && Current is not MappingEnd)
        {
            var line = Line;
            var name = Name();
            if (!Next()) return;
            if (name is null)
            {
                Skip();
                continue;
            }
            var key = prefix + name;
            if (!ConfigKeys.IsKey(key)) Refuse(ConfigKeys.KeyRule, line);
            else if (!names.Add(name)) found.Refuse(line, key, "The key appears twice here: bring both together.");
            else if (Current is MappingStart { Style: MappingStyle.Block } children)
            {
                if (depth == MaxKeyDepth) Stop($"Keys are nested deeper than {MaxKeyDepth} levels.");
                else ReadEntries(children, key + ".", depth + 1);
                continue;
            }
            else if (Current is Scalar { Value: "", Style: ScalarStyle.Plain, Tag: { IsEmpty: false, Value: EncryptedTag }, Anchor.IsEmpty: true })
            {
                if (found.Take(key, line)) found.KeepEncrypted(key, line);
                continue;
            }
            else
            {
                ReadValue(key, line);
                continue;
            }
            Skip();
        }
    }

    void ReadValue(string key, int line)
    {
        if (!found.Take(key, line))
        {
            Skip();
            return;
        }
        isFaulty = false;
        buffer.ResetWrittenCount();
        using (var writer = new Utf8JsonWriter(buffer, new() { SkipValidation = true })) Write(writer, key, 0);
        if (!isFaulty && !isStopped && !found.IsFull) found.Keep(key, JsonElement.Parse(buffer.WrittenSpan), line);
    }

    void Write(Utf8JsonWriter writer, string key, int depth)
    {
        if (Current is AnchorAlias) Refuse("Aliases are not allowed: write the value itself.", Line, key);
        if (Current is NodeEvent node) Bare(node, key);
        if (Current is (SequenceStart or MappingStart) && depth == ConfigValues.MaxDepth) Stop(ConfigValues.TooDeep, key);
        else if (Current is SequenceStart)
        {
            writer.WriteStartArray();
            while (Next() && Current is not SequenceEnd) Write(writer, key, depth + 1);
            writer.WriteEndArray();
        }
        else if (Current is MappingStart) WriteObject(writer, key, depth);
        else if (Current is Scalar scalar) WriteScalar(writer, key, scalar);
    }

    void WriteObject(Utf8JsonWriter writer, string key, int depth)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        writer.WriteStartObject();
        while (Next() && Current is not MappingEnd)
        {
            var line = Line;
            var name = Name(key);
            if (!Next()) return;
            if (name is not null && !names.Add(name)) Refuse("A name appears twice in one object.", line, key);
            writer.WritePropertyName(name ?? "");
            Write(writer, key, depth + 1);
        }
        writer.WriteEndObject();
    }

    void WriteScalar(Utf8JsonWriter writer, string key, Scalar scalar)
    {
        var json = scalar.Style == ScalarStyle.Plain ? YamlScalars.Json(scalar.Value) : null;
        if (json is not null && !YamlScalars.CanBeJson(json)) Refuse(FileFindings.BadNumber, Line, key);
        else if (json is not null) writer.WriteRawValue(json);
        else if (IsText(scalar.Value, key)) writer.WriteStringValue(scalar.Value);
    }

    /// <summary>The name of the member at hand; null where it is none, which is noted.</summary>
    string? Name(string? key = null)
    {
        if (Current is not Scalar scalar)
        {
            Refuse("A key must be a plain or quoted word, not an alias, a list or a mapping.", Line, key);
            Skip();
            return null;
        }
        if (!Bare(scalar, key) || !IsText(scalar.Value, key)) return null;
        if (scalar is not { Value: "<<", Style: ScalarStyle.Plain }) return scalar.Value;
        Refuse("Merge keys are not allowed: write the keys themselves.", Line, key);
        return null;
    }

    bool IsText(string text, string? key)
    {
        if (FileFindings.IsWholeText(text)) return true;
        Refuse(FileFindings.BadCharacter, Line, key);
        return false;
    }

    static bool IsBare(NodeEvent node) => node.Anchor.IsEmpty && node.Tag.IsEmpty;

    bool Bare(NodeEvent node, string? key = null)
    {
        if (!node.Anchor.IsEmpty) Refuse("Anchors are not allowed: write the value itself wherever it belongs.", (int)node.Start.Line, key);
        if (!node.Tag.IsEmpty)
            Refuse("Tags are not allowed, but for an encrypted entry, that stands as !encrypted and nothing after it.", (int)node.Start.Line, key);
        return IsBare(node);
    }

    void Skip()
    {
        var depth = 0;
        do
        {
            if (Current is MappingStart or SequenceStart) depth++;
            if (Current is MappingEnd or SequenceEnd) depth--;
            if (depth > MaxKeyDepth + ConfigValues.MaxDepth) Stop(ConfigValues.TooDeep);
        }
        while (depth > 0 && Next());
    }

    void Stop(string message, string? key = null)
    {
        Refuse(message, Line, key);
        isStopped = true;
    }

    void Refuse(string message, int line, string? key = null)
    {
        isFaulty = true;
        found.Refuse(line, key, message);
    }

    public static string Write(IReadOnlyList<FileEntry> entries)
    {
        if (entries.Count == 0) return "{}\n";
        var text = new StringBuilder();
        foreach (var entry in entries)
        {
            text.Append(entry.Key).Append(": ");
            if (entry.IsEncrypted) text.Append(EncryptedTag);
            else ValueText.Yaml.Append(text, entry.Value);
            text.Append('\n');
        }
        return text.ToString();
    }
}

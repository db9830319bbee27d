using System.Text;
using System.Text.Json;
using System.Text.Unicode;

namespace Consilium.Modules.Settings;

internal enum ConfigFormat { Json, Yaml, Env }

/// <summary>An entry in a file. An encrypted one stands there without its value (<paramref name="Value"/> is null as JSON).</summary>
internal sealed record FileEntry(string Key, JsonElement Value, bool IsEncrypted, int Line);

/// <summary>What is wrong with a file, in words that repeat no value.</summary>
internal sealed record FileError(int Line, string? Key, string Message);

/// <summary>A file as it was read: what it says where it has no errors.</summary>
internal sealed record ConfigFile(IReadOnlyList<FileEntry> Entries, IReadOnlyList<FileError> Errors);

/// <summary>Configuration as files: read with all their errors, written always the same.</summary>
internal static class ConfigFiles
{
    public const int MaxEntries = 10_000;
    public const int MaxErrors = 100;

    /// <summary>Reads a file, whatever it is: what is wrong with it is among its errors.</summary>
    public static ConfigFile Read(ConfigFormat format, ReadOnlySpan<byte> file)
    {
        var found = new FileFindings();
        if (file.StartsWith((ReadOnlySpan<byte>)[0xEF, 0xBB, 0xBF])) file = file[3..];
        if (!Utf8.IsValid(file)) found.Refuse(FirstInvalidLine(file), null, "The file is not valid UTF-8: save it in that encoding.");
        else if (file.IndexOf((byte)0) is var zero and >= 0) found.Refuse(LineAt(file, zero), null, FileFindings.BadCharacter);
        else if (format == ConfigFormat.Json) JsonConfig.Read(file, found);
        else if (format == ConfigFormat.Yaml) YamlConfig.Read(Encoding.UTF8.GetString(file), found);
        else EnvConfig.Read(Encoding.UTF8.GetString(file), found);
        return found.ToFile();
    }

    /// <summary>Entries in ordinal order of their keys, lines end with LF.</summary>
    public static string Write(ConfigFormat format, IEnumerable<FileEntry> entries)
    {
        var sorted = entries.OrderBy(entry => entry.Key, StringComparer.Ordinal).ToList();
        return format switch
        {
            ConfigFormat.Json => JsonConfig.Write(sorted),
            ConfigFormat.Yaml => YamlConfig.Write(sorted),
            _ => EnvConfig.Write(sorted),
        };
    }

    /// <summary>Whether a value looks like the mark of an encrypted entry in a JSON file, <c>{"$encrypted": true}</c>, and so cannot be a value.</summary>
    public static bool IsMarker(JsonElement value) =>
        value.ValueKind == JsonValueKind.Object && value.GetPropertyCount() == 1
        && value.TryGetProperty(JsonConfig.MarkerName, out var mark) && mark.ValueKind == JsonValueKind.True;

    static int FirstInvalidLine(ReadOnlySpan<byte> file)
    {
        var at = 0;
        while (Rune.DecodeFromUtf8(file[at..], out _, out var length) == System.Buffers.OperationStatus.Done) at += length;
        return LineAt(file, at);
    }

    /// <summary>The number of the line, from 1, in which a byte stands.</summary>
    public static int LineAt(ReadOnlySpan<byte> file, int at) => file[..at].Count((byte)'\n') + 1;
}

using System.Text.Json;

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
    public static ConfigFile Read(ConfigFormat format, ReadOnlySpan<byte> file) => throw new NotSupportedException();

    /// <summary>Entries in ordinal order of their keys, lines end with LF.</summary>
    public static string Write(ConfigFormat format, IEnumerable<FileEntry> entries) => throw new NotSupportedException();

    /// <summary>Whether a value looks like the mark of an encrypted entry in a JSON file, <c>{"$encrypted": true}</c>, and so cannot be a value.</summary>
    public static bool IsMarker(JsonElement value) => throw new NotSupportedException();
}

using System.Text;
using System.Text.Json;

namespace Consilium.Modules.Settings;

/// <summary>Gathers what a reader finds in a file: entries with good keys that appear once, and what is wrong.</summary>
internal sealed class FileFindings
{
    public const string BadCharacter = "The file has the character U+0000 or half of a surrogate pair: remove it.";
    public const string BadNumber =
        "A number here is too long, too large, infinite or not a number. Correct it, or put it in quotes where text is meant.";

    readonly List<FileEntry> entries = [];
    readonly List<FileError> errors = [];
    readonly Dictionary<string, int> lines = new(StringComparer.Ordinal);

    /// <summary>Whether there is no use in reading on.</summary>
    public bool IsFull { get; private set; }

    /// <summary>Whether an entry may stand here under this key, that counts as used from now on; says what is wrong otherwise.</summary>
    public bool Take(string key, int line)
    {
        if (!ConfigKeys.IsKey(key)) Refuse(line, null, ConfigKeys.KeyRule);
        else if (lines.TryGetValue(key, out var first)) Refuse(line, key, $"The key appears twice: it stands on line {first} too.");
        else if (lines.Count == ConfigFiles.MaxEntries)
        {
            Refuse(line, null, $"The file has more than {ConfigFiles.MaxEntries} entries: divide it.");
            IsFull = true;
        }
        else
        {
            lines.Add(key, line);
            return true;
        }
        return false;
    }

    /// <summary>An entry whose key is taken.</summary>
    public void Keep(string key, JsonElement value, int line)
    {
        if (ConfigFiles.IsMarker(value)) Refuse(line, key, "Mark an encrypted entry as this format does: in YAML and env files by !encrypted.");
        else if (ConfigValues.IsTooDeep(value)) Refuse(line, key, ConfigValues.TooDeep);
        else entries.Add(new(key, value, false, line));
    }

    /// <summary>An encrypted entry whose key is taken.</summary>
    public void KeepEncrypted(string key, int line) => entries.Add(new(key, ConfigValues.Null, true, line));

    /// <summary>Notes what is wrong, and the key if it is a good one.</summary>
    public void Refuse(int line, string? key, string message)
    {
        if (IsFull) return;
        errors.Add(new(line, key is not null && ConfigKeys.IsKey(key) ? key : null, message));
        IsFull = errors.Count == ConfigFiles.MaxErrors;
    }

    /// <summary>Whether a text can be kept: it has no U+0000 and no half of a surrogate pair.</summary>
    public static bool IsWholeText(string text)
    {
        if (text.Contains('\0')) return false;
        var at = text.AsSpan().IndexOfAnyInRange('\ud800', '\udfff');
        while (at >= 0 && at < text.Length)
        {
            if (!Rune.TryGetRuneAt(text, at, out var rune)) return false;
            at += rune.Utf16SequenceLength;
        }
        return true;
    }

    public ConfigFile ToFile() => new(entries, [.. errors.OrderBy(error => error.Line)]);
}

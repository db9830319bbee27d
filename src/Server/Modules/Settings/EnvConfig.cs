using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Consilium.Platform.Json;

namespace Consilium.Modules.Settings;

/// <summary>
/// Lines <c>KEY=value</c> as shells and their like read them; the dots of keys are written <c>__</c>. <see cref="EnvText"/> writes the values.
/// </summary>
internal sealed class EnvConfig
{
    const string Dot = "__";
    const string Encrypted = "!encrypted";
    const string Export = "export";

    static readonly SearchValues<char> Blanks = SearchValues.Create(" \t");

    readonly string text;
    readonly FileFindings found;
    int at;
    int line = 1;

    EnvConfig(string text, FileFindings found) => (this.text, this.found) = (text, found);

    public static void Read(string text, FileFindings found)
    {
        var reader = new EnvConfig(text.Replace("\r\n", "\n", StringComparison.Ordinal), found);
        while (reader.at < reader.text.Length && !found.IsFull) reader.ReadLine();
    }

    void ReadLine()
    {
        SkipBlanks();
        var rest = Rest();
        if (rest is not ("" or ['#', ..])) ReadEntry(rest);
        at += Rest().Length + 1;
        line++;
    }

    void ReadEntry(ReadOnlySpan<char> rest)
    {
        if (rest.StartsWith(Export, StringComparison.Ordinal) && rest.Length > Export.Length && Blanks.Contains(rest[Export.Length]))
        {
            at += Export.Length;
            SkipBlanks();
            rest = Rest();
        }
        var equals = rest.IndexOf('=');
        if (equals < 0)
        {
            found.Refuse(line, null, "Write KEY=value, or a # before a comment.");
            return;
        }
        var first = line;
        var key = equals <= 2 * ConfigKeys.MaxKey ? rest[..equals].TrimEnd(" \t").ToString().Replace(Dot, ".", StringComparison.Ordinal) : "";
        at += equals + 1;
        SkipBlanks();
        ReadValue(key, first);
    }

    void ReadValue(string key, int first)
    {
        var isTaken = found.Take(key, first);
        var rest = Rest();
        if (rest is ['#', ..] && Blanks.Contains(text[at - 1])) rest = "";
        if (rest is ['"' or '\'', ..])
        {
            var (content, isJson) = ReadQuoted(key);
            if (content is null || !isTaken) return;
            if (!isJson) Keep(content);
            else if (StrictJson.Fault(Encoding.UTF8.GetBytes(content)) is { } fault) found.Refuse(first, key, fault);
            else found.Keep(key, JsonElement.Parse(content), first);
        }
        else if (!isTaken) return;
        else if (JsonOf(rest) is { } json)
        {
            if (StrictJson.Fault(json) is { } fault) found.Refuse(first, key, fault);
            else found.Keep(key, JsonElement.Parse(json), first);
        }
        else if (WithoutComment(rest).Trim(" \t") is var plain && plain is Encrypted) found.KeepEncrypted(key, first);
        else Keep(plain.ToString());

        void Keep(string content) => found.Keep(key, JsonSerializer.SerializeToElement(content), first);
    }

    /// <summary>What stands in quotes, null when something is wrong with it, and whether the comment behind it says that it is JSON.</summary>
    (string? Content, bool IsJson) ReadQuoted(string key)
    {
        var (quote, first, isFaulty) = (text[at++], line, false);
        var content = new StringBuilder();
        while (at < text.Length)
        {
            var next = text[at++];
            if (next == quote) return Finish();
            if (next == '\n') line++;
            if (next != '\\' || quote == '\'') content.Append(next);
            else if (Escaped() is { } escaped) content.Append(escaped);
            else Refuse("Only \\\\ \\\" \\n \\r \\t \\$ \\` and \\u with four hexadecimal digits can stand in double quotes: double the backslash where it is meant.");
        }
        found.Refuse(first, key, "The quote that opens on this line is never closed.");
        return default;

        (string?, bool) Finish()
        {
            for (; Rest().StartsWith(@"\\", StringComparison.Ordinal); at += 2) content.Append('\\');
            if (!WithoutComment(Rest()).Trim(" \t").IsEmpty) Refuse("After the closing quote nothing but a comment can follow, after a space.");
            var whole = content.ToString();
            if (!FileFindings.IsWholeText(whole)) Refuse(FileFindings.BadCharacter);
            return isFaulty ? default : (whole, whole.Length > 0 && Rest().Trim(" \t") is EnvText.JsonMark);
        }

        void Refuse(string message)
        {
            found.Refuse(line, key, message);
            isFaulty = true;
        }
    }

    char? Escaped()
    {
        var next = text.AsSpan(at, Math.Min(5, text.Length - at));
        if (next is ['u', _, _, _, _] && ushort.TryParse(next[1..], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var unit))
        {
            at += 5;
            return (char)unit;
        }
        if (next is not [var name and ('\\' or '"' or '$' or '`' or 'n' or 'r' or 't'), ..]) return null;
        at++;
        return name switch { 'n' => '\n', 'r' => '\r', 't' => '\t', _ => name };
    }

    /// <summary>Whether this is read as the text that it is, when it stands without quotes.</summary>
    public static bool IsText(string plain) => plain != Encrypted && JsonOf(plain) is null;

    /// <summary>The JSON other than text that the rest of a line is, but for a comment; null where it is no JSON.</summary>
    static byte[]? JsonOf(ReadOnlySpan<char> rest)
    {
        if (rest is not ['{' or '[' or '-' or 't' or 'f' or 'n' or (>= '0' and <= '9'), ..]) return null;
        var bytes = Encoding.UTF8.GetBytes(rest.ToString());
        try
        {
            var reader = new Utf8JsonReader(bytes, new JsonReaderOptions { MaxDepth = int.MaxValue });
            reader.Read();
            reader.Skip();
            var length = (int)reader.BytesConsumed;
            return WithoutComment(Encoding.UTF8.GetString(bytes.AsSpan(length))).Trim(" \t").IsEmpty ? bytes[..length] : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    static ReadOnlySpan<char> WithoutComment(ReadOnlySpan<char> rest)
    {
        for (var i = 1; i < rest.Length; i++)
            if (rest[i] == '#' && Blanks.Contains(rest[i - 1])) return rest[..i];
        return rest;
    }

    ReadOnlySpan<char> Rest()
    {
        var rest = text.AsSpan(Math.Min(at, text.Length));
        return rest.IndexOf('\n') is var end and >= 0 ? rest[..end] : rest;
    }

    void SkipBlanks()
    {
        while (at < text.Length && Blanks.Contains(text[at])) at++;
    }

    public static string Write(IReadOnlyList<FileEntry> entries)
    {
        var lines = new StringBuilder();
        foreach (var entry in entries)
        {
            lines.Append(entry.Key.Replace(".", Dot, StringComparison.Ordinal)).Append('=');
            if (entry.IsEncrypted) lines.Append(Encrypted);
            else EnvText.Append(lines, entry.Value);
            lines.Append('\n');
        }
        return lines.ToString();
    }
}

using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Consilium.Modules.Settings;

/// <summary>
/// Writes values as JSON, always the same: members in ordinal order, numbers as they are, and in texts nothing literal that is invisible
/// or breaks a line anywhere.
/// </summary>
/// <param name="Escaped">What does not stand in texts as it is, besides.</param>
internal sealed record ValueText(string Colon, string Comma, bool IsIndented, string Escaped = "")
{
    public static readonly ValueText Json = new(": ", ",", true);
    public static readonly ValueText Yaml = new(": ", ", ", false);

    /// <summary>To stand in single quotes, in which no reader finds anything to expand, to undo or to end.</summary>
    public static readonly ValueText Env = new(":", ",", false, "'\"\\$`");

    /// <summary>YAML finds a name by the colon only within this length; a longer one is announced by a question mark.</summary>
    const int LongName = 1000;

    public void Append(StringBuilder text, JsonElement value, int level = 0)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.String:
                AppendQuoted(text, value.GetString()!);
                break;
            case JsonValueKind.Object:
                var members = value.EnumerateObject().OrderBy(member => member.Name, StringComparer.Ordinal).ToList();
                AppendAll(text, '{', '}', level, members, member =>
                {
                    AppendName(text, member.Name);
                    Append(text, member.Value, level + 1);
                });
                break;
            case JsonValueKind.Array:
                AppendAll(text, '[', ']', level, value.EnumerateArray().ToList(), element => Append(text, element, level + 1));
                break;
            default:
                text.Append(value.GetRawText());
                break;
        }
    }

    public void AppendQuoted(StringBuilder text, string content)
    {
        text.Append('"');
        var at = 0;
        while (at < content.Length)
        {
            var rune = Rune.GetRuneAt(content, at);
            at += rune.Utf16SequenceLength;
            _ = rune.Value switch
            {
                _ when rune.IsAscii && Escaped.Contains((char)rune.Value, StringComparison.Ordinal) => AppendEscaped(text, [(char)rune.Value]),
                '"' => text.Append("\\\""),
                '\\' => text.Append("\\\\"),
                '\n' => text.Append("\\n"),
                '\r' => text.Append("\\r"),
                '\t' => text.Append("\\t"),
                _ when IsPlain(rune) => text.Append(content, at - rune.Utf16SequenceLength, rune.Utf16SequenceLength),
                _ => AppendEscaped(text, content.AsSpan(at - rune.Utf16SequenceLength, rune.Utf16SequenceLength)),
            };
        }
        text.Append('"');
    }

    static StringBuilder AppendEscaped(StringBuilder text, ReadOnlySpan<char> units)
    {
        foreach (var unit in units) text.Append(CultureInfo.InvariantCulture, $"\\u{(int)unit:x4}");
        return text;
    }

    static bool IsPlain(Rune rune) => Rune.GetUnicodeCategory(rune) is not (UnicodeCategory.Control or UnicodeCategory.Format
        or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator or UnicodeCategory.OtherNotAssigned or UnicodeCategory.PrivateUse);

    void AppendName(StringBuilder text, string name)
    {
        var start = text.Length;
        AppendQuoted(text, name);
        var isLong = this == Yaml && text.Length - start > LongName;
        if (isLong) text.Insert(start, "? ").Append(' ');
        text.Append(Colon);
    }

    void AppendAll<T>(StringBuilder text, char open, char close, int level, List<T> parts, Action<T> append)
    {
        text.Append(open);
        for (var i = 0; i < parts.Count; i++)
        {
            if (i > 0) text.Append(Comma);
            Break(text, level + 1);
            append(parts[i]);
        }
        if (parts.Count > 0) Break(text, level);
        text.Append(close);
    }

    void Break(StringBuilder text, int level)
    {
        if (IsIndented) text.Append('\n').Append(' ', 2 * level);
    }
}

using System.Buffers;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Consilium.Modules.Settings;

/// <summary>
/// How values stand in env files, so that as many programs as possible read the same: as they are, where nothing in them means anything to
/// anybody (Docker knows nothing else); in single quotes; in double quotes, where there is a single quote in the text; and with backslashes
/// where no form is common to all.
/// </summary>
internal static partial class EnvText
{
    /// <summary>After quotes, in a comment: what they hold is JSON and no text.</summary>
    public const string JsonMark = "# json";

    /// <summary>What a shell takes as it is outside of quotes, and no reader takes for JSON, a comment or a quote.</summary>
    static readonly SearchValues<char> Harmless = SearchValues.Create(
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_./:@%+,=-^*?!~[]{}");

    static readonly SearchValues<char> SpecialInDoubleQuotes = SearchValues.Create("\"\\$`\r");

    public static void Append(StringBuilder line, JsonElement value)
    {
        if (value.ValueKind == JsonValueKind.String) AppendText(line, value.GetString()!);
        else AppendJson(line, value);
    }

    static void AppendJson(StringBuilder line, JsonElement value)
    {
        var json = new StringBuilder();
        ValueText.Env.Append(json, value);
        var text = json.ToString();
        if (IsHarmless(text)) line.Append(text);
        else line.Append('\'').Append(text).Append("' ").Append(JsonMark);
    }

    static void AppendText(StringBuilder line, string text)
    {
        if (IsHarmless(text) && EnvConfig.IsText(text))
        {
            line.Append(text);
            return;
        }
        // Before a closing quote some readers take a backslash for its escape, and read on to the end of the file: those at the end stand after it.
        var inQuotes = text.TrimEnd('\\');
        if (!inQuotes.AsSpan().ContainsAny('\'', '\r')) line.Append('\'').Append(inQuotes).Append('\'');
        else if (!inQuotes.AsSpan().ContainsAny(SpecialInDoubleQuotes)) line.Append('"').Append(inQuotes).Append('"');
        else AppendEscaped(line, inQuotes);
        line.Append('\\', 2 * (text.Length - inQuotes.Length));
    }

    /// <summary>
    /// As a shell reads it, but for a carriage return. Programs that do not know an escaped quote take it for the end: a line break must not
    /// make a line of the rest.
    /// </summary>
    static void AppendEscaped(StringBuilder line, string text)
    {
        var lineBreak = text.Contains('"', StringComparison.Ordinal) ? "\\n" : "\n";
        line.Append('"');
        foreach (var letter in text)
        {
            _ = letter switch
            {
                '"' or '\\' or '$' or '`' => line.Append('\\').Append(letter),
                '\r' => line.Append("\\r"),
                '\n' => line.Append(lineBreak),
                _ => line.Append(letter),
            };
        }
        line.Append('"');
    }

    static bool IsHarmless(string text)
    {
        foreach (var letter in text)
            if (!IsHarmless(letter)) return false;
        return !HomeDirectory().IsMatch(text);
    }

    static bool IsHarmless(char letter) => char.IsAscii(letter)
        ? Harmless.Contains(letter)
        : !char.IsWhiteSpace(letter) && !char.IsControl(letter) && letter != '\ufeff';

    /// <summary>Where a shell puts somebody's home directory.</summary>
    [GeneratedRegex("(?:^|[:=])~", RegexOptions.NonBacktracking)]
    private static partial Regex HomeDirectory();
}

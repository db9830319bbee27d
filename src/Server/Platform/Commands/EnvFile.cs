using System.Buffers;
using System.Collections;
using System.Text;
using Consilium.Platform.Hosting;

namespace Consilium.Platform.Commands;

/// <summary>
/// A file of environment variables, much as Docker Compose and dotenv read it: <c>NAME=value</c>, comments, <c>export</c>, quotes. Nothing is replaced in values.
/// What is wrong is told by its line, never by its text, which may be a secret.
/// </summary>
internal static class EnvFile
{
    static readonly SearchValues<char> NameLetters = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.:-");

    /// <summary>Puts the variables of the file into the environment, but for those that it has already.</summary>
    /// <exception cref="StartException">The file is not there, or a line of it is no setting.</exception>
    public static void Load(string path)
    {
        string text;
        try
        {
            text = File.ReadAllText(path, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true));
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new StartException($"The file {path} of --env-file cannot be read: {fault.Message}", fault);
        }
        catch (DecoderFallbackException fault)
        {
            throw new StartException($"The file {path} of --env-file is no text in UTF-8.", fault);
        }
        var present = Environment.GetEnvironmentVariables().Cast<DictionaryEntry>()
            .Where(variable => variable.Value is string { Length: > 0 }) // an empty one counts as not set
            .Select(variable => KnownSettings.KeyOf((string)variable.Key)).ToHashSet(StringComparer.OrdinalIgnoreCase);
        foreach (var (name, value) in Parse(text, path))
            if (!present.Contains(KnownSettings.KeyOf(name))) Environment.SetEnvironmentVariable(name, value);
    }

    /// <param name="source">How faults name the text.</param>
    public static List<(string Name, string Value)> Parse(string text, string source)
    {
        var settings = new List<(string, string)>();
        var rest = text.Replace("\r\n", "\n", StringComparison.Ordinal).AsSpan();
        var line = 1;
        while (rest.Length > 0)
        {
            var length = ReadOne(rest, settings, out var fault);
            if (fault is not null) throw new StartException($"{source}, line {line}: {fault}");
            line += rest[..length].Count('\n');
            rest = rest[length..];
        }
        return settings;
    }

    /// <summary>Reads one line, or several when a quoted text has several. Returns how long it is, with the end of its line.</summary>
    static int ReadOne(ReadOnlySpan<char> rest, List<(string, string)> settings, out string? fault)
    {
        fault = null;
        var end = rest.IndexOf('\n') is >= 0 and var found ? found : rest.Length;
        var whole = Math.Min(end + 1, rest.Length);
        var line = rest[..end].Trim();
        if (line.Length == 0 || line[0] == '#') return whole;
        if (line.StartsWith("export", StringComparison.Ordinal) && line[6..] is [' ' or '\t', ..]) line = line[7..].TrimStart();
        var equals = line.IndexOf('=');
        if (equals < 0) fault = "a setting is written NAME=value, and there is no '='.";
        else if (!IsName(line[..equals].TrimEnd())) fault = "what stands before '=' is no name of a setting.";
        if (fault is not null) return whole;

        var name = line[..equals].TrimEnd().ToString();
        var value = line[(equals + 1)..];
        if (value.TrimStart() is not ['\'' or '"', ..])
        {
            settings.Add((name, WithoutComment(value).Trim().ToString()));
            return whole;
        }
        var begin = rest[..end].IndexOf('=') + 1;
        begin += rest[begin..].IndexOfAny('\'', '"');
        if (Quoted(rest[begin..], out var length) is not { } quoted)
        {
            fault = "the quote is not closed.";
            return whole;
        }
        settings.Add((name, quoted));
        var after = rest[(begin + length)..];
        var lineEnd = after.IndexOf('\n') is >= 0 and var next ? next : after.Length;
        if (after[..lineEnd].Trim() is not ([] or ['#', ..])) fault = "something follows the closing quote.";
        return Math.Min(begin + length + lineEnd + 1, rest.Length);
    }

    static bool IsName(ReadOnlySpan<char> name) => name.Length > 0 && (char.IsAsciiLetter(name[0]) || name[0] == '_')
        && !name.ContainsAnyExcept(NameLetters);

    /// <summary>A comment begins with a <c>#</c> after white space: that of <c>a#b</c> belongs to the value.</summary>
    static ReadOnlySpan<char> WithoutComment(ReadOnlySpan<char> value)
    {
        for (var i = 0; i < value.Length; i++)
            if (value[i] == '#' && i > 0 && char.IsWhiteSpace(value[i - 1])) return value[..i];
        return value;
    }

    /// <summary>Single quotes keep everything as it is. In double quotes a backslash makes something else of some letters.</summary>
    static string? Quoted(ReadOnlySpan<char> text, out int length)
    {
        var quote = text[0];
        var value = new StringBuilder();
        for (length = 1; length < text.Length; length++)
        {
            if (text[length] == quote)
            {
                length++;
                return value.ToString();
            }
            if (quote == '"' && text[length] == '\\' && length + 1 < text.Length && Escaped(text[length + 1]) is { } meant)
            {
                value.Append(meant);
                length++;
            }
            else
            {
                value.Append(text[length]);
            }
        }
        return null;
    }

    static char? Escaped(char letter) => letter switch { 'n' => '\n', 'r' => '\r', 't' => '\t', '"' or '\\' or '$' or '`' => letter, _ => null };
}

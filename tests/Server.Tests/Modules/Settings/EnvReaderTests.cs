using System.Globalization;
using System.Text;
using System.Text.Json;
using Consilium.Modules.Settings;
using FsCheck.Fluent;

namespace Consilium.Tests.Modules.Settings;

/// <summary>Env files before the eyes of the programs that they are for. What docs/settings.md says of each is said here again, and nothing more is left out.</summary>
public sealed class EnvReaderTests
{
    static readonly string[] Texts =
    [
        "pa$$w", "👩🏽‍⚕️", "e\u0301", "plain", "", " ", " spaces at both ends ", "Zürich", "日本語", "\u00a0", "\u2028", "\ufeffmark", "a\u200bb", "\u202eabc", "tab\there", "two\nlines", "\nfirst", "last\n",
        "#comment", "a#b", "a #b", "$HOME", "${HOME}", "$(id)", "`id`", "!history", "~", "~/x", "a~b", "PATH=~/bin:~root", "*", "?", "[abc]", "{a,b}", "a;b", "a&b", "a|b", "<a>", "(a)", "\\", "a\\b",
        "a\\\\b", "C:\\dir\\", "\\n", "\\'", "\"", "\"quoted\"", "it's", "it's two\nlines", "it's \"both\"", "it's \"both\"\nEVIL=1", "it's $5", "'", "''", "\"'\"", "a\rb", "a\r\nb", "true", "false", "null", "12",
        "-1.5", "1e5", "+1", "012", "{}", "[]", "[1,2]", "{\"a\":1}", "{\"a\": \"it's\"}", "[1", "!encrypted", "# json", "x' # json", "=x", "a=b", "export x", "https://example.com/a?b=c&d=e#f",
        "-----BEGIN KEY-----\nMIIB\n-----END KEY-----\n", "%s%%", "^a^b", "a,b", "@x", "\u0001", "\u007f", "x\u0085y",
    ];

    static readonly string[] Others =
    [
        "12", "-1.10e+05", "true", "null", "[]", "{}", "[1,2,3]", """{"a":{"b":[1,"two",null]}}""", """["it's","\"","\\","\\\\","$HOME","${HOME}","`id`","#","\n","\r","😀"," "]""",
        """{"a'b":"c d","key\\":"\\"}""",
    ];

    [EnvReadersFact]
    public async Task Every_text_is_read_alike_by_all_that_can()
    {
        var faults = new List<string>();
        foreach (var (reader, knows) in Promises)
        {
            var file = await WriteAsync(Texts.Where(text => knows(text)).Select(Json));
            var found = await reader.ReadAsync(file);
            foreach (var (text, i) in Texts.Where(text => knows(text)).Select((text, i) => (text, i)))
                if (found.GetValueOrDefault(Name(i)) != text) faults.Add($"{reader}: {Json(text)} stands as {Line(text)} and is read as {Json(found.GetValueOrDefault(Name(i)))}");
        }
        faults.ShouldBeEmpty();
    }

    [EnvReadersFact]
    public async Task So_are_texts_that_nobody_would_think_of()
    {
        var texts = Generated.Text.Sample(300).ToList();
        foreach (var (reader, knows) in Promises)
        {
            string[] known = [.. texts.Where(knows)];
            known.Length.ShouldBeGreaterThan(10, reader.Name);
            var found = await reader.ReadAsync(await WriteAsync(known.Select(Json)));
            for (var i = 0; i < known.Length; i++) found.GetValueOrDefault(Name(i)).ShouldBe(known[i], $"{reader} at {Line(known[i])}");
        }
    }

    [EnvReadersFact]
    public async Task Other_values_are_read_as_their_JSON()
    {
        foreach (var (reader, _) in Promises)
        {
            var values = Others.Where(value => reader != EnvReaders.Docker || !value.Contains('"', StringComparison.Ordinal)).ToList();
            var found = await reader.ReadAsync(await WriteAsync(values));
            for (var i = 0; i < values.Count; i++)
                JsonElement.DeepEquals(JsonElement.Parse(found[Name(i)]), JsonElement.Parse(values[i])).ShouldBeTrue($"{reader} read {found[Name(i)]} for {values[i]}");
        }
    }

    [EnvReadersFact]
    public async Task What_one_does_not_know_spoils_nothing_else()
    {
        var texts = Texts.Where(text => !text.Contains('\r', StringComparison.Ordinal)).ToList();
        var file = await WriteAsync(texts.SelectMany(text => (string[])[Json(text), Json("whole")]));
        foreach (var reader in (EnvReader[])[EnvReaders.Bash, EnvReaders.PythonDotenv, EnvReaders.NpmDotenv, EnvReaders.Node])
        {
            var found = await reader.ReadAsync(file);
            for (var i = 0; i < texts.Count; i++) found.GetValueOrDefault(Name(2 * i + 1)).ShouldBe("whole", $"{reader} after {Line(texts[i])}");
            found.ShouldNotContainKey("EVIL", reader.Name);
        }
    }

    [Fact]
    public void Each_stands_in_the_simplest_form_that_serves()
    {
        foreach (var (text, line) in ((string, string)[])
            [
                ("pa$$w", "'pa$$w'"), ("👩🏽‍⚕️", "👩🏽‍⚕️"), ("plain-1.5_x", "plain-1.5_x"), ("", ""), ("two words", "'two words'"), ("12", "'12'"), ("it's", "\"it's\""), ("it's $5", "\"it's \\$5\""),
                ("{\"a\":1}", "'{\"a\":1}'"), ("!encrypted", "'!encrypted'"),
                ("C:\\dir\\", "'C:\\dir'\\\\"),
            ])
            Line(text).ShouldBe(line);
        ConfigFiles.Write(ConfigFormat.Env, [new("k", JsonElement.Parse("""{"a":"it's"}"""), false, 0)]).ShouldBe("k='{\"a\":\"it\\u0027s\"}' # json\n");
    }

    /// <summary>Each reader, and the texts that it reads as they are.</summary>
    static IEnumerable<(EnvReader Reader, Func<string, bool> Knows)> Promises =>
    [
        (EnvReaders.Bash, text => !text.Contains('\r', StringComparison.Ordinal) && !(IsEscaped(text) && text.Contains('"', StringComparison.Ordinal) && text.Contains('\n', StringComparison.Ordinal))),
        (EnvReaders.Node, text => !IsEscaped(text)),
        (EnvReaders.NpmDotenv, text => !IsEscaped(text)),
        (EnvReaders.PythonDotenv, text => !IsEscaped(text) && !text.Contains("${", StringComparison.Ordinal) && !text.Contains("\\\\", StringComparison.Ordinal)),
        (EnvReaders.Docker, text => Line(text) is not ['\'' or '"', ..]),
    ];

    /// <summary>Texts that have no form in common: with a single quote and what is special in double quotes, with a backslash at the end, or a carriage return.</summary>
    static bool IsEscaped(string text) =>
        text.Contains('\r', StringComparison.Ordinal) || text.EndsWith('\\') || (text.Contains('\'', StringComparison.Ordinal) && text.AsSpan().ContainsAny("\"\\$`"));

    static string Line(string text) => ConfigFiles.Write(ConfigFormat.Env, [new("k", JsonSerializer.SerializeToElement(text), false, 0)])[2..^1];

    /// <summary>Of the entry at a place, so that they stay in order.</summary>
    static string Name(int at) => string.Create(CultureInfo.InvariantCulture, $"key__k{at:d3}");

    static string Json(string? text) => JsonSerializer.Serialize(text);

    static async Task<string> WriteAsync(IEnumerable<string> values)
    {
        var path = Path.Combine(TempDirectory.New(), "config.env");
        var entries = values.Select((json, i) => new FileEntry(Name(i).Replace("__", ".", StringComparison.Ordinal), JsonElement.Parse(json), false, 0));
        await File.WriteAllTextAsync(path, ConfigFiles.Write(ConfigFormat.Env, entries), new UTF8Encoding(false));
        return path;
    }
}

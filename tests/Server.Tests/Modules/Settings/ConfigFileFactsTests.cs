using System.Diagnostics;
using System.Text.Json;
using Consilium.Modules.Settings;
using FsCheck;
using FsCheck.Fluent;

namespace Consilium.Tests.Modules.Settings;

/// <summary>What single spellings in files mean.</summary>
public sealed class ConfigFileFactsTests
{
    [Theory]
    [InlineData("", "null")]
    [InlineData("~", "null")]
    [InlineData("null", "null")]
    [InlineData("NULL", "null")]
    [InlineData("nULL", "\"nULL\"")]
    [InlineData("true", "true")]
    [InlineData("False", "false")]
    [InlineData("yes", "\"yes\"")]
    [InlineData("on", "\"on\"")]
    [InlineData("n", "\"n\"")]
    [InlineData("12", "12")]
    [InlineData("+12", "12")]
    [InlineData("-0", "-0")]
    [InlineData("012", "12")]
    [InlineData("-007", "-7")]
    [InlineData("0", "0")]
    [InlineData("00", "0")]
    [InlineData("0o17", "15")]
    [InlineData("0o8", "\"0o8\"")]
    [InlineData("0xFF", "255")]
    [InlineData("0xffffffffffffffffffff", "1208925819614629174706175")]
    [InlineData("-0x1", "\"-0x1\"")]
    [InlineData("0b1", "\"0b1\"")]
    [InlineData("1_000", "\"1_000\"")]
    [InlineData("1:30", "\"1:30\"")]
    [InlineData("1.50", "1.50")]
    [InlineData(".5", "0.5")]
    [InlineData("-.5e-3", "-0.5e-3")]
    [InlineData("1.", "1.0")]
    [InlineData("1.e5", "1.0e5")]
    [InlineData("1e5", "1e5")]
    [InlineData("1e", "\"1e\"")]
    [InlineData(".", "\".\"")]
    [InlineData("2026-01-15", "\"2026-01-15\"")]
    [InlineData("=cmd", "\"=cmd\"")]
    [InlineData("\"12\"", "\"12\"")]
    [InlineData("'true'", "\"true\"")]
    [InlineData("'it''s'", "\"it's\"")]
    [InlineData("\"a\\x41\\u00e9\\U0001F600\\/\\e\"", "\"aAé😀/\\u001b\"")]
    [InlineData("two words # a comment", "\"two words\"")]
    [InlineData("a#b", "\"a#b\"")]
    [InlineData("over\n  lines", "\"over lines\"")]
    [InlineData("|\n  12\n  true\n", "\"12\\ntrue\\n\"")]
    [InlineData("|-\n  12", "\"12\"")]
    [InlineData(">\n  a\n  b\n", "\"a b\\n\"")]
    [InlineData("[]", "[]")]
    [InlineData("{}", "{}")]
    [InlineData("[1, 'a', {b: ~}, [yes]]", "[1,\"a\",{\"b\":null},[\"yes\"]]")]
    [InlineData("{b.c: 1, 'd': {}}", "{\"b.c\":1,\"d\":{}}")]
    [InlineData("\n- 1\n- b: 2\n  c:\n    d: 3\n- - x", "[1,{\"b\":2,\"c\":{\"d\":3}},[\"x\"]]")]
    [InlineData("[a: 1]", "[{\"a\":1}]")]
    [InlineData("{\"a\":1,\"b\":[true]}", "{\"a\":1,\"b\":[true]}")]
    public void Yaml(string text, string json) => Means(ConfigFormat.Yaml, $"k: {text}", json);

    [Theory]
    [InlineData("", "\"\"")]
    [InlineData("text", "\"text\"")]
    [InlineData("two words  ", "\"two words\"")]
    [InlineData("two words # comment", "\"two words\"")]
    [InlineData("a#b", "\"a#b\"")]
    [InlineData(" # comment", "\"\"")]
    [InlineData("#text", "\"#text\"")]
    [InlineData("012", "\"012\"")]
    [InlineData("+1", "\"+1\"")]
    [InlineData("-1.50", "-1.50")]
    [InlineData("5 # five", "5")]
    [InlineData("true", "true")]
    [InlineData("True", "\"True\"")]
    [InlineData("truely", "\"truely\"")]
    [InlineData("null", "null")]
    [InlineData("{\"a\":\" # no comment\"} # one", "{\"a\":\" # no comment\"}")]
    [InlineData("[1, 2]", "[1,2]")]
    [InlineData("[1, 2", "\"[1, 2\"")]
    [InlineData("1 2", "\"1 2\"")]
    [InlineData("$HOME", "\"$HOME\"")]
    [InlineData("'a \\n $b \"c\"' # comment", "\"a \\\\n $b \\\"c\\\"\"")]
    [InlineData("\"a\\n\\\"b\\\"\\\\ \\$c \\`d\\` \\u00e9\"  # comment", "\"a\\n\\\"b\\\"\\\\ $c `d` é\"")]
    [InlineData("\"over\nlines\"", "\"over\\nlines\"")]
    [InlineData("\"12\"", "\"12\"")]
    public void Env(string text, string json) => Means(ConfigFormat.Env, $"k={text}", json);

    [Theory]
    [InlineData("export A=1")]
    [InlineData("\n# comment\n   # another\n\t export\tA = 1\n\n")]
    [InlineData("A=1")]
    public void Env_lines(string text) => Read(ConfigFormat.Env, text).ShouldSatisfyAllConditions(e => e.Key.ShouldBe("A"), e => e.Value.GetRawText().ShouldBe("1"));

    [Fact]
    public void A_key_that_begins_with_export_is_a_key() => Read(ConfigFormat.Env, "export=1").Key.ShouldBe("export");

    [Fact]
    public void Encrypted_entries_are_marked_in_the_way_of_each_format()
    {
        foreach (var (format, text) in new[] { (ConfigFormat.Json, "{\"a.b\": { \"$encrypted\" : true }}"), (ConfigFormat.Yaml, "a:\n  b: !encrypted # no value\n"), (ConfigFormat.Env, "a__b = !encrypted ") })
            Read(format, text).ShouldBe(new("a.b", ConfigValues.Null, true, format == ConfigFormat.Yaml ? 2 : 1));
        Read(ConfigFormat.Env, "a='!encrypted'").IsEncrypted.ShouldBeFalse();
        Read(ConfigFormat.Yaml, "a: '!encrypted'").IsEncrypted.ShouldBeFalse();
        Read(ConfigFormat.Json, "{\"a\": {\"$encrypted\": false}}").IsEncrypted.ShouldBeFalse();
        Read(ConfigFormat.Json, "{\"a\": {\"$encrypted\": true, \"b\": 1}}").IsEncrypted.ShouldBeFalse();
    }

    [Fact]
    public void A_file_without_entries_is_fine()
    {
        foreach (var (format, text) in new[] { (ConfigFormat.Json, " {} "), (ConfigFormat.Yaml, ""), (ConfigFormat.Yaml, "# nothing\n---\n"), (ConfigFormat.Yaml, "{}"), (ConfigFormat.Env, "\n# nothing") })
            ConfigFiles.Read(format, Generated.Bytes(text)).ShouldSatisfyAllConditions(file => file.Errors.ShouldBeEmpty(), file => file.Entries.ShouldBeEmpty());
    }

    [Fact]
    public void A_key_may_have_a_value_and_keys_below_it() =>
        ConfigFiles.Read(ConfigFormat.Yaml, Generated.Bytes("a: 1\na.b: 2\nc:\n  d: 3\n  d.e: 4\n\"c.f\": 5\n")).Entries
            .Select(entry => (entry.Key, entry.Value.GetRawText(), entry.Line))
            .ShouldBe([("a", "1", 1), ("a.b", "2", 2), ("c.d", "3", 4), ("c.d.e", "4", 5), ("c.f", "5", 6)]);

    [Fact]
    public void Nested_keys_mean_the_same_as_dotted_ones() =>
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(200), Prop.ForAll(Arb.From(Generated.Entries), entries =>
        {
            var leaves = entries.Where(entry => !entries.Any(other => other.Key.StartsWith(entry.Key + ".", StringComparison.Ordinal))).ToList();
            var nested = new StringWriter { NewLine = "\n" };
            Nest(leaves.Select(entry => (entry.Key.Split('.'), ConfigFiles.Write(ConfigFormat.Yaml, [entry])[(entry.Key.Length + 2)..])), 0, nested);

            var file = ConfigFiles.Read(ConfigFormat.Yaml, Generated.Bytes(nested.ToString()));

            file.Errors.ShouldBeEmpty(nested.ToString());
            ConfigFiles.Write(ConfigFormat.Yaml, file.Entries).ShouldBe(ConfigFiles.Write(ConfigFormat.Yaml, leaves));
        }));

    static void Nest(IEnumerable<(string[] Path, string Value)> leaves, int depth, TextWriter to)
    {
        foreach (var group in leaves.GroupBy(leaf => leaf.Path[depth]))
        {
            to.Write($"{new string(' ', 3 * depth)}{group.Key}:");
            if (group.First().Path.Length == depth + 1)
            {
                to.Write(" " + group.Single().Value);
                continue;
            }
            to.WriteLine(" # below");
            Nest(group, depth + 1, to);
        }
    }

    [Fact]
    public async Task A_shell_that_reads_an_env_file_expands_and_runs_nothing()
    {
        const string trap = "$(echo ran >&2)`echo ran >&2`$HOME \"; echo ran >&2; \" \\ 'x' !! ~ *";
        var entries = new FileEntry[]
        {
            new("text", JsonSerializer.SerializeToElement(trap), false, 0),
            new("object", JsonSerializer.SerializeToElement(new Dictionary<string, string> { [trap] = trap }), false, 0),
            new("secret", ConfigValues.Null, true, 0),
        };
        using var shell = Process.Start(new ProcessStartInfo("/bin/sh", ["-s"])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;

        await shell.StandardInput.WriteAsync(ConfigFiles.Write(ConfigFormat.Env, entries) + "printf '%s' \"$text\"\n");
        shell.StandardInput.Close();

        (await shell.StandardOutput.ReadToEndAsync()).ShouldBe(trap);
        (await shell.StandardError.ReadToEndAsync()).ShouldBeEmpty();
    }

    static FileEntry Read(ConfigFormat format, string text)
    {
        var file = ConfigFiles.Read(format, Generated.Bytes(text));
        file.Errors.ShouldBeEmpty();
        return file.Entries.ShouldHaveSingleItem();
    }

    static void Means(ConfigFormat format, string text, string json)
    {
        var value = Read(format, text).Value;
        if (value.ValueKind == JsonValueKind.Number) value.GetRawText().ShouldBe(json);
        JsonElement.DeepEquals(value, JsonElement.Parse(json)).ShouldBeTrue(value.GetRawText());
    }
}

using System.Diagnostics;
using System.Text;
using System.Text.Json;
using Consilium.Modules.Settings;
using FsCheck;
using FsCheck.Fluent;

namespace Consilium.Tests.Modules.Settings;

/// <summary>What all formats promise: what is written is read as it was, always in the same bytes, and no file does harm.</summary>
public sealed class ConfigFilesTests
{
    static readonly ConfigFormat[] Formats = Enum.GetValues<ConfigFormat>();

    [Fact]
    public void What_is_written_is_read_again_and_written_in_the_same_bytes() =>
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(400), Prop.ForAll(Arb.From(Generated.Entries), entries =>
        {
            foreach (var format in Formats)
            {
                var text = ConfigFiles.Write(format, Enumerable.Reverse(entries));
                var file = ConfigFiles.Read(format, Generated.Bytes(text));

                file.Errors.ShouldBeEmpty(text);
                ShouldEqual(file.Entries, entries, text);
                ConfigFiles.Write(format, file.Entries).ShouldBe(text);
                text.ShouldNotContain('\r');
                (text.Length == 0 || text.EndsWith('\n')).ShouldBeTrue();
            }
        }));

    [Fact]
    public void Windows_line_ends_and_a_byte_order_mark_change_nothing() =>
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(100), Prop.ForAll(Arb.From(Generated.Entries), entries =>
        {
            foreach (var format in Formats)
            {
                var text = "\ufeff" + ConfigFiles.Write(format, entries).Replace("\n", "\r\n");
                var file = ConfigFiles.Read(format, Generated.Bytes(text));
                file.Errors.ShouldBeEmpty(text);
                ShouldEqual(file.Entries, entries, text);
            }
        }));

    [Fact]
    public void Numbers_keep_their_digits_and_members_stand_in_order()
    {
        var entries = new FileEntry[] { Entry("n", "1.10e+05"), Entry("m", """{"b":[1.0,100000000000000000000.5],"a":{"z":null,"y":true}}""") };

        ConfigFiles.Write(ConfigFormat.Yaml, entries).ShouldBe("m: {\"a\": {\"y\": true, \"z\": null}, \"b\": [1.0, 100000000000000000000.5]}\nn: 1.10e+05\n");
        ConfigFiles.Write(ConfigFormat.Env, entries).ShouldBe("m='{\"a\":{\"y\":true,\"z\":null},\"b\":[1.0,100000000000000000000.5]}' # json\nn=1.10e+05\n");
        ConfigFiles.Write(ConfigFormat.Json, entries).ShouldBe(
            """
            {
              "m": {
                "a": {
                  "y": true,
                  "z": null
                },
                "b": [
                  1.0,
                  100000000000000000000.5
                ]
              },
              "n": 1.10e+05
            }

            """.ReplaceLineEndings("\n"));
        foreach (var format in Formats)
            ConfigFiles.Read(format, Generated.Bytes(ConfigFiles.Write(format, entries))).Entries.Single(e => e.Key == "n").Value.GetRawText().ShouldBe("1.10e+05");
    }

    [Fact]
    public void An_encrypted_entry_stands_without_its_value()
    {
        FileEntry[] entries = [new("db.password", JsonElement.Parse("\"never written\""), true, 0)];
        ConfigFiles.Write(ConfigFormat.Json, entries).ShouldBe("{\n  \"db.password\": {\"$encrypted\": true}\n}\n");
        ConfigFiles.Write(ConfigFormat.Yaml, entries).ShouldBe("db.password: !encrypted\n");
        ConfigFiles.Write(ConfigFormat.Env, entries).ShouldBe("db__password=!encrypted\n");
    }

    [Fact]
    public void A_member_with_a_very_long_name_is_read_again()
    {
        FileEntry[] entries = [Entry("a", $$"""{"{{new string('n', 5000)}}": [1], "b": 2}""")];
        foreach (var format in Formats)
        {
            var text = ConfigFiles.Write(format, entries);
            ShouldEqual(ConfigFiles.Read(format, Generated.Bytes(text)).Entries, entries, format.ToString());
        }
    }

    [Fact]
    public void A_value_as_deep_as_allowed_is_read_again_and_no_deeper_one()
    {
        foreach (var format in Formats)
        {
            var deepest = Entry("a", new string('[', ConfigValues.MaxDepth) + new string(']', ConfigValues.MaxDepth));
            ShouldEqual(ConfigFiles.Read(format, Generated.Bytes(ConfigFiles.Write(format, [deepest]))).Entries, [deepest], "");
            foreach (var more in (int[])[1, 4, 5, 30])
            {
                var deeper = Entry("a", new string('[', ConfigValues.MaxDepth + more) + new string(']', ConfigValues.MaxDepth + more));
                var file = ConfigFiles.Read(format, Generated.Bytes(ConfigFiles.Write(format, [deeper])));
                file.Entries.ShouldBeEmpty();
                file.Errors.ShouldHaveSingleItem().ShouldSatisfyAllConditions(error => error.Line.ShouldBeInRange(1, 200), error => error.Key.ShouldBe("a"));
            }
        }
    }

    [Fact]
    public void No_bytes_and_no_damage_to_a_good_file_make_reading_fail()
    {
        var damage = from at in Gen.Choose(0, 10_000) from kind in Gen.Choose(0, 3) from with in Gen.Choose(0, 255) select (at, kind, (byte)with);
        var cases = from entries in Generated.Entries from format in Gen.Elements(Formats) from damages in Gen.ListOf(damage) select (entries, format, damages);
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(1500), Prop.ForAll(Arb.From(cases), one =>
        {
            var bytes = Generated.Bytes(ConfigFiles.Write(one.format, one.entries)).ToList();
            foreach (var (at, kind, with) in one.damages)
            {
                var place = at % (bytes.Count + 1);
                if (kind == 0 || place == bytes.Count) bytes.Insert(place, with);
                else if (kind == 1) bytes[place] = with;
                else if (kind == 2) bytes.RemoveAt(place);
                else bytes.InsertRange(place, bytes[place..Math.Min(bytes.Count, place + with)]);
            }
            foreach (var format in Formats) ShouldBeSound(ConfigFiles.Read(format, bytes.ToArray()), LinesOf(Encoding.UTF8.GetString(bytes.ToArray())));
        }));
    }

    [Fact]
    public void Arbitrary_pieces_of_syntax_never_make_reading_fail()
    {
        var piece = Gen.OneOf(Generated.Text, Generated.Key, Gen.Elements("\n", "\n ", "\n  ", ": ", "=", "{", "}", "[", "]", ",", "\"", "'", "- ", "? ", "\\", "\\ud83d", "\\u0000"),
            Gen.Choose(0, 255).Select(c => ((char)c).ToString()));
        var files = from count in Gen.Choose(0, 40) from pieces in Gen.ArrayOf(piece, count) select string.Concat(pieces);
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(1500), Prop.ForAll(Arb.From(files), text =>
        {
            foreach (var format in Formats) ShouldBeSound(ConfigFiles.Read(format, Generated.Bytes(text)), LinesOf(text));
        }));
    }

    [Fact]
    public void A_large_hostile_file_is_read_in_time_that_grows_no_faster_than_it()
    {
        string[] pieces =
        [
            "[", "{", "{a: ", "[{", "- ", "? ", ": ", "a: ", "a: \n", "a:\n ", " ", "\t", "\n", "&a ", "*a ", "!a ", "!", "%a\n", "---\n", "...\n", "'", "\"", "#", "# \n", "|", "|\n ", ">\n\n",
            "\\", "\"\\", "a: \"\\n", "\"\": ", "a=\n", "a=\"", "a='\n", "a=[", "export ", "a=1 # ", "=", "<<: ", ",", "[,", "a,", "{\"a\":", "[1,", "\"a\":1,", "1", "0x1", "a: [", "a: {", "a: '", "é",
            "${", "}", "a.", "a: 0x", "a: 1\nb: 2\n", "\r", "\u2028",
        ];
        const int size = 100_000;
        foreach (var piece in pieces)
        {
            foreach (var start in (string[])["", "{\"a\":", "a: ", "a=", "a: \"", "a=\"", "a: [", "a:\n  - "])
            {
                var bytes = Generated.Bytes(start + string.Concat(Enumerable.Repeat(piece, size / piece.Length)));
                var clock = Stopwatch.StartNew();
                foreach (var format in Formats) ShouldBeSound(ConfigFiles.Read(format, bytes), size + 2);
                clock.Elapsed.ShouldBeLessThan(TimeSpan.FromSeconds(10), $"{start}{piece}{piece}…"); // some milliseconds on a quiet machine; minutes if it were quadratic
            }
        }
    }

    [Fact]
    public void There_is_an_end_to_entries_and_errors()
    {
        foreach (var format in Formats)
        {
            var many = Enumerable.Range(0, ConfigFiles.MaxEntries).Select(i => Entry($"k{i}", "1")).ToList();
            ConfigFiles.Read(format, Generated.Bytes(ConfigFiles.Write(format, many))).ShouldSatisfyAllConditions(
                file => file.Errors.ShouldBeEmpty(), file => file.Entries.Count.ShouldBe(ConfigFiles.MaxEntries));
            var tooMany = ConfigFiles.Read(format, Generated.Bytes(ConfigFiles.Write(format, many.Append(Entry("z", "1")))));
            tooMany.Errors.ShouldHaveSingleItem().Message.ShouldContain("10000");

            var wrong = ConfigFiles.Write(format, many).Replace("k", "k k");
            ConfigFiles.Read(format, Generated.Bytes(wrong)).Errors.Count.ShouldBe(ConfigFiles.MaxErrors);
        }
    }

    [Fact]
    public void Bytes_that_are_no_text_are_refused_with_their_line()
    {
        foreach (var format in Formats)
        {
            ConfigFiles.Read(format, [(byte)'#', (byte)'\n', (byte)'a', 0xC3, (byte)'\n']).Errors.ShouldHaveSingleItem().Line.ShouldBe(2);
            ConfigFiles.Read(format, "# \n\na: \0"u8).Errors.ShouldHaveSingleItem().Line.ShouldBe(3);
        }
    }

    internal static FileEntry Entry(string key, string json) => new(key, JsonElement.Parse(json), false, 0);

    internal static void ShouldEqual(IReadOnlyList<FileEntry> found, IReadOnlyList<FileEntry> expected, string text)
    {
        found.Select(entry => (entry.Key, entry.IsEncrypted)).ShouldBe(expected.Select(entry => (entry.Key, entry.IsEncrypted)), text);
        foreach (var (one, other) in found.Zip(expected))
            (one.IsEncrypted || JsonElement.DeepEquals(one.Value, other.Value)).ShouldBeTrue($"{one.Key}: {one.Value.GetRawText()} and {other.Value.GetRawText()} in {text}");
    }

    /// <summary>As many as whatever may count as a break makes, and the one after the end.</summary>
    static int LinesOf(string text) => text.Count(c => c is '\n' or '\r' or '\u0085' or '\u2028' or '\u2029') + 2;

    static void ShouldBeSound(ConfigFile file, int lines)
    {
        file.Errors.Count.ShouldBeLessThanOrEqualTo(ConfigFiles.MaxErrors);
        file.Errors.ShouldAllBe(error => error.Line >= 1 && error.Line <= lines && (error.Key == null || ConfigKeys.IsKey(error.Key)));
        file.Entries.ShouldAllBe(entry => ConfigKeys.IsKey(entry.Key) && entry.Line >= 1);
        file.Entries.Select(entry => entry.Key).ShouldBeUnique();
        foreach (var entry in file.Entries) Encoding.UTF8.GetByteCount(entry.Value.GetRawText());
    }
}

using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Consilium.Modules.Settings;
using FsCheck;
using FsCheck.Fluent;

namespace Consilium.Tests.Modules.Settings;

public sealed partial class ReferencesTests
{
    [Theory]
    [InlineData("\"${b}\"", "{\"x\":[1.50,null]}")]
    [InlineData("[\"${b}\"]", "[{\"x\":[1.50,null]}]")]
    [InlineData("{\"${b}\":\"${c}\"}", "{\"${b}\":\"text\"}")]
    [InlineData("\"a ${c} b ${n}${t}\"", "\"a text b 1e5true\"")]
    [InlineData("\"${c}${c}\"", "\"texttext\"")]
    [InlineData("\"$${c} $$${c} $ $c $}{\"", "\"${c} $${c} $ $c $}{\"")]
    [InlineData("\"$${\"", "\"${\"")]
    [InlineData("\"${n}\"", "1e5")]
    [InlineData("\"${to-n}\"", "1e5")]
    [InlineData("\"is ${to-n}\"", "\"is 1e5\"")]
    [InlineData("\"${nothing}\"", "null")]
    [InlineData("\"${secret}\"", "\"********\"")]
    [InlineData("\"u:${secret}@h\"", "\"u:********@h\"")]
    [InlineData("\"${escaped}\"", "\"${c}\"")]
    [InlineData("\"😀\\u2028 ${c}\"", "\"😀\\u2028 text\"")]
    public void Resolves(string value, string becomes)
    {
        var resolved = References.Resolve("a", JsonElement.Parse(value), Lookup);
        resolved.Error.ShouldBeNull();
        JsonElement.DeepEquals(resolved.Value!.Value, JsonElement.Parse(becomes)).ShouldBeTrue(resolved.Value.Value.GetRawText());
        resolved.Value.Value.GetRawText().Contains("1e5").ShouldBe(becomes.Contains("1e5"));
    }

    [Theory]
    [InlineData("\"${none.such}\"", "a refers to ${none.such}")]
    [InlineData("\"x ${b}\"", "b is no text")]
    [InlineData("\"x ${nothing}\"", "nothing is no text")]
    [InlineData("\"${a}\"", "a -> a")]
    [InlineData("[\"x ${back}\"]", "a -> back -> a")]
    [InlineData("\"${\"", "a has a text")]
    public void Tells_why_it_cannot(string value, string error)
    {
        var resolved = References.Resolve("a", JsonElement.Parse(value), Lookup);
        resolved.Value.ShouldBeNull();
        resolved.Error.ShouldNotBeNull().ShouldContain(error);
    }

    static LookedUp? Lookup(string key) => key switch
    {
        "a" or "back" => Found("\"${a}\""),
        "b" => Found("{\"x\":[1.50,null]}"),
        "c" => Found("\"text\""),
        "n" => Found("1e5"),
        "t" => Found("true"),
        "to-n" => Found("\"${n}\""),
        "nothing" => Found("null"),
        "escaped" => Found("\"$${c}\""),
        "secret" => new LookedUp(null),
        _ => null,
    };

    [Theory]
    [InlineData("\"${\"")]
    [InlineData("\"${}\"")]
    [InlineData("\"${a\"")]
    [InlineData("\"${a b}\"")]
    [InlineData("\"${ a }\"")]
    [InlineData("\"${a}${\"")]
    [InlineData("{\"x\":[1,\"${.a}\"]}")]
    public void Half_a_reference_is_a_fault(string value) => References.Fault(JsonElement.Parse(value)).ShouldNotBeNull();

    [Theory]
    [InlineData("\"$ { } $a {a} $$\"")]
    [InlineData("\"$${\"")]
    [InlineData("\"$${a b}\"")]
    [InlineData("{\"${\":1}")]
    [InlineData("\"${a.b-c_d}\"")]
    public void Whatever_else_is_none(string value) => References.Fault(JsonElement.Parse(value)).ShouldBeNull();

    [Fact]
    public void Keys_are_found_at_any_depth_and_once() =>
        References.In(JsonElement.Parse("""{"${no}":["x ${b} ${a.c}",{"y":"${a.c}"},1,null,"$${no}","${d}"]}""")).ShouldBe(["b", "a.c", "d"]);

    [Fact]
    public void A_few_entries_that_multiply_are_stopped_by_the_bounds()
    {
        LookedUp? Laughs(string key) => key switch
        {
            "lol0" => Found("\"lol lol lol lol lol lol lol lol lol lol\""),
            _ when int.Parse(key[3..]) is var n => Found(JsonSerializer.Serialize(string.Concat(Enumerable.Repeat($"${{lol{n - 1}}}", 10)))),
            _ => null,
        };
        Error("lol9", Laughs).ShouldContain("1000 references");
        Error("lol31", key => Found($"[\"${{lol{int.Parse(key[3..]) - 1}}}\",\"${{lol{int.Parse(key[3..]) - 1}}}\"]")).ShouldNotBeNull();

        Error("k0", key => Found($"\"${{k{int.Parse(key[1..]) + 1}}}\"")).ShouldContain("32 references");
        Error("k0", key => Found($"[\"${{k{int.Parse(key[1..]) + 1}}}\"]")).ShouldContain("deeper than 28");
        var large = JsonSerializer.Serialize(new string('x', 200_000));
        Error("a", key => Found(key == "a" ? "\"${large}${large}\"" : large)).ShouldContain("256 KB");
        Error("a", key => Found(key == "a" ? "[\"${large}\",\"${large}\"]" : large)).ShouldContain("256 KB");
        References.Resolve("a", JsonElement.Parse("\"${large}!\""), _ => Found(large)).Error.ShouldBeNull();
    }

    [Fact]
    public void The_longest_chain_is_still_followed()
    {
        static LookedUp? Chain(string key) => Found(key == "k32" ? "\"the end\"" : $"\"${{k{int.Parse(key[1..]) + 1}}}\"");
        References.Resolve("k0", Chain("k0")!.Value.Value!.Value, Chain).Value!.Value.GetString().ShouldBe("the end");
    }

    [Fact]
    public void A_hundred_thousand_half_references_are_read_at_once()
    {
        var text = JsonElement.Parse(JsonSerializer.Serialize(string.Concat(Enumerable.Repeat("$${a", 100_000)) + "${b}"));
        References.In(text).ShouldBe(["b"]);
        References.Fault(JsonElement.Parse(JsonSerializer.Serialize(new string('$', 200_000) + "{"))).ShouldBeNull();
    }

    [Fact]
    public void Whatever_refers_to_whatever_is_resolved_as_a_plain_reader_would()
    {
        string[] keys = ["a", "b", "c", "d.e", "s"];
        var piece = Gen.Frequency((3, Gen.Elements(keys).Select(key => $"${{{key}}}")), (1, Gen.Elements("$${a}", "x", "$", " é\"", "${none}", "$$$${b}")));
        var text = from count in Gen.Choose(0, 3) from parts in Gen.ArrayOf(piece, count) select JsonSerializer.Serialize(string.Concat(parts));
        var scalar = Gen.Frequency((4, text), (2, Gen.Elements("1.50", "true", "null", "\"word\"", "\"${s}\"")));
        var value = Gen.Frequency((4, scalar), (1, scalar.Select(inner => $"[{inner},1]")), (1, scalar.Select(inner => $"{{\"${{a}}\":{inner}}}")));
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(1000), Prop.ForAll(Arb.From(Gen.ArrayOf(value, 4)), values =>
        {
            var entries = keys.Take(4).Zip(values).ToDictionary(pair => pair.First, pair => pair.Second);
            foreach (var (key, json) in entries)
            {
                var expected = new PlainReader(entries).Resolve(key);
                var resolved = References.Resolve(key, JsonElement.Parse(json), k => k == "s" ? new LookedUp(null) : entries.TryGetValue(k, out var found) ? Found(found) : null);

                (resolved.Error is null).ShouldBe(expected is not null, resolved.Error ?? expected?.ToJsonString());
                if (expected is not null) JsonElement.DeepEquals(resolved.Value!.Value, JsonElement.Parse(expected.ToJsonString())[0]).ShouldBeTrue();
            }
        }));
    }

    [Fact]
    public void Cycles_are_found_wherever_there_is_one_and_nowhere_else()
    {
        var graphs = Gen.ArrayOf(Gen.Choose(0, 3).SelectMany(count => Gen.ArrayOf(Gen.Choose(0, 9), count)), 8);
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(500), Prop.ForAll(Arb.From(graphs), graph =>
        {
            IEnumerable<string> Next(string key) => int.Parse(key) < graph.Length ? graph[int.Parse(key)].Select(n => n.ToString()) : [];
            // Reachable from itself, by as many rounds as there are keys.
            bool Returns(int key)
            {
                var reached = Next(key.ToString()).ToHashSet();
                for (var round = 0; round < 10; round++) reached.UnionWith(reached.SelectMany(Next).ToList());
                return reached.Contains(key.ToString());
            }

            var cycle = References.FindCycle(Next, Enumerable.Range(0, 8).Select(n => n.ToString()));

            (cycle is not null).ShouldBe(Enumerable.Range(0, 8).Any(Returns));
            if (cycle is null) return;
            cycle.Count.ShouldBeGreaterThan(1);
            cycle[0].ShouldBe(cycle[^1]);
            cycle.Skip(1).ShouldBeUnique();
            foreach (var (from, to) in cycle.Zip(cycle.Skip(1))) Next(from).ShouldContain(to);
        }));
    }

    [Fact]
    public void A_very_long_chain_has_no_cycle() =>
        References.FindCycle(key => int.Parse(key) < 100_000 ? [$"{int.Parse(key) + 1}"] : [], ["0", "50000"]).ShouldBeNull();

    [Fact]
    public void A_cycle_that_cannot_be_reached_is_not_looked_for() =>
        References.FindCycle(key => key == "a" ? ["b"] : key == "c" ? ["c"] : [], ["a"]).ShouldBeNull();

    static LookedUp? Found(string json) => new LookedUp(JsonElement.Parse(json));

    static string Error(string key, Func<string, LookedUp?> lookup) => References.Resolve(key, lookup(key)!.Value.Value!.Value, lookup).Error.ShouldNotBeNull();

    /// <summary>Replaces references in trees by a pattern; the result stands in an array, and null is none where anything is wrong.</summary>
    sealed partial class PlainReader(Dictionary<string, string> entries)
    {
        sealed class Wrong : Exception;

        public JsonArray? Resolve(string key)
        {
            try
            {
                return new JsonArray(Value(key, []));
            }
            catch (Wrong)
            {
                return null;
            }
        }

        JsonNode? Value(string key, string[] above)
        {
            if (key == "s") return "********";
            if (above.Contains(key) || !entries.TryGetValue(key, out var json)) throw new Wrong();
            return Of(JsonNode.Parse(json), [.. above, key]);
        }

        JsonNode? Of(JsonNode? node, string[] above) => node switch
        {
            JsonArray array => new JsonArray([.. array.Select(inner => Of(inner, above))]),
            JsonObject members => new JsonObject(members.Select(member => KeyValuePair.Create(member.Key, Of(member.Value, above)))),
            JsonValue text when text.GetValueKind() == JsonValueKind.String => Text(text.GetValue<string>(), above),
            _ => node?.DeepClone(),
        };

        JsonNode? Text(string text, string[] above)
        {
            if (Whole().Match(text) is { Success: true } whole) return Value(whole.Groups["key"].Value, above);
            return Anywhere().Replace(text, match =>
            {
                if (match.Value == "$${") return "${";
                var inner = Value(match.Groups["key"].Value, above);
                if (inner is not JsonValue) throw new Wrong();
                return inner.GetValueKind() == JsonValueKind.String ? inner.GetValue<string>() : inner.ToJsonString();
            });
        }

        [GeneratedRegex(@"^\$\{(?<key>[^}]+)\}$", RegexOptions.None, 1000)]
        private static partial Regex Whole();

        [GeneratedRegex(@"\$\$\{|\$\{(?<key>[^}]+)\}", RegexOptions.None, 1000)]
        private static partial Regex Anywhere();
    }
}

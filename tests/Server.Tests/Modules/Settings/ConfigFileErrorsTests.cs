using Consilium.Modules.Settings;

namespace Consilium.Tests.Modules.Settings;

/// <summary>Whoever wrote a wrong file is told the line and what to do, and never a value.</summary>
public sealed class ConfigFileErrorsTests
{
    const string Secret = "s3cr3t";

    [Theory]
    [InlineData("a: 1\n\nb: &x s3cr3t", 3, "b", "Anchors")]
    [InlineData("a: 1\nb: *x", 2, "b", "Aliases")]
    [InlineData("a: !!str s3cr3t", 1, "a", "Tags")]
    [InlineData("a: !encrypted s3cr3t", 1, "a", "Tags")]
    [InlineData("a: !encrypted \"\"", 1, "a", "Tags")]
    [InlineData("a:\n - 1\n - !encrypted", 3, "a", "Tags")]
    [InlineData("a: !!map {b: 1}", 1, "a", "Tags")]
    [InlineData("!!map\na: 1", 1, null, "Tags")]
    [InlineData("a: 1\n--- \nb: 2", 2, null, "second document")]
    [InlineData("a: 1\nb: 2\na: 3", 3, "a", "twice")]
    [InlineData("a.b: 1\na:\n  b: s3cr3t", 3, "a.b", "line 1")]
    [InlineData("a:\n  b: 1\n\na:\n  c: 1", 4, "a", "twice")]
    [InlineData("a: {b: 1,\n b: 2}", 2, "a", "twice")]
    [InlineData("a:\n- b: 1\n  b: 2", 3, "a", "twice")]
    [InlineData("? [s3cr3t]\n: 1", 1, null, "word")]
    [InlineData("a: 1\nb: \"\\ud83d\\S s3cr3t\"", 2, null, "not valid YAML")]
    [InlineData("b: \"\\ud83d\\u0041\"", 1, null, "not valid YAML")]
    [InlineData("? {s3cr3t: 1}\n: 1", 1, null, "word")]
    [InlineData("a:\n  <<: {b: 1}", 2, null, "Merge")]
    [InlineData("a: {<<: {b: 1}}", 1, "a", "Merge")]
    [InlineData("a: 1\ns3cr3t key: 1", 2, null, "at most 200")]
    [InlineData("a:\n  b__c: 1", 2, null, "at most 200")]
    [InlineData("a: .inf", 1, "a", "infinite")]
    [InlineData("a:\n  - -.INF", 2, "a", "infinite")]
    [InlineData("a: .nan", 1, "a", "not a number")]
    [InlineData("a: 1e999", 1, "a", "too large")]
    [InlineData("a: 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF", 1, "a", "too long")]
    [InlineData("a: \"\\0\"", 1, "a", "U+0000")]
    [InlineData("a: \"\\ud83d\"", 1, null, "")]
    [InlineData("- s3cr3t", 1, null, "keys with their values")]
    [InlineData("s3cr3t", 1, null, "keys with their values")]
    [InlineData("a: 1\nb: \"s3cr3t\nc: 2\n", 2, null, "not valid YAML")]
    [InlineData("a: 1\n b: s3cr3t", 2, null, "not valid YAML")]
    [InlineData("a: {\"$encrypted\": true}", 1, "a", "!encrypted")]
    public void Yaml(string text, int line, string? key, string message) => Refused(ConfigFormat.Yaml, text, line, key, message);

    [Theory]
    [InlineData("", 1, null, "not valid JSON")]
    [InlineData("[1]", 1, null, "one JSON object")]
    [InlineData("{\"a\": 1,\n\"b\": s3cr3t}", 2, null, "not valid JSON")]
    [InlineData("{\"a\": 1,\n}", 2, null, "not valid JSON")]
    [InlineData("{\"a\": 1}\n\n{}", 3, null, "not valid JSON")]
    [InlineData("{\"a\": 1,\n\n\"a\": \"s3cr3t\"}", 3, "a", "line 1")]
    [InlineData("{\"a\":\n{\"x\": 1,\n\"x\": \"s3cr3t\"}}", 3, "a", "twice")]
    [InlineData("{\n\"a\":\n\"s3cr3t\\u0000\"}", 3, "a", "U+0000")]
    [InlineData("{\n\"a\":[\n\"\\ud83d\"]}", 3, "a", "surrogate")]
    [InlineData("{\"a\":\n1e999}", 2, "a", "too large")]
    [InlineData("{\"s3cr3t key\": 1}", 1, null, "at most 200")]
    [InlineData("{\"\\ud83d\": 1}", 1, null, "at most 200")]
    [InlineData("{\"\\u0000\": 1}", 1, null, "at most 200")]
    public void Json(string text, int line, string? key, string message) => Refused(ConfigFormat.Json, text, line, key, message);

    [Theory]
    [InlineData("A=1\ns3cr3t", 2, null, "KEY=value")]
    [InlineData("A=1\nA=s3cr3t", 2, "A", "line 1")]
    [InlineData("a__b=1\n\na.b=s3cr3t", 3, "a.b", "line 1")]
    [InlineData("s3cr3t key=1", 1, null, "at most 200")]
    [InlineData("=1", 1, null, "at most 200")]
    [InlineData("A___B=1", 1, null, "at most 200")]
    [InlineData("A=1\nB=\"s3cr3t\nC=1", 2, "B", "never closed")]
    [InlineData("A=1\nB='s3cr3t", 2, "B", "never closed")]
    [InlineData("B=\"\n\\s3cr3t\"", 2, "B", "double the backslash")]
    [InlineData("B=\"a\" s3cr3t", 1, "B", "closing quote")]
    [InlineData("B=\"a\"#s3cr3t", 1, "B", "closing quote")]
    [InlineData("B=\"\n\\u0000\"", 2, "B", "U+0000")]
    [InlineData("B=\"\\ud83d\"", 1, "B", "surrogate")]
    [InlineData("A=1e999", 1, "A", "too large")]
    [InlineData("A=1\nB={\"a\":1,\"a\":2}", 2, "B", "twice")]
    public void Env(string text, int line, string? key, string message) => Refused(ConfigFormat.Env, text, line, key, message);

    [Fact]
    public void All_errors_are_told_in_the_order_of_their_lines() =>
        ConfigFiles.Read(ConfigFormat.Yaml, Generated.Bytes("a b: 1\nc: .inf\nd: [&x 1,\n *x]\ne: 5\ne: 6")).ShouldSatisfyAllConditions(
            file => file.Errors.Select(error => error.Line).ShouldBe([1, 2, 3, 4, 6]),
            file => file.Entries.ShouldHaveSingleItem().Line.ShouldBe(5));

    static void Refused(ConfigFormat format, string text, int line, string? key, string message)
    {
        var error = ConfigFiles.Read(format, Generated.Bytes(text)).Errors.ShouldHaveSingleItem();
        (error.Line, error.Key).ShouldBe((line, key));
        error.Message.ShouldContain(message);
        error.Message.ShouldNotContain(Secret);
    }
}

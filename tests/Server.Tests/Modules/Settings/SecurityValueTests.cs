using System.Security.Cryptography;
using System.Text.RegularExpressions;
using Consilium.Modules.Settings;
using Consilium.Tests.Modules.Cases;
using Consilium.Tests.Platform.Secrets;

namespace Consilium.Tests.Modules.Settings;

/// <summary>A server whose limit on opened secrets is out of the way.</summary>
public sealed class SecurityServer : CaseServer
{
    protected override IReadOnlyDictionary<string, string?> Settings { get; init; } =
        new Dictionary<string, string?>(QuickPasswords, StringComparer.Ordinal) { ["Security:OpensPerMinute"] = "0" };
}

public sealed partial class SecurityValueTests(SecurityServer server) : IClassFixture<SecurityServer>
{
    const string Root = SecurityCalls.Root;

    [Theory]
    [InlineData("\"four plain words\"")]
    [InlineData("\"Größe \\uD83D\\uDD58 語 \\\" \\\\ </script>\"")]
    [InlineData("12345678901234567890.10")]
    [InlineData("1.50E+2")]
    [InlineData("false")]
    [InlineData("\"\"")]
    [InlineData("[1,[],{}]")]
    [InlineData("{\"b\":1,\"a\":{\"B\":null,\"c\":[null]}}")]
    public async Task Any_value_comes_back_as_it_was(string json)
    {
        var answer = await server.Admin.PostJsonAsync($"{Root}/encrypt", $$"""{ "value": {{json}} }""");
        var encrypted = (await answer.ShouldAnswerAsync(200)).Text("encrypted_value")!;
        var opened = await server.Admin.TryDecryptAsync(encrypted);

        (await opened.ShouldAnswerAsync(200)).GetProperty("value").GetRawText().ShouldBe(json);
        answer.Headers.CacheControl!.NoStore.ShouldBeTrue();
        opened.Headers.CacheControl!.NoStore.ShouldBeTrue();
    }

    [Fact]
    public async Task Equal_values_are_never_encrypted_alike_and_the_answer_names_the_active_key()
    {
        var first = await (await server.Admin.PostJsonAsync($"{Root}/encrypt", new { value = "x" })).ShouldAnswerAsync(200);

        (await server.Admin.EncryptAsync("x")).ShouldNotBe(first.Text("encrypted_value"));
        first.Id("key_id").ShouldBe((await server.Admin.KeysAsync())[0].Id());
        Convert.ToBase64String(Convert.FromBase64String(first.Text("encrypted_value")!)).ShouldBe(first.Text("encrypted_value"));
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("{\"value\":null}")]
    public async Task A_value_is_needed(string body) => await (await server.Admin.PostJsonAsync($"{Root}/encrypt", body)).ShouldRefuseFieldsAsync("value");

    [Fact]
    public async Task A_value_has_at_most_64_KB()
    {
        await server.Admin.EncryptAsync(new string('x', 64 * 1024 - 2)); // and its quotes
        await (await server.Admin.PostJsonAsync($"{Root}/encrypt", new { value = new string('x', 64 * 1024 - 1) })).ShouldRefuseFieldsAsync("value");
    }

    [Fact]
    public async Task A_thousand_turned_bits_have_one_answer()
    {
        var whole = Convert.FromBase64String(await server.Admin.EncryptAsync(new string('x', 120)));
        var bits = Enumerable.Range(0, whole.Length * 8).OrderBy(_ => RandomNumberGenerator.GetInt32(int.MaxValue)).Take(1000).ToList();
        bits.Count.ShouldBe(1000);
        var answers = new HashSet<string>(StringComparer.Ordinal);

        foreach (var some in bits.Chunk(8))
            foreach (var answer in await Task.WhenAll(some.Select(bit => RefusalAsync(Turned(whole, bit)))))
                answers.Add(answer);

        answers.ShouldHaveSingleItem();
    }

    [Fact]
    public async Task Whatever_is_wrong_has_the_same_answer()
    {
        var good = await server.Admin.EncryptAsync("any value");
        var bytes = Convert.FromBase64String(good);
        var ofAnotherPurpose = SealedText.Write(await server.SealAsync("\"x\"", "another purpose"));
        var ofNobody = SealedText.Write(new(Guid.CreateVersion7(), bytes[17..]));
        var wrong = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["turned"] = Turned(bytes, 200), ["cut"] = Convert.ToBase64String(bytes[..^1]), ["longer"] = Convert.ToBase64String([.. bytes, 0]), ["empty"] = "",
            ["only the head"] = Convert.ToBase64String(bytes[..17]), ["white space"] = " " + good, ["a line end"] = good + "\n", ["a line end inside"] = good.Insert(40, "\r\n"),
            ["words"] = "not base64 at all", ["another purpose"] = ofAnotherPurpose, ["another key"] = ofNobody, ["a letter too many"] = good + "A",
        };
        // Padding and left-over bits exist at some lengths alone.
        var padded = await PaddedAsync();
        wrong["no padding"] = padded.TrimEnd('=');
        wrong["double padding"] = padded + "=";
        wrong["left-over bits"] = padded[..^2] + (char)(padded[^2] + 1) + "=";
        wrong["the alphabet of URLs"] = (await WithSignsAsync()).Replace('+', '-').Replace('/', '_');

        var expected = await RefusalAsync("AAAA");
        foreach (var (name, text) in wrong) (await RefusalAsync(text)).ShouldBe(expected, name);
    }

    [Fact]
    public async Task Who_may_encrypt_and_decrypt()
    {
        var encrypted = await server.Admin.EncryptAsync("x");
        foreach (var other in (Client[])[server.Owner, server.Staff, server.Doctor])
        {
            await (await other.PostJsonAsync($"{Root}/encrypt", new { value = "x" })).ShouldBeProblemAsync(403, "forbidden");
            await (await other.TryDecryptAsync(encrypted)).ShouldBeProblemAsync(403, "forbidden");
        }
        using var program = await server.KeyAsync("security:use");
        using var manager = await server.KeyAsync("security:manage");
        (await program.DecryptAsync(await program.EncryptAsync("by a program"))).GetString().ShouldBe("by a program");
        await (await manager.TryDecryptAsync(encrypted)).ShouldBeProblemAsync(403, "forbidden");
        await (await program.GetAsync($"{Root}/keys")).ShouldBeProblemAsync(403, "forbidden");
    }

    [Fact]
    public async Task Each_opening_is_audited_with_its_reason_and_its_outcome_and_nothing_of_the_value()
    {
        using var program = await server.KeyAsync("security:use");
        var reason = $"why {Guid.CreateVersion7()}";
        var encrypted = await program.EncryptAsync("words to hide");

        await (await program.TryDecryptAsync(encrypted, reason)).ShouldAnswerAsync(200);
        await (await program.TryDecryptAsync(encrypted[..^8], $"  {reason} ")).ShouldAnswerAsync(400);

        (await server.Database.ColumnAsync<string>("SELECT action || ' ' || outcome || ' ' || actor_role FROM audit.entries WHERE reason = $1 ORDER BY id", reason))
            .ShouldBe(["security.decrypt ok assistant", "security.decrypt failed assistant"]);
        (await server.Database.ScalarAsync<long>("SELECT count(*) FROM audit.entries e WHERE e::text LIKE '%words to hide%' OR e::text LIKE '%' || $1 || '%'", encrypted[..40]))
            .ShouldBe(0);
        await (await program.TryDecryptAsync(encrypted, new string('x', 501))).ShouldRefuseFieldsAsync("reason");
    }

    [Fact]
    public async Task What_a_retired_key_has_encrypted_still_opens()
    {
        var encrypted = await server.Admin.EncryptAsync("from before");
        var old = (await server.Admin.KeysAsync())[0].Id();

        await (await server.Admin.PostJsonAsync($"{Root}/keys/rotate", body: null)).ShouldAnswerAsync(201);
        await Accounts.Eventually.BecomesAsync("retired", () => server.Database.KeyStatusAsync(old));

        (await server.Admin.DecryptAsync(encrypted)).GetString().ShouldBe("from before");
    }

    /// <summary>The whole answer but for its trace.</summary>
    async Task<string> RefusalAsync(string encrypted)
    {
        using var answer = await server.Admin.TryDecryptAsync(encrypted);
        await answer.ShouldBeProblemAsync(400, "cannot_decrypt");
        return Trace().Replace(await answer.Content.ReadAsStringAsync(), "") + answer.Headers.CacheControl + answer.Content.Headers;
    }

    static string Turned(byte[] whole, int bit)
    {
        var changed = whole.ToArray();
        changed[bit / 8] ^= (byte)(1 << (bit % 8));
        return Convert.ToBase64String(changed);
    }

    async Task<string> PaddedAsync()
    {
        for (var length = 1; ; length++)
            if (await server.Admin.EncryptAsync(new string('x', length)) is var text && text.EndsWith('=') && !text.EndsWith("==", StringComparison.Ordinal)) return text;
    }

    async Task<string> WithSignsAsync()
    {
        while (true)
            if (await server.Admin.EncryptAsync(new string('x', 60)) is var text && text.Contains('+', StringComparison.Ordinal)) return text;
    }

    [GeneratedRegex("\"trace_id\":\"[0-9a-f]{32}\"", RegexOptions.NonBacktracking)]
    private static partial Regex Trace();
}

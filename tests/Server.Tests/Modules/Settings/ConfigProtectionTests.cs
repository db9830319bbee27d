using System.Text;
using Consilium.Modules.Settings;
using Microsoft.Extensions.DependencyInjection;
using static Consilium.Tests.Modules.Settings.ConfigCalls;

namespace Consilium.Tests.Modules.Settings;

/// <summary>What is a secret stays one: no undoing, no file and no look into the past takes the protection away.</summary>
public sealed class ConfigProtectionTests(ConfigServer server) : IClassFixture<ConfigServer>
{
    const string Secret = "only for a few";
    const string Mask = "********";

    Client Admin => server.Admin;

    [Fact]
    public async Task A_version_from_before_comes_back_encrypted()
    {
        var key = await HiddenAsync();

        var back = await (await Admin.TryRollBackAsync(key, 1)).ShouldAnswerAsync(200);

        (back.Text("value"), back.GetProperty("is_encrypted").GetBoolean(), back.Number("version")).ShouldBe((Mask, true, 3));
        await ShouldRevealAsync(key, Secret);
        await ShouldBeKeptNowhereAsync(key);
    }

    [Fact]
    public async Task What_it_was_before_is_hidden_with_it()
    {
        var key = NewKey();
        server.Time.Advance(TimeSpan.FromMilliseconds(2));
        await Admin.CreateAsync(key, Secret);
        await Admin.PutAsync(key, $"{Secret} 2");
        server.Time.Advance(TimeSpan.FromMilliseconds(2));
        var before = Uri.EscapeDataString($"{server.Time.GetUtcNow():O}");
        server.Time.Advance(TimeSpan.FromMilliseconds(2));
        var shown = await Admin.GetAsync(PathOf(key, query: $"at={before}"));
        using var reader = await server.GrantedAsync($"config:read:{key}");

        await HideAsync(key);

        (await Admin.HistoryAsync(key)).ShouldAllBe(one => one.Text("value") == Mask && one.GetProperty("is_encrypted").GetBoolean());
        foreach (var client in (Client[])[Admin, reader])
        {
            (await client.ValueAsync(key, query: $"at={before}")).ShouldBe($"\"{Mask}\"");
            (await client.GetJsonAsync($"{Root}?prefix={key}&at={before}")).Items().ShouldHaveSingleItem().Text("value").ShouldBe(Mask);
            (await client.GetStringAsync($"{Root}/diff?from={before}&to=2199-01-01T00:00:00Z&prefix={key}")).ShouldNotContain("only");
        }
        await ShouldBeKeptNowhereAsync(key);
        // Who kept the open answer is not told that it is still what one would get.
        (await Admin.SendJsonAsync(HttpMethod.Get, PathOf(key, query: $"at={before}"), null, ("If-None-Match", shown.Headers.ETag!.Tag))).IsSuccessStatusCode.ShouldBeTrue();
        await (await Admin.TryRollBackAsync(key, 1)).ShouldAnswerAsync(200);
        await ShouldRevealAsync(key, Secret);
    }

    [Fact]
    public async Task Neither_deleting_it_nor_a_file_makes_it_open()
    {
        var (byRollback, byFile, byPost, byReplace) = (await HiddenAsync(), await HiddenAsync(), await HiddenAsync(), await HiddenAsync());
        foreach (var key in (string[])[byRollback, byFile, byPost]) await Admin.RemoveAsync(key);

        await (await Admin.TryRollBackAsync(byRollback, 1)).ShouldAnswerAsync(200);
        await (await Admin.PostJsonAsync($"{Root}/import?mode=merge&format=json", $$"""{"{{byFile}}": "{{Secret}}"}""")).ShouldAnswerAsync(200);
        await (await Admin.PostJsonAsync($"{Root}/import?mode=replace&format=json&prefix={byReplace}", $$"""{"{{byReplace}}": "{{Secret}}"}""")).ShouldAnswerAsync(200);
        (await (await Admin.PostJsonAsync(Root, new { key = byPost, value = Secret })).ShouldAnswerAsync(201)).Text("value").ShouldBe(Mask);

        foreach (var key in (string[])[byRollback, byFile, byPost, byReplace])
        {
            (await Admin.LookUpAsync(key)).Text("value").ShouldBe(Mask);
            await ShouldRevealAsync(key, Secret);
            await ShouldBeKeptNowhereAsync(key);
        }
    }

    [Fact]
    public async Task Only_who_says_so_makes_it_open_with_a_value_of_their_own()
    {
        var key = await HiddenAsync();
        await (await Admin.PutJsonAsync(PathOf(key), new { value = "harmless" })).ShouldAnswerAsync(200);
        (await Admin.LookUpAsync(key)).GetProperty("is_encrypted").GetBoolean().ShouldBeTrue();

        await (await Admin.PutJsonAsync(PathOf(key), new { value = "harmless", is_encrypted = false })).ShouldAnswerAsync(200);

        (await Admin.LookUpAsync(key)).Text("value").ShouldBe("harmless");
        (await Admin.HistoryAsync(key)).Select(one => one.Text("value")).ShouldBe(["harmless", Mask, Mask, Mask]);
        var removed = await HiddenAsync();
        await Admin.RemoveAsync(removed);
        (await (await Admin.PostJsonAsync(Root, new { key = removed, value = "harmless", is_encrypted = false })).ShouldAnswerAsync(201)).Text("value").ShouldBe("harmless");
    }

    [Fact]
    public async Task References_in_what_was_open_lead_nowhere_any_more()
    {
        var (key, other) = (NewKey(), NewKey());
        await Admin.CreateAsync(other, 1);
        await Admin.CreateAsync(key, $"${{{other}}}");
        await HideAsync(key);

        (await server.Database.ScalarAsync<long>(
            "SELECT count(*) FROM settings.versions v JOIN settings.entries e ON e.id = v.entry_id WHERE e.key = $1 AND cardinality(v.refs) > 0", key)).ShouldBe(0);
        await (await Admin.TryRollBackAsync(key, 1)).ShouldAnswerAsync(200);
        await ShouldRevealAsync(key, $"${{{other}}}");
    }

    [Fact]
    public async Task Entries_that_became_secrets_before_this_was_so_are_hidden_at_the_next_start()
    {
        var key = await HiddenAsync();
        await server.Database.ExecuteAsync("""
            UPDATE settings.versions v SET is_encrypted = false, value = '"only for a few"', sealed = NULL, data_key_id = NULL
            FROM settings.entries e WHERE e.id = v.entry_id AND e.key = $1 AND v.version = 1
            """, key);
        (await Admin.HistoryAsync(key))[1].Text("value").ShouldBe(Secret);

        await server.Services.GetServices<Consilium.Platform.Database.IStartupTask>().OfType<SealOlderHistory>().Single().RunAsync(default);

        (await Admin.HistoryAsync(key))[1].Text("value").ShouldBe(Mask);
        await ShouldBeKeptNowhereAsync(key);
        await (await Admin.TryRollBackAsync(key, 1)).ShouldAnswerAsync(200);
        await ShouldRevealAsync(key, Secret);
    }

    /// <summary>A key whose value was open and is a secret now.</summary>
    async Task<string> HiddenAsync()
    {
        var key = NewKey();
        await Admin.CreateAsync(key, Secret);
        await HideAsync(key);
        return key;
    }

    async Task HideAsync(string key) => await (await Admin.PutJsonAsync(PathOf(key), new { value = $"{Secret} now", is_encrypted = true })).ShouldAnswerAsync(200);

    async Task ShouldRevealAsync(string key, string value) => (await (await Admin.TryRevealAsync(key)).ShouldAnswerAsync(200)).Text("value").ShouldBe(value);

    async Task ShouldBeKeptNowhereAsync(string key) =>
        (await server.Database.ColumnAsync<string>("SELECT to_jsonb(v)::text FROM settings.versions v JOIN settings.entries e ON e.id = v.entry_id WHERE e.key = $1", key))
            .ShouldAllBe(row => !row.Contains("only", StringComparison.Ordinal) && !row.Contains(Convert.ToHexStringLower(Encoding.UTF8.GetBytes("only")), StringComparison.Ordinal));
}

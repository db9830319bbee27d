using Consilium.Modules.Accounts.Contracts;
using static Consilium.Tests.Modules.Settings.ConfigCalls;

namespace Consilium.Tests.Modules.Settings;

public sealed class ConfigHistoryTests(ConfigServer server) : IClassFixture<ConfigServer>
{
    Client Admin => server.Admin;

    [Fact]
    public async Task It_says_who_did_what_and_why_newest_first()
    {
        var key = NewKey();
        using var writer = await server.GrantedAsync($"config:write:{key}", $"config:read:{key}");
        await Admin.CreateAsync(key, "a", reason: " At first ");
        await (await writer.TryPutAsync(key, "b", reason: "Better")).ShouldAnswerAsync(200);
        await (await Admin.DeleteAsync(PathOf(key, query: "reason=Not+needed"))).ShouldAnswerAsync(204);
        await (await writer.TryRollBackAsync(key, 1)).ShouldAnswerAsync(200);

        var history = await Admin.HistoryAsync(key);

        history.Select(one => $"{one.Number("version")} {one.Text("action")} {one.GetProperty("value").GetRawText()} {one.Text("reason")}").ShouldBe(
            ["4 rolled_back \"a\" version 1", "3 deleted null Not needed", "2 updated \"b\" Better", "1 created \"a\" At first"]);
        history.Select(one => one.Id("actor_id")).ShouldBe([writer.UserId, Admin.UserId, writer.UserId, Admin.UserId]);
        (await server.AuditOfAsync(key)).ShouldBe(["config.created ok At first", "config.updated ok Better", "config.deleted ok Not needed", "config.rolled_back ok version 1"]);
        var first = await Admin.GetJsonAsync(PathOf(key, rest: "/history", query: "limit=3"));
        first.Items().Count.ShouldBe(3);
        var second = await Admin.GetJsonAsync(PathOf(key, rest: "/history", query: $"limit=3&cursor={first.Text("next_cursor")}"));
        second.Items().ShouldHaveSingleItem().Number("version").ShouldBe(1);
        second.Text("next_cursor").ShouldBeNull();
    }

    [Fact]
    public async Task A_program_is_named_beside_its_reason()
    {
        var key = NewKey();
        using var program = await server.KeyAsync("config:write");
        await program.CreateAsync(key, 1, reason: "Nightly");

        (await server.AuditOfAsync(key)).ShouldHaveSingleItem().ShouldStartWith("config.created ok Nightly (API key ");
        (await Admin.HistoryAsync(key))[0].Id("actor_id").ShouldBe(AssistantAccount.Id);
    }

    [Fact]
    public async Task What_can_not_come_back()
    {
        var key = NewKey();
        await Admin.CreateAsync(key, 1);
        await Admin.RemoveAsync(key);

        await (await Admin.TryRollBackAsync(key, 2)).ShouldBeProblemAsync(409, "no_value");
        foreach (var version in (int[])[3, int.MaxValue]) await (await Admin.TryRollBackAsync(key, version)).ShouldBeProblemAsync(404, "not_found");
        await (await Admin.TryRollBackAsync(key, 0)).ShouldRefuseFieldsAsync("version");
        await (await Admin.PostJsonAsync(PathOf(key, rest: "/rollback"), new { })).ShouldRefuseFieldsAsync("version");
        await (await Admin.TryRollBackAsync(NewKey(), 1)).ShouldBeProblemAsync(404, "not_found");
        await (await Admin.TryRollBackAsync(key, 1, "p/")).ShouldBeProblemAsync(404, "not_found");
    }

    [Fact]
    public async Task An_encrypted_version_comes_back_without_being_shown()
    {
        var key = NewKey();
        await Admin.CreateAsync(key, "old words", encrypted: true);
        await (await Admin.PutJsonAsync(PathOf(key), new { value = "open", is_encrypted = false })).ShouldAnswerAsync(200);

        var back = await (await Admin.TryRollBackAsync(key, 1)).ShouldAnswerAsync(200);

        back.Text("value").ShouldBe("********");
        back.GetProperty("is_encrypted").GetBoolean().ShouldBeTrue();
        (await (await Admin.TryRevealAsync(key)).ShouldAnswerAsync(200)).Text("value").ShouldBe("old words");
        (await (await Admin.TryRollBackAsync(key, 2)).ShouldAnswerAsync(200)).Text("value").ShouldBe("********");
        (await (await Admin.TryRevealAsync(key)).ShouldAnswerAsync(200)).Text("value").ShouldBe("open");
    }

    [Fact]
    public async Task The_configuration_can_be_read_as_it_was()
    {
        var key = NewKey();
        List<DateTimeOffset> times = [await TickAsync()];
        foreach (var change in (Func<Task>[])[() => Admin.CreateAsync(key, 1), () => Admin.PutAsync(key, 2), () => Admin.RemoveAsync(key), () => Admin.CreateAsync(key, 3)])
        {
            await change();
            times.Add(await TickAsync());
        }

        var seen = new List<string>();
        foreach (var at in times)
        {
            var query = $"at={Uri.EscapeDataString($"{at:O}")}";
            var one = await Admin.GetAsync(PathOf(key, query: query));
            var lists = new[] { "", "&effective=true" }.Select(more => Admin.GetJsonAsync($"{Root}?prefix={key}&{query}{more}"));
            foreach (var list in await Task.WhenAll(lists)) list.Items().Count.ShouldBe(one.IsSuccessStatusCode ? 1 : 0);
            seen.Add(one.IsSuccessStatusCode ? (await one.ShouldAnswerAsync(200)).GetProperty("value").GetRawText() : "404");
        }
        seen.ShouldBe(["404", "1", "2", "404", "3"]);
    }

    [Fact]
    public async Task A_time_says_its_offset_escaped_or_not()
    {
        var key = NewKey();
        await Admin.CreateAsync(key, 1);
        foreach (var path in (string[])[PathOf(key, query: "at="), $"{Root}?at="])
        {
            foreach (var wrong in (string[])["2199-01-01T00:00:00", "2199-01-01", "yesterday", "0001-01-01T00:00:00Z", ""])
                await (await Admin.GetAsync(path + wrong)).ShouldRefuseFieldsAsync("at");
            await (await Admin.GetAsync($"{path}2199-01-01T00:00:00+02:00")).ShouldAnswerAsync(200);
            await (await Admin.GetAsync($"{path}2199-01-01T00:00:00%2b02:00")).ShouldAnswerAsync(200);
        }
        await (await Admin.GetAsync($"{Root}/diff?from=2199-01-01T00:00:00&to=/")).ShouldRefuseFieldsAsync("from");
    }

    Task<DateTimeOffset> TickAsync()
    {
        server.Time.Advance(TimeSpan.FromMilliseconds(2));
        var at = server.Time.GetUtcNow();
        server.Time.Advance(TimeSpan.FromMilliseconds(2));
        return Task.FromResult(at);
    }
}

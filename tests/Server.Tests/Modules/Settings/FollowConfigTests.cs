using System.Text.Json;
using Consilium.Tests.Modules.Cases;
using static Consilium.Tests.Modules.Settings.ConfigCalls;

namespace Consilium.Tests.Modules.Settings;

public sealed class FollowConfigTests(ConfigServer server) : IClassFixture<ConfigServer>
{
    const string Events = $"{Root}/events";

    Client Admin => server.Admin;

    [Fact]
    public async Task It_tells_every_change_once_with_its_number_and_no_value()
    {
        var key = NewKey();
        await using var stream = await EventStream.OpenAsync(Admin, $"{Events}?prefix={key}");
        await Admin.CreateAsync(key, "a value", "p/e");
        await Admin.PutAsync(key, "a value", "p/e");
        await Admin.RemoveAsync(key, "p/e");
        await (await Admin.TryRollBackAsync(key, 1, "p/e")).ShouldAnswerAsync(200);

        var seen = new List<JsonElement>();
        for (var i = 0; i < 4; i++) seen.Add(await NextAsync(stream));

        seen.Select(one => $"{one.Text("type")} {one.Text("action")} {one.Number("version")} {one.Text("profile")}/{one.Text("environment")}").ShouldBe(
            ["config.changed created 1 p/e", "config.changed updated 2 p/e", "config.deleted deleted 3 p/e", "config.changed rolled_back 4 p/e"]);
        seen.ShouldAllBe(one => !one.GetRawText().Contains("a value", StringComparison.Ordinal));
        seen.Select(one => one.Number("seq")).ShouldBe((await Admin.HistoryAsync(key, "p/e")).Select(one => one.Number("seq")).Reverse());
        stream.LastId.ShouldBe($"{seen[^1].Number("seq")}");
    }

    [Fact]
    public async Task It_is_open_only_once_it_knows_where_now_is()
    {
        var key = NewKey();
        await using var connection = await server.Database.Source.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await using (var command = new Npgsql.NpgsqlCommand("LOCK TABLE settings.counter", connection, transaction)) await command.ExecuteNonQueryAsync();
        var opening = EventStream.OpenAsync(Admin, $"{Events}?prefix={key}");
        await Accounts.Eventually.BecomesAsync(true, () => server.Database.ScalarAsync<bool>("""
            SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted AND relation = 'settings.counter'::regclass
                AND database = (SELECT oid FROM pg_database WHERE datname = current_database()))
            """));
        using var answered = new CancellationTokenSource(TimeSpan.FromMilliseconds(200));
        await Should.ThrowAsync<OperationCanceledException>(opening.WaitAsync(answered.Token), "It has told its reader that it is open.");

        await transaction.RollbackAsync();
        await using var stream = await opening;
        await Admin.CreateAsync(key, 1);
        (await NextAsync(stream)).Text("key").ShouldBe(key);
    }

    [Fact]
    public async Task It_goes_on_after_a_number_and_narrows()
    {
        var prefix = NewKey();
        foreach (var place in (string[])["/", "p/", "p/e", "/e"]) await Admin.CreateAsync(prefix, 1, place);

        (await PlacesAsync("after=0", 4)).ShouldBe(["/", "p/", "p/e", "/e"]);
        (await PlacesAsync("after=0&profile=p", 2)).ShouldBe(["p/", "p/e"]);
        (await PlacesAsync("after=0&environment=", 2)).ShouldBe(["/", "p/"]);
        var second = (await Admin.HistoryAsync(prefix, "p/"))[0].Number("seq");
        (await PlacesAsync($"after={second}", 2)).ShouldBe(["p/e", "/e"]);
        await using var resumed = await EventStream.OpenAsync(Admin, $"{Events}?prefix={prefix}&after=0", lastEventId: $"{second}");
        (await NextAsync(resumed)).Text("environment").ShouldBe("e");
        foreach (var wrong in (string[])["after=x", "after=-1", "profile=a.b"]) await (await Admin.GetAsync($"{Events}?{wrong}")).ShouldBeProblemAsync(400, "validation_failed");

        async Task<List<string>> PlacesAsync(string query, int count)
        {
            await using var stream = await EventStream.OpenAsync(Admin, $"{Events}?prefix={prefix}&{query}");
            var places = new List<string>();
            while (places.Count < count) places.Add(await NextAsync(stream) is var one ? $"{one.Text("profile")}/{one.Text("environment")}" : "");
            return places;
        }
    }

    [Fact]
    public async Task Who_is_beyond_the_end_or_before_what_is_kept_starts_anew()
    {
        for (var i = 0; i < 3; i++) await Admin.CreateAsync(NewKey(), 1);
        var last = await server.Database.ScalarAsync<long>("SELECT last_seq FROM settings.counter");
        await using (var beyond = await EventStream.OpenAsync(Admin, $"{Events}?after={last + 1}")) await ShouldResetAsync(beyond);
        await server.Database.ExecuteAsync("UPDATE settings.counter SET purged_to = last_seq");
        await Admin.CreateAsync(NewKey(), 1);

        await using var before = await EventStream.OpenAsync(Admin, $"{Events}?after={last - 1}");
        await ShouldResetAsync(before);
        await using var at = await EventStream.OpenAsync(Admin, $"{Events}?after={last}");
        (await NextAsync(at)).Number("seq").ShouldBe(last + 1);
        await server.Database.ExecuteAsync("UPDATE settings.counter SET purged_to = 0");
    }

    [Fact]
    public async Task A_ticket_opens_it_and_it_ends_with_the_session()
    {
        using var person = await server.GrantedAsync("config:read");
        using var anonymous = server.Anonymous();
        var ticket = (await (await person.PostJsonAsync("/api/v1/auth/stream-tickets", new { path = Events })).ShouldAnswerAsync(201)).Text("ticket");
        await using var stream = await EventStream.OpenAsync(anonymous, $"{Events}?ticket={ticket}");
        var key = NewKey();
        await Admin.CreateAsync(key, 1);
        (await NextAsync(stream)).Text("key").ShouldBe(key);

        await (await person.PostJsonAsync("/auth/logout", null)).ShouldAnswerAsync(204);

        await stream.ShouldEndAsync();
        await (await anonymous.GetAsync($"{Events}?ticket={ticket}")).ShouldBeProblemAsync(401, "unauthenticated");
    }

    /// <summary>The next event that is no comment.</summary>
    internal static async Task<JsonElement> NextAsync(EventStream stream)
    {
        while (await stream.NextAsync() is { } frame)
            if (!frame.IsComment) return frame.Data;
        throw new EndOfStreamException();
    }

    async Task ShouldResetAsync(EventStream stream)
    {
        var reset = await NextAsync(stream);
        reset.Text("type").ShouldBe("config.reset");
        reset.Number("last_seq").ShouldBe(await server.Database.ScalarAsync<long>("SELECT last_seq FROM settings.counter"));
    }
}

using Consilium.Modules.Settings;
using Consilium.Platform.Jobs;
using Microsoft.Extensions.DependencyInjection;
using static Consilium.Tests.Modules.Settings.ConfigCalls;

namespace Consilium.Tests.Modules.Settings;

public sealed class PurgeConfigTests(ConfigServer server) : IClassFixture<ConfigServer>
{
    Client Admin => server.Admin;

    [Fact]
    public async Task What_was_replaced_long_ago_goes_and_the_newest_stays()
    {
        var (changed, deleted, quiet) = (NewKey(), NewKey(), NewKey());
        foreach (var key in (string[])[changed, deleted, quiet]) await Admin.CreateAsync(key, 1);
        await Admin.PutAsync(changed, 2);
        await Admin.RemoveAsync(deleted);
        (await RunAsync<PurgeConfigHistory>()).ShouldBe("history is kept for ever");
        await AgeAsync(40);
        await Admin.PutAsync(changed, 3);
        await Admin.CreateAsync("retention.config_history_days", 30);

        (await RunAsync<PurgeConfigHistory>()).ShouldBe("2 versions removed");

        (await VersionsAsync(changed)).ShouldBe([3, 2]); // the second was replaced just now
        (await VersionsAsync(deleted)).ShouldBe([2]);
        (await VersionsAsync(quiet)).ShouldBe([1]);
        (await server.Database.ScalarAsync<long>("SELECT purged_to FROM settings.counter")).ShouldBe(2);
        await (await Admin.TryRollBackAsync(changed, 1)).ShouldBeProblemAsync(404, "not_found");
        (await RunAsync<PurgeConfigHistory>()).ShouldBe("0 versions removed");
        (await Admin.CreateAsync(deleted, 4)).Number("version").ShouldBe(3);
        await Admin.RemoveAsync("retention.config_history_days");
    }

    [Fact]
    public async Task Rights_that_are_over_go()
    {
        using var person = await server.SignedInAsync("staff");
        await server.GrantAsync(person, "config:read", server.Time.GetUtcNow().AddSeconds(1));
        await server.GrantAsync(person, "config:write", server.Time.GetUtcNow().AddDays(1));
        await server.GrantAsync(person, "config:reveal");
        server.Time.Advance(TimeSpan.FromSeconds(1));

        (await RunAsync<PurgeGrants>()).ShouldBe("1 grants removed");

        (await server.Database.ColumnAsync<string>("SELECT permission FROM settings.grants WHERE account_id = $1 ORDER BY 1", person.UserId)).ShouldBe(["config:reveal", "config:write"]);
    }

    async Task<string> RunAsync<TJob>() where TJob : class, IScheduledJob
    {
        await using var scope = server.Services.CreateAsyncScope();
        return await scope.ServiceProvider.GetServices<IScheduledJob>().OfType<TJob>().Single().RunAsync(default);
    }

    Task AgeAsync(int days) => server.Database.ExecuteAsync("UPDATE settings.versions SET at = at - make_interval(days => $1)", days);

    async Task<List<long>> VersionsAsync(string key) => (await Admin.HistoryAsync(key)).ConvertAll(one => one.Number("version"));
}

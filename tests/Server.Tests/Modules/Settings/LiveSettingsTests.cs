using Consilium.Modules.Accounts.Contracts;
using Consilium.Modules.Settings;
using Consilium.Modules.Settings.Contracts;
using Consilium.Tests.Modules.Accounts;
using Consilium.Tests.Modules.Cases;
using Consilium.Tests.Modules.Conversations;
using Microsoft.Extensions.DependencyInjection;
using static Consilium.Tests.Modules.Settings.ConfigCalls;

namespace Consilium.Tests.Modules.Settings;

/// <summary>Two servers on one database, whose clocks stand still: what counts live arrives by a signal.</summary>
public sealed class LiveSettingsTests(LiveSettingsTests.Two servers) : IClassFixture<LiveSettingsTests.Two>
{
    const string Days = "retention.config_history_days";

    Client Admin => servers.Admin;

    [Fact]
    public async Task A_change_counts_here_at_once_and_there_soon()
    {
        (await DaysAsync(servers.Here)).ShouldBe(0);
        await Admin.CreateAsync(Days, 7);
        (await DaysAsync(servers.Here)).ShouldBe(7);
        await Eventually.BecomesAsync(7, () => DaysAsync(servers.There));

        // The environment's entry goes before the default one; other environments' and profiles' count nothing.
        await Admin.CreateAsync(Days, 9, "/development");
        await Admin.CreateAsync(Days, 11, "/production");
        await Admin.CreateAsync(Days, 13, "p/development");
        (await DaysAsync(servers.Here)).ShouldBe(9);
        await Eventually.BecomesAsync(9, () => DaysAsync(servers.There));

        // Whatever got in beside the rules (an older version's value, somebody at the database) is as if it was not there.
        foreach (var bad in (string[])["\"9\"", "-1", "null", "1.5", "{}"])
        {
            await servers.Here.Database.ExecuteAsync(
                "UPDATE settings.versions v SET value = $2 FROM settings.entries e WHERE e.id = v.entry_id AND e.key = $1 AND e.environment = 'development' AND v.version = e.version", Days, bad);
            await Admin.CreateAsync(NewKey(), 1);
            (await DaysAsync(servers.Here)).ShouldBe(0, bad);
        }

        await Admin.RemoveAsync(Days, "/development");
        (await DaysAsync(servers.Here)).ShouldBe(7);
        await Admin.RemoveAsync(Days);
        (await DaysAsync(servers.Here)).ShouldBe(0);
        await Eventually.BecomesAsync(0, () => DaysAsync(servers.There));
    }

    [Fact]
    public async Task Who_may_read_conversations_is_decided_with_every_request()
    {
        const string rule = "conversations.public_read";
        using var program = servers.Here.Program();
        using var reader = await servers.Here.ProgramAsync("conversations:read");
        using var other = await servers.Here.ProgramAsync("cases:write");
        using var anyone = servers.Here.Anonymous();
        using var anyoneThere = servers.There.Anonymous();
        var one = $"{ConversationCalls.Root}/{await program.OpenConversationAsync()}";
        foreach (var path in (string[])[one, $"{one}/messages"])
        {
            await anyone.GetJsonAsync(path);
            await Admin.CreateAsync(rule, false);
            await (await anyone.GetAsync(path)).ShouldBeErrorAsync(401, "unauthenticated");
            await (await Admin.SendAsync(new(HttpMethod.Get, path))).ShouldBeErrorAsync(403, "forbidden");
            await (await other.GetAsync(path)).ShouldBeErrorAsync(403, "forbidden");
            await reader.GetJsonAsync(path);
            await program.GetJsonAsync(path);
            await Eventually.BecomesAsync(401, async () => (int)(await anyoneThere.GetAsync(path)).StatusCode);
            await Admin.RemoveAsync(rule);
            await anyone.GetJsonAsync(path);
            await other.GetJsonAsync(path);
        }
        await (await Admin.TryCreateAsync(rule, "false")).ShouldRefuseFieldsAsync("value");
    }

    [Fact]
    public async Task A_change_at_one_server_is_told_by_the_other()
    {
        var key = NewKey();
        using var there = new HttpClient { BaseAddress = servers.There.Address, DefaultRequestHeaders = { Authorization = new("Bearer", Admin.AccessToken) } };
        await using var stream = await EventStream.OpenAsync(there, $"{Root}/events?prefix={key}");
        for (var version = 1; version <= 5; version++)
        {
            if (version == 1) await Admin.CreateAsync(key, version);
            else await Admin.PutAsync(key, version);
            (await FollowConfigTests.NextAsync(stream)).Number("version").ShouldBe(version);
        }
    }

    /// <summary>The page names every typed key, with its default and its rule, and no other.</summary>
    [Fact]
    public void The_page_about_settings_names_every_typed_key()
    {
        var registered = servers.Here.Services.GetServices<ProductSetting>().Select(setting => setting switch
        {
            Switch one => $"| `{one.Key}` | {(one.Default ? "true" : "false")} | true or false |",
            Count one => $"| `{one.Key}` | {one.Default} | a whole number from {one.Min} to {one.Max} |",
            _ => $"| `{setting.Key}` | | {setting.Rule} |",
        });
        var rows = File.ReadLines(Path.Combine(Repository.Root, "docs/settings.md")).SkipWhile(line => line != "## The product's own keys").Skip(1).TakeWhile(line => !line.StartsWith("## ", StringComparison.Ordinal))
            .Where(line => line.StartsWith("| `", StringComparison.Ordinal)).Select(line => $"{string.Join('|', line.Split('|')[..4])}|");

        rows.ShouldBe(registered, ignoreOrder: true);
    }

    static async Task<int> DaysAsync(Server server) => await server.Services.GetRequiredService<ISettings>().ValueAsync(ProductSettings.HistoryDays, default);

    public sealed class Two : IAsyncLifetime
    {
        static readonly Dictionary<string, string?> SameKey = new(CaseServer.QuickPasswords, StringComparer.Ordinal) { ["Security:MasterKey"] = Convert.ToBase64String(new byte[32]) };

        public Server Here { get; private set; } = null!;
        public Server There { get; private set; } = null!;
        public Client Admin { get; private set; } = null!;

        public async Task InitializeAsync()
        {
            var clock = new ManualClock();
            Here = await Server.StartAsync(SameKey, clock);
            There = await Server.StartAsync(SameKey, clock, sharedDatabase: Here.Database);
            Admin = await Here.SignInAsync(DemoAccounts.Admin.Email, DemoAccounts.Admin.Password);
        }

        public async Task DisposeAsync()
        {
            await There.DisposeAsync();
            await Here.DisposeAsync();
        }
    }
}

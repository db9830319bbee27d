using System.Security.Cryptography;
using Consilium.Modules.Accounts;
using Consilium.Modules.Accounts.Contracts;
using Consilium.Platform.Secrets;
using Consilium.Tests.Modules.Accounts;
using Microsoft.Extensions.DependencyInjection;

namespace Consilium.Tests.Platform.Secrets;

public sealed class LoadDataKeysTests : DatabaseTest
{
    readonly string other = Convert.ToBase64String(RandomNumberGenerator.GetBytes(32));

    [Fact]
    public async Task Servers_that_start_at_once_make_one_key_which_lies_there_wrapped()
    {
        var servers = await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => ProbeServer.StartAsync(Database)));

        var id = (await Database.ColumnAsync<Guid>("SELECT id FROM platform.data_keys")).ShouldHaveSingleItem();
        var key = servers[0].Services.GetRequiredService<VaultKeys>().Find(id)!;
        foreach (var server in servers) server.Services.GetRequiredService<VaultKeys>().Find(id).ShouldBe(key);
        (await Database.ScalarAsync<string>("SELECT encode(wrapped, 'hex') FROM platform.data_keys"))!.ShouldNotContain(Convert.ToHexStringLower(key));
        foreach (var server in servers) await server.DisposeAsync();
    }

    [Fact]
    public async Task A_new_master_key_takes_over_when_the_one_before_is_given_once()
    {
        var access = await SignInOnceAsync();

        await using (var changing = await ProbeServer.StartAsync(Database, settings: [("Security:MasterKey", other), ("Security:PreviousMasterKey", ProbeServer.MasterKey)]))
            await ShouldKnowAsync(changing, access);
        (await Database.ColumnAsync<string>("SELECT DISTINCT master_key_id FROM platform.data_keys"))
            .ShouldBe([new MasterKey(Convert.FromBase64String(other)).Id]);

        await using (var changed = await ProbeServer.StartAsync(Database, settings: ("Security:MasterKey", other))) await ShouldKnowAsync(changed, access);
        await Should.ThrowAsync<InvalidOperationException>(() => ProbeServer.StartAsync(Database));
    }

    [Fact]
    public async Task The_master_key_before_may_lie_in_a_file()
    {
        var access = await SignInOnceAsync();
        var file = Path.Combine(TempDirectory.New(), "before.key");
        await File.WriteAllTextAsync(file, ProbeServer.MasterKey);

        await using var server = await ProbeServer.StartAsync(Database, settings: [("Security:MasterKey", other), ("Security:PreviousMasterKeyFile", file)]);

        await ShouldKnowAsync(server, access);
    }

    [Fact]
    public async Task Another_master_key_without_the_one_before_is_refused_with_what_to_do_and_changes_nothing()
    {
        await SignInOnceAsync();
        var before = await Database.ColumnAsync<string>("SELECT to_jsonb(k)::text FROM platform.data_keys k");

        var refusal = await Should.ThrowAsync<InvalidOperationException>(() => ProbeServer.StartAsync(Database, settings: ("Security:MasterKey", other)));

        refusal.Message.ShouldContain("Security:PreviousMasterKey");
        refusal.Message.ShouldNotContain(other);
        (await Database.ColumnAsync<string>("SELECT to_jsonb(k)::text FROM platform.data_keys k")).ShouldBe(before);
    }

    [Fact]
    public async Task A_data_key_that_was_changed_stops_the_start()
    {
        await SignInOnceAsync();
        await Database.ExecuteAsync("UPDATE platform.data_keys SET wrapped = set_byte(wrapped, 20, get_byte(wrapped, 20) # 1)");

        (await Should.ThrowAsync<InvalidOperationException>(() => ProbeServer.StartAsync(Database))).Message.ShouldContain("restore it from a backup");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Signing_keys_of_the_former_form_are_sealed_at_the_next_start_and_their_tokens_stay_good(bool withANewMasterKey)
    {
        var master = new MasterKey(Convert.FromBase64String(ProbeServer.MasterKey));
        string access;
        await using (var first = await ProbeServer.StartAsync(Database))
        {
            access = (await first.SignInAsync(DemoAccounts.User)).AccessToken;
            var key = first.Services.GetRequiredService<KeyRing>().Current;
            await Database.ExecuteAsync("UPDATE accounts.signing_keys SET wrapped = $1, master_key_id = $2, data_key_id = NULL",
                master.Wrap(key.ExportPrivateKey(), $"accounts.signing_keys/{key.Id}"), master.Id);
            await Database.ExecuteAsync("DELETE FROM platform.data_keys");
        }

        (string, string)[] settings = withANewMasterKey ? [("Security:MasterKey", other), ("Security:PreviousMasterKey", ProbeServer.MasterKey)] : [];
        await using (var upgraded = await ProbeServer.StartAsync(Database, settings: settings)) await ShouldKnowAsync(upgraded, access);

        (await Database.ScalarAsync<bool>("SELECT data_key_id IS NOT NULL AND master_key_id IS NULL FROM accounts.signing_keys")).ShouldBeTrue();
        await using var later = await ProbeServer.StartAsync(Database, settings: withANewMasterKey ? [("Security:MasterKey", other)] : []);
        await ShouldKnowAsync(later, access);
    }

    [Fact]
    public async Task A_lost_master_key_of_signing_keys_of_the_former_form_is_not_replaced_either()
    {
        var master = new MasterKey(Convert.FromBase64String(ProbeServer.MasterKey));
        await using (var first = await ProbeServer.StartAsync(Database))
        {
            var key = first.Services.GetRequiredService<KeyRing>().Current;
            await Database.ExecuteAsync("UPDATE accounts.signing_keys SET wrapped = $1, master_key_id = $2, data_key_id = NULL",
                master.Wrap(key.ExportPrivateKey(), $"accounts.signing_keys/{key.Id}"), master.Id);
            await Database.ExecuteAsync("DELETE FROM platform.data_keys");
        }
        var data = TempDirectory.New();

        var refusal = await Should.ThrowAsync<InvalidOperationException>(
            () => ProbeServer.StartAsync(Database, settings: [("Security:MasterKey", ""), ("Data:Directory", data)]));

        refusal.Message.ShouldContain($"{Path.Combine(data, "keys", "master.key")} is missing");
        Directory.Exists(Path.Combine(data, "keys")).ShouldBeFalse();
        (await Database.ScalarAsync<long>("SELECT count(*) FROM platform.data_keys")).ShouldBe(0);
        await (await ProbeServer.StartAsync(Database)).DisposeAsync(); // with the right one
    }

    [Fact]
    public async Task A_rotation_seals_the_signing_keys_again_and_their_tokens_stay_good()
    {
        string access;
        await using (var server = await ProbeServer.StartAsync(Database))
        {
            access = (await server.SignInAsync(DemoAccounts.User)).AccessToken;
            var old = await Database.ScalarAsync<Guid>("SELECT data_key_id FROM accounts.signing_keys");
            await using (var scope = server.Services.CreateAsyncScope())
                await scope.ServiceProvider.GetRequiredService<DataKeys>().RotateAsync(DemoAccounts.Admin.Id, default);
            await Eventually.BecomesAsync("retired", () => Database.KeyStatusAsync(old));
            (await Database.ScalarAsync<Guid>("SELECT data_key_id FROM accounts.signing_keys")).ShouldNotBe(old);
        }
        await using var again = await ProbeServer.StartAsync(Database);
        await ShouldKnowAsync(again, access);
    }

    async Task<string> SignInOnceAsync()
    {
        await using var server = await ProbeServer.StartAsync(Database);
        return (await server.SignInAsync(DemoAccounts.User)).AccessToken;
    }

    static async Task ShouldKnowAsync(ProbeServer server, string access)
    {
        using var still = server.WithHeader("Authorization", $"Bearer {access}");
        (await still.GetJsonAsync("/probe/me")).Id("user_id").ShouldBe(DemoAccounts.User.Id);
    }
}

using Consilium.Platform.Secrets;
using Consilium.Tests.Modules.Accounts;
using Consilium.Tests.Modules.Cases;
using Consilium.Tests.Platform.Secrets;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Consilium.Tests.Modules.Settings;

public sealed class SecurityKeysTests(CaseServer server) : IClassFixture<CaseServer>
{
    const string Root = $"{SecurityCalls.Root}/keys";

    [Fact]
    public async Task A_rotation_makes_a_new_active_key_and_the_one_before_retires_by_itself()
    {
        // The other tests here rotate as well: the signing keys follow them in the background.
        await Eventually.BecomesAsync(true, async () => (await server.Admin.KeysAsync())[0].Number("in_use") > 0);
        var before = (await server.Admin.KeysAsync())[0];
        before.Text("status").ShouldBe("active");

        var made = await (await server.Admin.PostJsonAsync($"{Root}/rotate", new { reason = "Somebody has left" })).ShouldAnswerAsync(201);

        made.Text("status").ShouldBe("active");
        made.Text("algorithm").ShouldBe("AES-256-GCM");
        made.Id("created_by").ShouldBe(server.Admin.UserId);
        await Eventually.BecomesAsync("retired", () => server.Database.KeyStatusAsync(before.Id()));
        var keys = await server.Admin.KeysAsync();
        keys[0].Id().ShouldBe(made.Id());
        keys[0].Number("in_use").ShouldBeGreaterThan(0);
        keys[1].Id().ShouldBe(before.Id());
        keys[1].Number("in_use").ShouldBe(0);
        keys[1].GetProperty("retired_at").GetDateTimeOffset().ShouldBeGreaterThan(before.GetProperty("created_at").GetDateTimeOffset());
        keys.Count(key => key.Text("status") == "active").ShouldBe(1);
        (await server.Database.ColumnAsync<string>("SELECT action || ' ' || outcome || ' ' || reason FROM audit.entries WHERE resource = $1", $"data_key/{made.Id()}"))
            .ShouldBe(["security.key_rotated ok Somebody has left"]);
    }

    [Fact]
    public async Task The_body_of_a_rotation_may_be_left_out_and_a_repeated_one_is_no_second_one()
    {
        var first = await (await server.Admin.PostJsonAsync($"{Root}/rotate", body: null, ("Idempotency-Key", "once"))).ShouldAnswerAsync(201);
        var again = await (await server.Admin.PostJsonAsync($"{Root}/rotate", body: null, ("Idempotency-Key", "once"))).ShouldAnswerAsync(201);

        again.Id().ShouldBe(first.Id());
        await (await server.Admin.PostJsonAsync($"{Root}/rotate", new { reason = new string('x', 501) })).ShouldRefuseFieldsAsync("reason");
    }

    [Fact]
    public async Task A_rotation_that_a_writer_holds_up_for_too_long_changes_nothing_and_says_when_to_come_back()
    {
        var before = (await server.Admin.KeysAsync()).ConvertAll(key => key.Id());
        await using var connection = await server.Database.Source.OpenConnectionAsync();
        await using var writing = await connection.BeginTransactionAsync();
        await using (var seal = new NpgsqlCommand("LOCK TABLE platform.data_keys IN ROW SHARE MODE", connection)) await seal.ExecuteNonQueryAsync();

        using var refused = await server.Admin.PostJsonAsync($"{Root}/rotate", body: null);
        await refused.ShouldBeProblemAsync(503, "contended");
        refused.Headers.RetryAfter.ShouldNotBeNull();
        await writing.RollbackAsync();

        (await server.Admin.KeysAsync()).ConvertAll(key => key.Id()).ShouldBe(before);
        await (await server.Admin.PostJsonAsync($"{Root}/rotate", body: null)).ShouldAnswerAsync(201);
    }

    [Fact]
    public async Task Keys_are_listed_newest_first_page_by_page_and_never_with_their_material()
    {
        await (await server.Admin.PostJsonAsync($"{Root}/rotate", body: null)).ShouldAnswerAsync(201);
        var all = await server.Admin.KeysAsync();
        all.Select(key => key.Id()).ShouldBe(all.Select(key => key.Id()).OrderDescending());

        var first = await server.Admin.GetJsonAsync($"{Root}?limit=1");
        var second = await server.Admin.GetJsonAsync($"{Root}?limit=1&cursor={first.Text("next_cursor")}");

        first.Items().ShouldHaveSingleItem().Id().ShouldBe(all[0].Id());
        second.Items().ShouldHaveSingleItem().Id().ShouldBe(all[1].Id());
        var shown = await (await server.Admin.GetAsync($"{Root}?limit=200")).Content.ReadAsStringAsync();
        var vault = server.Services.GetRequiredService<VaultKeys>();
        foreach (var key in all)
        {
            key.EnumerateObject().Select(member => member.Name).Except(["id", "algorithm", "status", "created_at", "created_by", "retired_at", "in_use"]).ShouldBeEmpty();
            var wrapped = await server.Database.ScalarAsync<byte[]>("SELECT wrapped FROM platform.data_keys WHERE id = $1", key.Id());
            foreach (var material in (byte[][])[vault.Find(key.Id())!, wrapped!])
            {
                shown.ShouldNotContain(Convert.ToBase64String(material)[..12]);
                shown.ShouldNotContain(Convert.ToHexStringLower(material)[..12]);
            }
        }
    }

    [Fact]
    public async Task Who_may_see_and_rotate_keys()
    {
        foreach (var other in (Client[])[server.Owner, server.Staff, server.Doctor])
        {
            await (await other.GetAsync(Root)).ShouldBeProblemAsync(403, "forbidden");
            await (await other.PostJsonAsync($"{Root}/rotate", body: null)).ShouldBeProblemAsync(403, "forbidden");
        }
        using var manager = await server.KeyAsync("security:manage");
        using var program = await server.KeyAsync("security:use");
        (await manager.KeysAsync()).ShouldNotBeEmpty();
        await (await program.PostJsonAsync($"{Root}/rotate", body: null)).ShouldBeProblemAsync(403, "forbidden");
    }
}

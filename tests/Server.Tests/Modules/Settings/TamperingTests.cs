using System.Security.Cryptography;
using Consilium.Modules.Accounts;
using Consilium.Modules.Accounts.Contracts;
using Consilium.Modules.Settings;
using Consilium.Platform.Secrets;
using Microsoft.Extensions.DependencyInjection;

namespace Consilium.Tests.Modules.Settings;

/// <summary>Somebody who has the database and no key changes it: nothing that was changed or moved opens, and none of it opens as something else.</summary>
public sealed class TamperingTests(SealedServer server) : IClassFixture<SealedServer>
{
    static readonly Caller Admin = new(Guid.CreateVersion7(), Role.Admin, null, Guid.CreateVersion7(), false, new HashSet<string>());

    [Fact]
    public async Task A_thousand_turned_bits_and_swapped_rows_are_all_detected()
    {
        var rows = await server.RowsAsync();
        rows.Select(row => row.KeyId).Distinct().Count().ShouldBe(3);
        (await UndetectedAsync(rows, "before")).Count.ShouldBe(rows.Count, "everything opens as long as nobody has changed anything");
        List<(int Times, Func<Task<Tampered>> Do)> ways =
        [
            (500, () => FlipAsync(Pick(rows))),
            (100, () => CutAsync(Pick(rows))),
            (150, () => SwapAsync(PickTwo(rows), withKey: false)),
            (100, () => SwapAsync(PickTwo(rows), withKey: true)),
            (50, () => SwapAsync(PickTwo([.. rows.GroupBy(row => row.EntryId).MinBy(_ => RandomNumberGenerator.GetInt32(1000))!]), withKey: true)),
            (50, () => NameAnotherKeyAsync(Pick(rows), rows)),
            (50, () => RenameAsync(PickTwo([.. rows.DistinctBy(row => row.EntryId)]), rows)),
        ];
        var (done, undetected) = (0, new List<string>());
        foreach (var (times, tamper) in ways)
            for (var time = 0; time < times; time++, done++)
            {
                var tampered = await tamper();
                undetected.AddRange(await UndetectedAsync(tampered.Rows, tampered.What));
                await tampered.UndoAsync();
            }

        done.ShouldBe(1000);
        undetected.ShouldBeEmpty();
        (await UndetectedAsync(rows, "after")).Count.ShouldBe(rows.Count, "put back as it was, everything opens");
    }

    [Fact]
    public async Task Over_HTTP_every_way_has_the_same_refusal_which_is_audited_and_tells_nothing()
    {
        using var admin = await server.SignInAsync("admin@example.com", "admin123");
        var all = await server.RowsAsync();
        var rows = all.FindAll(row => row.IsNewest);
        Func<Task<Tampered>>[] ways =
        [
            () => FlipAsync(rows[0]), () => CutAsync(rows[0]), () => SwapAsync((rows[0], rows[1]), withKey: false), () => SwapAsync((rows[0], rows[2]), withKey: true),
            () => NameAnotherKeyAsync(rows[0], all), () => RenameAsync((rows[0], rows[3]), rows),
        ];
        var refusals = new HashSet<string?>();
        foreach (var tamper in ways)
        {
            var failed = await FailedAsync();
            var tampered = await tamper();
            var row = tampered.Rows[0];
            var refusal = await (await RevealAsync(admin, row)).ShouldBeProblemAsync(409, "cannot_decrypt");
            refusals.Add(refusal.Text("detail"));
            (await FailedAsync()).ShouldBe(failed + 1, tampered.What);
            await (await admin.PostJsonAsync(row.Path("/rollback"), new { row.Version })).ShouldBeProblemAsync(409, "cannot_decrypt");
            (await admin.GetJsonAsync(row.Path())).Text("value").ShouldBe("********");
            await tampered.UndoAsync();
            (await (await RevealAsync(admin, rows[0])).ShouldAnswerAsync(200)).Text("value").ShouldBe(rows[0].Value);
        }
        refusals.Count.ShouldBe(1);

        Task<long> FailedAsync() => server.Database.ScalarAsync<long>("SELECT count(*) FROM audit.entries WHERE action = 'config.revealed' AND outcome = 'failed'");
    }

    [Fact]
    public async Task A_value_that_was_handed_out_opens_unchanged_alone()
    {
        using var admin = await server.SignInAsync("admin@example.com", "admin123");
        var made = (await (await admin.PostJsonAsync("/api/v1/security/encrypt", new { Value = "handed out" })).ShouldAnswerAsync(200)).Text("encrypted_value")!;
        var bytes = Convert.FromBase64String(made);
        List<string> changed = [.. Enumerable.Range(0, bytes.Length).Select(at => Convert.ToBase64String(Flip(bytes, 8 * at + at % 8)))];
        var kept = Pick(await server.RowsAsync());
        changed.Add(Convert.ToBase64String([1, .. kept.KeyId.ToByteArray(bigEndian: true), .. kept.Sealed])); // a stored value is none that was handed out
        changed.Add(made + "\n");

        foreach (var text in changed)
            await (await admin.PostJsonAsync("/api/v1/security/decrypt", new { EncryptedValue = text })).ShouldBeProblemAsync(400, "cannot_decrypt");
        (await (await admin.PostJsonAsync("/api/v1/security/decrypt", new { EncryptedValue = made })).ShouldAnswerAsync(200)).Text("value").ShouldBe("handed out");
    }

    [Fact]
    public async Task Keys_whose_rows_were_changed_or_swapped_are_not_taken_in()
    {
        var masters = new MasterKeys(new(Convert.FromBase64String(SealedServer.MasterKey)), null);
        var ids = await server.Database.ColumnAsync<Guid>("SELECT id FROM platform.data_keys ORDER BY id");
        var wrapped = await server.Database.ColumnAsync<byte[]>("SELECT wrapped FROM platform.data_keys ORDER BY id");
        WrappedKey Row(byte[] bytes) => new(bytes, masters.Current.Id);
        for (var i = 0; i < ids.Count; i++)
        {
            new VaultKeys(masters).Unwrap(ids[i], Row(wrapped[i])).ShouldNotBeNull();
            new VaultKeys(masters).Unwrap(ids[i], Row(wrapped[(i + 1) % ids.Count])).ShouldBeNull();
            for (var bit = 0; bit < wrapped[i].Length * 8; bit++) new VaultKeys(masters).Unwrap(ids[i], Row(Flip(wrapped[i], bit))).ShouldBeNull($"bit {bit}");
        }

        var id = await server.Database.ScalarAsync<string>("SELECT id FROM accounts.signing_keys");
        var keyId = await server.Database.ScalarAsync<Guid>("SELECT data_key_id FROM accounts.signing_keys");
        var signing = (await server.Database.ScalarAsync<byte[]>("SELECT wrapped FROM accounts.signing_keys"))!;
        await using var scope = server.Services.CreateAsyncScope();
        var vault = scope.ServiceProvider.GetRequiredService<Vault>();
        var place = SealedSigningKeys.BoundTo(id!);
        (await vault.OpenAsync(keyId, signing, place)).ShouldNotBeNull();
        (await vault.OpenAsync(keyId, signing, StoredVersion.BoundTo(new("a", "", ""), 1))).ShouldBeNull();
        for (var bit = 0; bit < signing.Length * 8; bit++) (await vault.OpenAsync(keyId, Flip(signing, bit), place)).ShouldBeNull($"bit {bit}");
    }

    [Theory]
    [InlineData("platform.data_keys", "data key")]
    [InlineData("accounts.signing_keys", "signing key")]
    public async Task A_server_does_not_start_on_a_changed_key_and_one_that_runs_goes_on_with_what_it_has(string table, string named)
    {
        var flip = $"UPDATE {table} SET wrapped = set_byte(wrapped, 20, get_byte(wrapped, 20) # 1)";
        using var admin = await server.SignInAsync("admin@example.com", "admin123");
        await server.Database.ExecuteAsync(flip);

        var refusal = await Should.ThrowAsync<InvalidOperationException>(server.StartAnotherAsync);
        refusal.Message.ShouldContain($"The {named} ");
        refusal.Message.ShouldContain("restore it from a backup");
        // What it holds in memory is right: it neither opens anything wrongly nor refuses what it can open.
        foreach (var row in (await server.RowsAsync()).FindAll(row => row.IsNewest))
            (await (await RevealAsync(admin, row)).ShouldAnswerAsync(200)).Text("value").ShouldBe(row.Value);

        await server.Database.ExecuteAsync(flip);
        await (await server.StartAnotherAsync()).DisposeAsync();
    }

    [Fact]
    public async Task A_server_that_has_not_heard_of_a_changed_key_neither_opens_nor_seals_with_it()
    {
        var other = await server.StartAnotherAsync();
        using var there = await other.SignInAsync("admin@example.com", "admin123");
        using var here = await server.SignInAsync("admin@example.com", "admin123");
        await (await here.PostJsonAsync("/api/v1/security/keys/rotate", body: null)).ShouldAnswerAsync(201);
        await (await here.PostJsonAsync("/api/v1/config", new { Key = "late", Value = "sealed here", IsEncrypted = true })).ShouldAnswerAsync(201);
        const string flip = "UPDATE platform.data_keys SET wrapped = set_byte(wrapped, 20, get_byte(wrapped, 20) # 1) WHERE status = 'active'";
        await server.Database.ExecuteAsync(flip);

        await (await there.PostJsonAsync("/api/v1/config/late/reveal", new { Reason = "to see" })).ShouldBeProblemAsync(409, "cannot_decrypt");
        (await there.PutJsonAsync("/api/v1/config/late", new { Value = "lost" })).IsSuccessStatusCode.ShouldBeFalse();
        (await there.GetJsonAsync("/api/v1/config/late")).Number("version").ShouldBe(1);

        await server.Database.ExecuteAsync(flip);
        (await (await there.PostJsonAsync("/api/v1/config/late/reveal", new { Reason = "to see" })).ShouldAnswerAsync(200)).Text("value").ShouldBe("sealed here");
        await (await there.PutJsonAsync("/api/v1/config/late", new { Value = "sealed there" })).ShouldAnswerAsync(200);
        await here.DeleteAsync("/api/v1/config/late");
        await other.DisposeAsync();
    }

    /// <summary>Which of the rows open, by the classes that the routes use, and as what.</summary>
    async Task<List<string>> UndetectedAsync(IReadOnlyList<SealedRow> rows, string what)
    {
        await using var scope = server.Services.CreateAsyncScope();
        var (history, open) = (scope.ServiceProvider.GetRequiredService<ConfigHistory>(), scope.ServiceProvider.GetRequiredService<OpenConfig>());
        var opened = new List<string>();
        foreach (var row in rows)
        {
            var stored = (await history.ReadAsync(row.Name, row.Version + 1, most: 1, Admin, default))!.ShouldHaveSingleItem();
            stored.Version.ShouldBe(row.Version);
            if (await open.ValueAsync(stored, default) is { } value) opened.Add($"{what}: {row.Name} version {row.Version} opened as {value}");
        }
        return opened;
    }

    async Task<Tampered> FlipAsync(SealedRow row)
    {
        var bit = RandomNumberGenerator.GetInt32(row.Sealed.Length * 8);
        await server.WriteAsync(row, Flip(row.Sealed, bit), row.KeyId);
        return new($"bit {bit} of {row.Sealed.Length} bytes", [row], () => server.WriteAsync(row));
    }

    async Task<Tampered> CutAsync(SealedRow row)
    {
        var length = RandomNumberGenerator.GetInt32(row.Sealed.Length);
        await server.WriteAsync(row, row.Sealed[..length], row.KeyId);
        return new($"cut to {length} of {row.Sealed.Length} bytes", [row], () => server.WriteAsync(row));
    }

    async Task<Tampered> SwapAsync((SealedRow One, SealedRow Other) rows, bool withKey)
    {
        var (one, other) = rows;
        await server.WriteAsync(one, other.Sealed, withKey ? other.KeyId : one.KeyId);
        await server.WriteAsync(other, one.Sealed, withKey ? one.KeyId : other.KeyId);
        return new(withKey ? "swapped with their keys" : "swapped", [one, other], async () =>
        {
            await server.WriteAsync(one);
            await server.WriteAsync(other);
        });
    }

    async Task<Tampered> NameAnotherKeyAsync(SealedRow row, List<SealedRow> rows)
    {
        await server.WriteAsync(row, row.Sealed, rows.First(other => other.KeyId != row.KeyId).KeyId);
        return new("another key's id", [row], () => server.WriteAsync(row));
    }

    /// <summary>Each of two entries gets the name of the other, with all its versions.</summary>
    async Task<Tampered> RenameAsync((SealedRow One, SealedRow Other) entries, List<SealedRow> rows)
    {
        var (one, other) = entries;
        await NameAsync(one.EntryId, new("between", "", ""));
        await NameAsync(other.EntryId, one.Name);
        await NameAsync(one.EntryId, other.Name);
        List<SealedRow> renamed =
        [
            .. rows.Where(row => row.EntryId == one.EntryId).Select(row => row with { Name = other.Name }),
            .. rows.Where(row => row.EntryId == other.EntryId).Select(row => row with { Name = one.Name }),
        ];
        return new("renamed", renamed, async () =>
        {
            await NameAsync(one.EntryId, new("between", "", ""));
            await NameAsync(other.EntryId, other.Name);
            await NameAsync(one.EntryId, one.Name);
        });

        Task NameAsync(Guid entry, EntryName name) => server.Database.ExecuteAsync(
            "UPDATE settings.entries SET key = $2, profile = $3, environment = $4 WHERE id = $1", entry, name.Key, name.Profile, name.Environment);
    }

    static Task<HttpResponseMessage> RevealAsync(HttpClient admin, SealedRow row) => admin.PostJsonAsync(row.Path("/reveal"), new { Reason = "to see" });

    static byte[] Flip(byte[] bytes, int bit)
    {
        var changed = bytes.ToArray();
        changed[bit / 8] ^= (byte)(1 << (bit % 8));
        return changed;
    }

    static SealedRow Pick(List<SealedRow> rows) => rows[RandomNumberGenerator.GetInt32(rows.Count)];

    static (SealedRow One, SealedRow Other) PickTwo(List<SealedRow> rows)
    {
        var one = RandomNumberGenerator.GetInt32(rows.Count);
        return (rows[one], rows[(one + 1 + RandomNumberGenerator.GetInt32(rows.Count - 1)) % rows.Count]);
    }

    /// <summary>What was done, and the rows that must not open before it is undone.</summary>
    sealed record Tampered(string What, IReadOnlyList<SealedRow> Rows, Func<Task> UndoAsync);
}

using System.Text;
using Consilium.Platform.Database;
using Consilium.Platform.Secrets;
using Microsoft.Extensions.DependencyInjection;

namespace Consilium.Tests.Platform.Secrets;

public sealed class VaultTests(VaultServer server) : IClassFixture<VaultServer>
{
    [Fact]
    public async Task What_was_sealed_opens_at_its_place_and_nowhere_else()
    {
        var kept = await server.SealAsync("a secret", "here");
        var other = await server.SealAsync("a secret", "here");

        (await server.OpenAsync(kept, "here")).ShouldBe("a secret");
        (await server.OpenAsync(kept, "there")).ShouldBeNull();
        (await server.OpenAsync(kept with { KeyId = Guid.CreateVersion7() }, "here")).ShouldBeNull();
        Convert.ToHexString(kept.Bytes).ShouldNotContain(Convert.ToHexString("a secret"u8));
        other.Bytes.ShouldNotBe(kept.Bytes);
    }

    [Fact]
    public async Task Every_turned_bit_and_every_cut_is_noticed()
    {
        var kept = await server.SealAsync("a secret", "here");

        for (var bit = 0; bit < kept.Bytes.Length * 8; bit++)
        {
            var changed = kept.Bytes.ToArray();
            changed[bit / 8] ^= (byte)(1 << (bit % 8));
            (await server.OpenAsync(kept with { Bytes = changed }, "here")).ShouldBeNull($"bit {bit}");
        }
        for (var length = 0; length < kept.Bytes.Length; length++) (await server.OpenAsync(kept with { Bytes = kept.Bytes[..length] }, "here")).ShouldBeNull();
    }

    [Fact]
    public async Task The_key_that_a_row_names_is_part_of_what_is_sealed()
    {
        var kept = await server.SealAsync("a secret", "here");
        // The same material under another name, as somebody with the database alone could not make it, and a vault that trusted the name would open.
        var keys = server.Services.GetRequiredService<VaultKeys>();
        var alias = Guid.CreateVersion7();
        var master = server.Services.GetRequiredService<MasterKey>();
        keys.Unwrap(alias, new(master.Wrap(keys.Find(kept.KeyId)!, $"platform.data_keys/{alias}"), master.Id)).ShouldNotBeNull();

        (await server.OpenAsync(kept with { KeyId = alias }, "here")).ShouldBeNull();
    }

    [Fact]
    public async Task Nothing_is_sealed_outside_of_a_transaction()
    {
        await using var scope = server.Services.CreateAsyncScope();

        var refusal = await Should.ThrowAsync<InvalidOperationException>(() =>
            scope.ServiceProvider.GetRequiredService<Vault>().SealAsync("a secret"u8.ToArray(), "here"));

        refusal.Message.ShouldNotContain("a secret");
    }

    [Fact]
    public async Task A_transaction_sees_the_key_that_it_has_made_itself() => await server.InScopeAsync(async services =>
    {
        var (transaction, vault) = (services.GetRequiredService<RequestTransaction>(), services.GetRequiredService<Vault>());
        await transaction.RunAsync(async () =>
        {
            var made = await services.GetRequiredService<DataKeys>().RotateAsync(Guid.CreateVersion7(), default);
            var kept = await vault.SealAsync(Encoding.UTF8.GetBytes("a secret"), "here");
            kept.KeyId.ShouldBe(made.Id);
            (await vault.OpenAsync(kept.KeyId, kept.Bytes, "here")).ShouldBe("a secret"u8.ToArray());
        });
        return true;
    });
}

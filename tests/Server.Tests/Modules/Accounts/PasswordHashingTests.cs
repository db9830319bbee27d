using System.Buffers.Binary;
using Consilium.Modules.Accounts;
using Consilium.Platform.Errors;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;

namespace Consilium.Tests.Modules.Accounts;

public sealed class PasswordHashingTests
{
    [Fact]
    public async Task A_hash_is_PBKDF2_with_SHA_512_and_at_least_210_000_rounds_with_a_salt_of_its_own()
    {
        using var hashing = new PasswordHashing();

        var hash = Convert.FromBase64String(await hashing.HashAsync("some password", default));
        var other = Convert.FromBase64String(await hashing.HashAsync("some password", default));

        hash[0].ShouldBe((byte)1); // the format with these three numbers
        BinaryPrimitives.ReadUInt32BigEndian(hash.AsSpan(1)).ShouldBe(2u); // HMAC-SHA-512
        BinaryPrimitives.ReadUInt32BigEndian(hash.AsSpan(5)).ShouldBeGreaterThanOrEqualTo(210_000u);
        hash.ShouldNotBe(other);
    }

    [Fact]
    public async Task Right_wrong_outdated_and_unknown_are_told_apart()
    {
        using var old = new PasswordHashing(iterations: 10);
        using var hashing = new PasswordHashing(iterations: 20);
        var hash = await hashing.HashAsync("right", default);

        (await hashing.VerifyAsync(hash, "right", default)).ShouldBe(PasswordVerdict.Right);
        (await hashing.VerifyAsync(hash, "Right", default)).ShouldBe(PasswordVerdict.Wrong);
        (await hashing.VerifyAsync(await old.HashAsync("right", default), "right", default)).ShouldBe(PasswordVerdict.RightButOutdated);
        (await hashing.VerifyAsync(null, "right", default)).ShouldBe(PasswordVerdict.Wrong);
    }

    [Fact]
    public async Task Hashes_of_any_spelling_open_and_those_of_another_than_the_composed_one_are_outdated()
    {
        const string decomposed = "pa\u0308ss word", composed = "p\u00e4ss word", widelySpaced = "p\u00e4ss\u00a0word";
        using var hashing = new PasswordHashing(iterations: 10);
        var asTyped = new PasswordHasher<string>(Options.Create(new PasswordHasherOptions { IterationCount = 10 }));

        foreach (var spelling in (string[])[decomposed, composed, widelySpaced])
            foreach (var typed in (string[])[decomposed, composed, widelySpaced])
                (await hashing.VerifyAsync(await hashing.HashAsync(spelling, default), typed, default)).ShouldBe(PasswordVerdict.Right);
        foreach (var typed in (string[])[decomposed, widelySpaced])
        {
            (await hashing.VerifyAsync(asTyped.HashPassword("", typed), typed, default)).ShouldBe(PasswordVerdict.RightButOutdated);
            (await hashing.VerifyAsync(asTyped.HashPassword("", typed), composed, default)).ShouldBe(PasswordVerdict.Wrong);
        }
        (await hashing.VerifyAsync(null, decomposed, default)).ShouldBe(PasswordVerdict.Wrong);
    }

    [Fact]
    public async Task Long_passwords_count_to_the_last_character()
    {
        using var hashing = new PasswordHashing(iterations: 10);
        var hash = await hashing.HashAsync(new string('x', 127) + "a", default);

        (await hashing.VerifyAsync(hash, new string('x', 127) + "a", default)).ShouldBe(PasswordVerdict.Right);
        (await hashing.VerifyAsync(hash, new string('x', 127) + "b", default)).ShouldBe(PasswordVerdict.Wrong);
    }

    [Fact]
    public async Task A_full_queue_refuses_at_once_and_asks_to_come_back()
    {
        using var hashing = new PasswordHashing(iterations: 2_000_000, queueLength: 1, threads: 1);

        var waiting = new List<Task>();
        var refusal = Should.Throw<BusyException>(() =>
        {
            for (var i = 0; i < 10; i++) waiting.Add(hashing.HashAsync("some password", default));
        });

        refusal.Status.ShouldBe(503);
        refusal.RetryAfter.ShouldBeGreaterThan(TimeSpan.Zero);
        await Task.WhenAll(waiting);
    }

    [Fact]
    public async Task Whoever_has_gone_costs_no_work()
    {
        using var hashing = new PasswordHashing(iterations: 10);

        await Should.ThrowAsync<OperationCanceledException>(() => hashing.HashAsync("some password", new CancellationToken(canceled: true)));
    }

    [Fact]
    public void The_hasher_under_it_reads_its_own_format_alone() =>
        new PasswordHasher<string>().VerifyHashedPassword("", Convert.ToBase64String([1, 0, 0]), "x").ShouldBe(PasswordVerificationResult.Failed);
}

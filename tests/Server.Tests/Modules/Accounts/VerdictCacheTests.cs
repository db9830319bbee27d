using Consilium.Modules.Accounts;

namespace Consilium.Tests.Modules.Accounts;

public sealed class VerdictCacheTests
{
    readonly VerdictCache cache = new();

    [Fact]
    public void A_verdict_is_found_by_the_whole_token_alone()
    {
        var verdict = new VerdictCache.Verdict(Guid.CreateVersion7(), null);
        cache.Add(VerdictCache.KeyOf("a token"), verdict);

        cache.Find(VerdictCache.KeyOf("a token")).ShouldBe(verdict);
        cache.Find(VerdictCache.KeyOf("a token ")).ShouldBeNull();
        VerdictCache.KeyOf(new string('ü', 5000)).ShouldNotBe(VerdictCache.KeyOf(new string('ü', 5001)));
    }

    [Fact]
    public void What_is_used_stays_and_what_is_not_goes()
    {
        var (used, unused) = (VerdictCache.KeyOf("used"), VerdictCache.KeyOf("unused"));
        var verdict = new VerdictCache.Verdict(Guid.CreateVersion7(), null);
        cache.Add(used, verdict);
        cache.Add(unused, verdict);

        for (var i = 0; i < 60_000; i++)
        {
            cache.Add(VerdictCache.KeyOf($"{i}"), verdict);
            if (i % 10_000 == 0) cache.Find(used).ShouldBe(verdict);
        }

        cache.Find(used).ShouldBe(verdict);
        cache.Find(unused).ShouldBeNull();
    }
}

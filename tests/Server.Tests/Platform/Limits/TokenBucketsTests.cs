using Consilium.Platform.Limits;

namespace Consilium.Tests.Platform.Limits;

public sealed class TokenBucketsTests
{
    readonly ManualClock clock = new();

    [Fact]
    public void A_bucket_is_full_at_first_and_empties_one_by_one()
    {
        var buckets = new TokenBuckets<string>(3, TimeSpan.FromSeconds(3), clock);

        buckets.Take("a").ShouldBe(new(true, 2, TimeSpan.FromSeconds(1)));
        buckets.Take("a").ShouldBe(new(true, 1, TimeSpan.FromSeconds(1)));
        buckets.Take("a").ShouldBe(new(true, 0, TimeSpan.FromSeconds(1)));
        buckets.Take("a").ShouldBe(new(false, 0, TimeSpan.FromSeconds(1)));
        buckets.Take("b").IsGiven.ShouldBeTrue();
    }

    [Fact]
    public void What_it_says_about_the_next_one_is_so_to_the_millisecond()
    {
        var buckets = new TokenBuckets<string>(3, TimeSpan.FromSeconds(3), clock);
        for (var i = 0; i < 3; i++) buckets.Take("a");
        clock.Advance(TimeSpan.FromMilliseconds(400));

        var refused = buckets.Take("a");

        refused.ShouldBe(new(false, 0, TimeSpan.FromMilliseconds(600)));
        clock.Advance(refused.Next - TimeSpan.FromMilliseconds(1));
        buckets.Take("a").IsGiven.ShouldBeFalse();
        clock.Advance(TimeSpan.FromMilliseconds(1));
        buckets.Take("a").ShouldBe(new(true, 0, TimeSpan.FromSeconds(1)));
    }

    [Fact]
    public void Refusals_cost_nothing_and_a_full_bucket_gets_no_fuller()
    {
        var buckets = new TokenBuckets<string>(2, TimeSpan.FromSeconds(2), clock);
        for (var i = 0; i < 20; i++) buckets.Take("a");

        clock.Advance(TimeSpan.FromSeconds(1));
        buckets.Take("a").IsGiven.ShouldBeTrue();

        clock.Advance(TimeSpan.FromHours(1));
        buckets.Take("a").ShouldBe(new(true, 1, TimeSpan.FromSeconds(1)));
    }

    [Fact]
    public void Of_many_at_once_exactly_as_many_as_it_holds_get_one()
    {
        var buckets = new TokenBuckets<int>(1000, TimeSpan.FromMinutes(1), clock);
        var given = 0;

        Parallel.For(0, 8000, i =>
        {
            if (buckets.Take(i % 2).IsGiven) Interlocked.Increment(ref given);
        });

        given.ShouldBe(2000);
    }

    [Fact]
    public void Buckets_that_are_full_again_are_forgotten()
    {
        var buckets = new TokenBuckets<int>(2, TimeSpan.FromSeconds(20), clock);
        for (var i = 0; i < 500; i++) buckets.Take(i);
        clock.Advance(TimeSpan.FromSeconds(11));
        buckets.Take(0);
        buckets.Count.ShouldBe(1);

        clock.Advance(TimeSpan.FromSeconds(11));
        buckets.Take(1);
        buckets.Count.ShouldBe(1);
    }
}

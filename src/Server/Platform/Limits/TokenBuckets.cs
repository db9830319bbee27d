using System.Collections.Concurrent;

namespace Consilium.Platform.Limits;

/// <summary>What came of asking for a permit.</summary>
/// <param name="Left">How many are left now.</param>
/// <param name="Next">How long until there is one more.</param>
internal readonly record struct Permit(bool IsGiven, int Left, TimeSpan Next);

/// <summary>
/// A bucket of permits for each key. A bucket is full at first, each request takes one permit, and permits come back evenly. It knows exactly
/// how many are left and when the next one comes: the limiters of .NET know it and do not tell.
/// </summary>
/// <param name="size">How many permits a full bucket has: 1 or more.</param>
/// <param name="fillTime">How long an empty bucket takes to be full again.</param>
internal sealed class TokenBuckets<TKey>(int size, TimeSpan fillTime, TimeProvider clock) where TKey : notnull
{
    static readonly TimeSpan SweepInterval = TimeSpan.FromSeconds(10);

    readonly ConcurrentDictionary<TKey, Bucket> buckets = new();
    readonly long perPermit = Math.Max(1, (long)(fillTime.TotalSeconds * clock.TimestampFrequency / size));
    readonly long sweepInterval = (long)(SweepInterval.TotalSeconds * clock.TimestampFrequency);
    long sweepAt;

    /// <summary>How many keys have a bucket that is not full.</summary>
    internal int Count => buckets.Count;

    /// <summary>Takes one permit, if there is one.</summary>
    public Permit Take(TKey key)
    {
        var now = clock.GetTimestamp();
        Sweep(now);
        while (true)
        {
            var bucket = buckets.GetOrAdd(key, static _ => new());
            lock (bucket)
            {
                if (bucket.IsRemoved) continue;
                var missing = Math.Max(0, bucket.FullAt - now);
                var wait = missing - (size - 1) * perPermit;
                if (wait > 0) return new(false, 0, Span(wait));
                missing += perPermit;
                bucket.FullAt = now + missing;
                var taken = (missing + perPermit - 1) / perPermit;
                return new(true, size - (int)taken, Span(missing - (taken - 1) * perPermit));
            }
        }
    }

    /// <summary>A bucket that is full is as good as none.</summary>
    void Sweep(long now)
    {
        var due = Interlocked.Read(ref sweepAt);
        if (now < due || Interlocked.CompareExchange(ref sweepAt, now + sweepInterval, due) != due) return;
        foreach (var (key, bucket) in buckets)
        {
            lock (bucket)
            {
                if (bucket.FullAt > now) continue;
                bucket.IsRemoved = true;
                buckets.TryRemove(key, out _);
            }
        }
    }

    TimeSpan Span(long ticks) => TimeSpan.FromSeconds((double)ticks / clock.TimestampFrequency);

    sealed class Bucket
    {
        public long FullAt { get; set; }
        public bool IsRemoved { get; set; }
    }
}

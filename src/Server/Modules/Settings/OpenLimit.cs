using System.Threading.RateLimiting;
using Consilium.Modules.Accounts.Contracts;
using Consilium.Platform.Errors;

namespace Consilium.Modules.Settings;

/// <summary>How many secrets one caller may have opened: so many in a minute, and then one as often as that makes. Zero is no limit.</summary>
internal sealed class OpenLimit(int perMinute) : IDisposable
{
    readonly PartitionedRateLimiter<Guid> limiter = PartitionedRateLimiter.Create<Guid, Guid>(caller => perMinute == 0
        ? RateLimitPartition.GetNoLimiter(caller)
        : RateLimitPartition.GetTokenBucketLimiter(caller, _ => new()
        {
            TokenLimit = perMinute,
            TokensPerPeriod = 1,
            ReplenishmentPeriod = TimeSpan.FromMinutes(1) / perMinute,
            AutoReplenishment = false,
        }));

    /// <summary>Counts one. Call it before anything is opened, whatever comes of it.</summary>
    /// <exception cref="BusyException">It is one too many: 429.</exception>
    public void Take(Caller caller)
    {
        using var lease = limiter.AttemptAcquire(caller.IsApiKey ? caller.SessionId : caller.UserId);
        if (lease.IsAcquired) return;
        var wait = lease.TryGetMetadata(MetadataName.RetryAfter, out var time) ? time : TimeSpan.FromSeconds(1);
        throw new BusyException(429, wait, "too_many_requests", "Too many secrets opened: wait as long as Retry-After says.");
    }

    public void Dispose() => limiter.Dispose();
}

using Consilium.Modules.Accounts.Contracts;
using Consilium.Platform.Errors;
using Consilium.Platform.Limits;

namespace Consilium.Modules.Settings;

/// <summary>How many secrets one caller may have opened: so many in a minute, and then one as often as that makes. Zero is no limit.</summary>
internal sealed class OpenLimit(int perMinute, TimeProvider clock)
{
    static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    readonly RateLimitPolicy policy = new("secrets", perMinute, (int)Minute.TotalSeconds);
    readonly TokenBuckets<Guid>? buckets = perMinute == 0 ? null : new(perMinute, Minute, clock);

    /// <summary>Counts one, and tells on the answer how many are left. Call it before anything is opened, whatever comes of it.</summary>
    /// <exception cref="BusyException">It is one too many: 429.</exception>
    public void Take(Caller caller, HttpContext http)
    {
        if (buckets is null) return;
        var permit = buckets.Take(caller.IsApiKey ? caller.SessionId : caller.UserId);
        RateLimitHeaders.Say(http, policy, permit.Left, permit.Next);
        if (!permit.IsGiven) throw new BusyException(429, permit.Next, "too_many_requests", "Too many secrets opened: wait as long as Retry-After says.");
    }
}

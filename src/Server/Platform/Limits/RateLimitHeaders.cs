namespace Consilium.Platform.Limits;

/// <summary>
/// Tells on the answer to a request which limits it counted against, and what is left of them: <c>RateLimit-Policy</c> and <c>RateLimit</c>. They are
/// written when the answer begins, so that a success, a refusal and a fault all have them.
/// </summary>
internal sealed class RateLimitHeaders
{
    public const string Policy = "RateLimit-Policy";
    public const string Standing = "RateLimit";

    readonly HttpResponse response;
    readonly List<(RateLimitPolicy Policy, string Standing)> limits = new(1);

    RateLimitHeaders(HttpResponse response)
    {
        this.response = response;
        response.OnStarting(static headers => ((RateLimitHeaders)headers).WriteAsync(), this);
    }

    /// <summary>Says it of one limit; what was said of that before counts no more.</summary>
    /// <param name="left">How many requests are left.</param>
    /// <param name="next">How long until there are more; null when none are missing.</param>
    public static void Say(HttpContext http, RateLimitPolicy policy, int left, TimeSpan? next)
    {
        var headers = http.Features.Get<RateLimitHeaders>();
        if (headers is null) http.Features.Set(headers = new(http.Response));
        headers.Set(policy, policy.Standing(left, next));
    }

    void Set(RateLimitPolicy policy, string standing)
    {
        for (var i = 0; i < limits.Count; i++)
        {
            if (limits[i].Policy != policy) continue;
            limits[i] = (policy, standing);
            return;
        }
        limits.Add((policy, standing));
    }

    Task WriteAsync()
    {
        response.Headers[Policy] = limits is [var only] ? only.Policy.Text : string.Join(", ", limits.Select(limit => limit.Policy.Text));
        response.Headers[Standing] = limits is [var one] ? one.Standing : string.Join(", ", limits.Select(limit => limit.Standing));
        return Task.CompletedTask;
    }
}

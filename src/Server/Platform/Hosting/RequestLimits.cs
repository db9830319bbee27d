using System.Net;
using System.Threading.RateLimiting;
using Consilium.Platform.Errors;
using Consilium.Platform.Limits;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.RateLimiting;

namespace Consilium.Platform.Hosting;

/// <summary>
/// How much the server takes at once. All together: <c>Limits:ConcurrentRequests</c>, a short queue behind them, then 503 at once, so that
/// those inside are served well. Each caller: <c>Limits:RequestsPerSecond</c> with twice that in a burst, then 429. Zero switches a limit off.
/// </summary>
internal static class RequestLimits
{
    const int Burst = 2;
    static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    /// <summary>Marks a route whose answer lasts, a stream or a WebSocket: it is not counted among the concurrent requests.</summary>
    public static TBuilder LongLived<TBuilder>(this TBuilder route) where TBuilder : IEndpointConventionBuilder => route.WithMetadata(new LongLivedRoute());

    /// <summary>Sheds load before anything has been spent on a request but its routing.</summary>
    public static void UseConcurrencyLimit(this WebApplication app)
    {
        var permits = app.Configuration.WholeNumber("Limits:ConcurrentRequests", 512);
        if (permits == 0) return;
        var limiter = new ConcurrencyLimiter(new() { PermitLimit = permits, QueueLimit = permits / 4, QueueProcessingOrder = QueueProcessingOrder.OldestFirst });
        app.Lifetime.ApplicationStopped.Register(limiter.Dispose);
        app.Use(async (context, next) =>
        {
            if (IsExempt(context) || context.GetEndpoint()?.Metadata.GetMetadata<LongLivedRoute>() is not null)
            {
                await next(context);
                return;
            }
            using var lease = await limiter.AcquireAsync(1, context.RequestAborted);
            if (lease.IsAcquired) await next(context);
            else await RefuseAsync(context, Second, Problems.Details(503, "overloaded", "The server has more to do than it can at the moment: try again."));
        });
    }

    /// <summary>After authentication, so that a caller is a person and not an office's shared address. What is left is told on every answer.</summary>
    public static void UseRateLimits(this WebApplication app)
    {
        var perSecond = app.Configuration.WholeNumber("Limits:RequestsPerSecond", 50);
        if (perSecond == 0) return;
        var quota = (int)Math.Min(int.MaxValue, (long)perSecond * Burst);
        var policy = new RateLimitPolicy("default", quota, seconds: Burst);
        var buckets = new TokenBuckets<string>(quota, Second * Burst, app.Services.GetRequiredService<TimeProvider>());
        app.Use((context, next) =>
        {
            if (IsExempt(context)) return next(context);
            var permit = buckets.Take(CallerOf(context));
            RateLimitHeaders.Say(context, policy, permit.Left, permit.Next);
            return permit.IsGiven
                ? next(context)
                : RefuseAsync(context, permit.Next, Problems.Details(429, "too_many_requests", "Too many requests: wait as long as Retry-After says."));
        });
    }

    static bool IsExempt(HttpContext context) => context.GetEndpoint()?.Metadata.GetMetadata<DisableRateLimitingAttribute>() is not null;

    static string CallerOf(HttpContext context) => context.User.FindFirst("limit")?.Value ?? Network(context.Connection.RemoteIpAddress);

    // Whoever has one IPv6 address has 2^64 of them.
    static string Network(IPAddress? address)
    {
        if (address is null) return "unknown";
        if (address.IsIPv4MappedToIPv6) address = address.MapToIPv4();
        return address.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6
            ? Convert.ToHexString(address.GetAddressBytes().AsSpan(0, 8))
            : address.ToString();
    }

    static Task RefuseAsync(HttpContext context, TimeSpan wait, ProblemDetails problem)
    {
        RetryAfter.Set(context.Response, wait);
        return ErrorAnswers.WriteAsync(context, problem);
    }

    internal sealed class LongLivedRoute;
}

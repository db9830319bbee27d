using Consilium.Platform.Realtime;
using Microsoft.AspNetCore.Cors.Infrastructure;

namespace Consilium.Platform.Hosting;

/// <summary>
/// Lets pages and apps of the origins in <c>Origins:Allowed</c> read answers, errors included. Without the setting no header speaks of origins.
/// Cookies play no part: callers send a token.
/// </summary>
internal static class CrossOrigin
{
    static readonly string[] Methods = [HttpMethods.Get, HttpMethods.Head, HttpMethods.Post, HttpMethods.Put, HttpMethods.Patch, HttpMethods.Delete];

    /// <summary>What a script may read besides the few headers that it always may.</summary>
    static readonly string[] Readable =
    [
        "ETag", "Location", "Retry-After", "RateLimit", "RateLimit-Policy", "Content-Disposition", "Accept-Ranges", "Content-Range",
        "WWW-Authenticate", "Allow", "Link", "Deprecation", "Sunset",
    ];

    static readonly TimeSpan PreflightAge = TimeSpan.FromHours(1);

    public static void UseCrossOrigin(this WebApplication app)
    {
        var origins = app.Services.GetRequiredService<Origins>();
        if (!origins.Any) return;
        app.Use((context, next) =>
        {
            context.Response.OnStarting(() =>
            {
                // Always, so that no cache gives an answer for one origin to another.
                if (!context.Response.Headers.Vary.Contains("Origin")) context.Response.Headers.Append("Vary", "Origin");
                return Task.CompletedTask;
            });
            return next(context);
        });
        app.UseMiddleware<CorsMiddleware>(new CorsPolicyBuilder()
            .SetIsOriginAllowed(origins.Has).WithMethods(Methods).AllowAnyHeader().WithExposedHeaders(Readable)
            .SetPreflightMaxAge(PreflightAge).Build());
    }
}

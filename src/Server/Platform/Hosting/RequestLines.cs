using System.Diagnostics;
using Microsoft.AspNetCore.Http.Features;

namespace Consilium.Platform.Hosting;

/// <summary>
/// In Development one line on the console for each request, when its answer has ended: method, path, status, milliseconds. Never the query, where
/// tokens and searched words stand, and never in Production.
/// </summary>
internal static class RequestLines
{
    const string Category = "Consilium.Requests";
    const int LongestPath = 200;

    public static void UseRequestLines(this WebApplication app)
    {
        if (!app.Environment.IsDevelopment()) return;
        var log = app.Services.GetRequiredService<ILoggerFactory>().CreateLogger(Category);
        app.Use(async (context, next) =>
        {
            var begun = Stopwatch.GetTimestamp();
            try
            {
                await next(context);
            }
            finally
            {
                log.LogInformation("{Method} {Path} {Status} {Milliseconds:0} ms",
                    context.Request.Method, PathOf(context), context.Response.StatusCode, Stopwatch.GetElapsedTime(begun).TotalMilliseconds);
            }
        });
    }

    // As it was sent: decoded, it could have line breaks.
    static string PathOf(HttpContext context)
    {
        var target = context.Features.Get<IHttpRequestFeature>()!.RawTarget;
        var path = target.Split('?', 2)[0];
        return path.Length <= LongestPath ? path : $"{path[..LongestPath]}…";
    }
}

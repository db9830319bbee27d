using System.Diagnostics;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http.Features;

namespace Consilium.Platform.Hosting;

/// <summary>
/// In Development one line on the console for each request, when its answer has ended: method, path, status, milliseconds. Production writes none.
/// The line has no query, because tokens and searched words stand there. It has the name of a value in the path, such as <c>{key}</c>, and the value
/// itself only if it is an id or a number, because somebody may send a secret there by mistake.
/// </summary>
internal static partial class RequestLines
{
    const string Category = "Consilium.Requests";
    const int LongestPath = 200;
    const string Hidden = "…";

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

    static string PathOf(HttpContext context)
    {
        var target = context.Features.Get<IHttpRequestFeature>()!.RawTarget; // as it was sent: decoded, it could have line breaks
        var values = context.Features.Get<IExceptionHandlerFeature>()?.RouteValues ?? context.Request.RouteValues;
        var path = string.Join('/', target.Split('?', 2)[0].Split('/').Select(segment => Shown(segment, values)));
        return path.Length <= LongestPath ? path : path[..LongestPath] + Hidden;
    }

    static string Shown(string segment, RouteValueDictionary values)
    {
        if (segment.Length == 0 || Guid.TryParseExact(segment, "D", out _) || Number().IsMatch(segment)) return segment;
        var sent = Uri.UnescapeDataString(segment);
        if (values.FirstOrDefault(value => value.Value as string == sent).Key is { } name) return $"{{{name}}}";
        return Word().IsMatch(segment) ? segment : Hidden;
    }

    [GeneratedRegex("^([0-9]{1,19}|v[0-9])$", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex Number();

    [GeneratedRegex("^[a-z][a-z._-]{0,39}$", RegexOptions.NonBacktracking)]
    private static partial Regex Word();
}

using System.Diagnostics;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing.Patterns;

namespace Consilium.Platform.Hosting;

/// <summary>
/// In Development one line on the console for each request, when its answer has ended: method, path, status, milliseconds. Production writes none.
/// The line has no query, because tokens and searched words stand there. Of the path it has the words of routes, ids and numbers. Any other value may be
/// a secret that somebody sends there by mistake: its name stands there instead, such as <c>{key}</c>, or … where no route fits.
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
        var words = new Lazy<HashSet<string>>(() => WordsOf(app.Services.GetRequiredService<EndpointDataSource>()));
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
                    context.Request.Method, PathOf(context, words.Value), context.Response.StatusCode, Stopwatch.GetElapsedTime(begun).TotalMilliseconds);
            }
        });
    }

    static string PathOf(HttpContext context, HashSet<string> words)
    {
        var target = context.Features.Get<IHttpRequestFeature>()!.RawTarget; // as it was sent: decoded, it could have line breaks
        var values = context.Features.Get<IExceptionHandlerFeature>()?.RouteValues ?? context.Request.RouteValues;
        var path = string.Join('/', target.Split('?', 2)[0].Split('/').Select(segment => Shown(segment, values, words)));
        return path.Length <= LongestPath ? path : path[..LongestPath] + Hidden;
    }

    static string Shown(string segment, RouteValueDictionary values, HashSet<string> words)
    {
        if (segment.Length == 0 || Guid.TryParseExact(segment, "D", out _) || Number().IsMatch(segment)) return segment;
        var sent = Uri.UnescapeDataString(segment);
        if (values.FirstOrDefault(value => value.Value as string == sent).Key is { } name) return $"{{{name}}}";
        return words.Contains(segment) ? segment : Hidden;
    }

    static HashSet<string> WordsOf(EndpointDataSource routes) => routes.Endpoints.OfType<RouteEndpoint>()
        .SelectMany(route => route.RoutePattern.PathSegments).SelectMany(segment => segment.Parts).OfType<RoutePatternLiteralPart>()
        .Select(part => part.Content).ToHashSet(StringComparer.Ordinal);

    [GeneratedRegex("^([0-9]{1,19}|v[0-9])$", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex Number();
}

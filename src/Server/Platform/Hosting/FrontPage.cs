using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Net.Http.Headers;

namespace Consilium.Platform.Hosting;

/// <summary>What <c>/</c> shows: to people a small page that leads on, to programs the same as JSON.</summary>
internal static class FrontPage
{
    internal sealed record ProductResponse(string Name, string Version, string? Docs, string? Openapi);

    public static void MapFrontPage(this WebApplication app)
    {
        var hasDocs = app.Services.GetRequiredService<DocsSettings>().Enabled;
        var product = new ProductResponse(Product.Name, Product.Version, hasDocs ? "/docs" : null, hasDocs ? "/openapi/v1.json" : null);
        var html = HtmlOf(hasDocs ? DocsLinks : "");
        app.MapMethods("/", [HttpMethods.Get, HttpMethods.Head], (HttpContext context, [FromHeader] string? accept) =>
        {
            context.Response.Headers.Vary = "Accept";
            if (WantsJson(accept)) return Results.Ok(product);
            context.Response.Headers.ContentSecurityPolicy = Policy;
            return Results.Content(html, "text/html; charset=utf-8");
        }).AllowAnonymous().DisableRateLimiting().ExcludeFromDescription();
    }

    /// <summary>Whether JSON is asked for more than a page is (RFC 9110, 12.5.1). A client that takes both alike gets the page.</summary>
    static bool WantsJson(string? accept) => accept is not null && MediaTypeHeaderValue.TryParseList([accept], out var ranges)
        && Wish(ranges, "application/json") is { Quality: > 0 } wish && wish.CompareTo(Wish(ranges, "text/html")) > 0;

    /// <summary>How much a type is wanted, and how exactly it is named: by itself before <c>text/*</c> before <c>*/*</c>.</summary>
    static (double Quality, int Exactness) Wish(IList<MediaTypeHeaderValue> ranges, string type) => ranges
        .Where(range => new MediaTypeHeaderValue(type).IsSubsetOf(new MediaTypeHeaderValue(range.MediaType)))
        .Select(range => (Exactness: range.MatchesAllTypes ? 0 : range.MatchesAllSubTypes ? 1 : 2, Quality: range.Quality ?? 1))
        .OrderByDescending(range => range.Exactness).Select(range => (range.Quality, range.Exactness)).FirstOrDefault();

    const string Style = """
        :root { color-scheme: light dark; --ink: #16262e; --soft: #51666f; --paper: #fbfaf7; --line: #d9ddd8; --accent: #0b6e69 }
        @media (prefers-color-scheme: dark) { :root { --ink: #e9efee; --soft: #9fb1b4; --paper: #10191d; --line: #2b3a3f; --accent: #5cc8bd } }
        * { box-sizing: border-box }
        body { margin: 0; min-height: 100vh; display: grid; place-items: center; background: var(--paper); color: var(--ink);
               font: 17px/1.6 system-ui, sans-serif }
        main { max-width: 40rem; padding: 2rem 1.5rem }
        h1 { margin: 0; font-size: 2.4rem; letter-spacing: -.02em }
        h1 small { font-size: .9rem; font-weight: 400; color: var(--soft); letter-spacing: 0; margin-left: .4rem }
        p { margin: .8rem 0 1.6rem; color: var(--soft) }
        ul { list-style: none; margin: 0; padding: 0; border-top: 1px solid var(--line) }
        li { border-bottom: 1px solid var(--line) }
        a { display: flex; justify-content: space-between; gap: 1rem; padding: .75rem .2rem; color: inherit; text-decoration: none }
        a:hover strong, a:focus-visible strong { text-decoration: underline }
        strong { color: var(--accent) }
        """;

    const string DocsLinks = """
        <li><a href="/docs"><strong>API, to try out</strong><span>/docs</span></a></li>
        <li><a href="/redoc"><strong>API, to read</strong><span>/redoc</span></a></li>
        <li><a href="/openapi/v1.json"><strong>OpenAPI document</strong><span>/openapi/v1.json</span></a></li>

        """;

    static string HtmlOf(string links) => $"""
        <!doctype html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <title>{Product.Name}</title>
        <link rel="icon" href="data:,">
        <style>{Style}</style>
        </head>
        <body>
        <main>
        <h1>{Product.Name}<small>{Product.Version}</small></h1>
        <p>{Product.Description}</p>
        <ul>
        {links}<li><a href="/health/ready"><strong>Health</strong><span>/health/ready</span></a></li>
        </ul>
        </main>
        </body>
        </html>
        """;

    static readonly string Policy =
        $"default-src 'none'; style-src 'sha256-{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(Style)))}'; "
        + "img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
}

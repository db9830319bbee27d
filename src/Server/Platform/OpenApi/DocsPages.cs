using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Net.Http.Headers;
using Swashbuckle.AspNetCore.ReDoc;
using Swashbuckle.AspNetCore.SwaggerUI;

namespace Consilium.Platform.OpenApi;

/// <summary>The document for people: Swagger UI to try it out at <c>/docs</c>, ReDoc to read it at <c>/redoc</c>. Everything comes from this server.</summary>
internal static class DocsPages
{
    // Swagger UI and ReDoc write style attributes and elements, show images from data: addresses; ReDoc searches in a worker.
    const string Policy = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self' data:; "
        + "connect-src 'self'; worker-src blob:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    static readonly string Swagger = Page("Swagger UI", $"""
        <link rel="stylesheet" href="/docs/swagger-ui.css">
        """, $"""
        <div id="swagger-ui"></div>
        <script src="/docs/swagger-ui-bundle.js"></script>
        <script src="/docs/start.js"></script>
        """);

    // It would report to its makers how the page is used.
    static readonly string Redoc = Page("ReDoc", "<style>body { margin: 0 }</style>", $"""
        <redoc spec-url="{ApiDocument.Path}" disable-telemetry="true"></redoc>
        <script type="module" src="/redoc/redoc.standalone.js"></script>
        """);

    const string Start = $$"""
        SwaggerUIBundle({
          url: "{{ApiDocument.Path}}", dom_id: "#swagger-ui", deepLinking: true, docExpansion: "list", displayRequestDuration: true,
          persistAuthorization: false, tryItOutEnabled: true, validatorUrl: null, defaultModelsExpandDepth: 0
        });
        """;

    public static void Map(IEndpointRouteBuilder app)
    {
        foreach (var path in (string[])["/docs", "/api/v1/docs"]) Serve(app, path, "text/html", () => Swagger);
        foreach (var path in (string[])["/redoc", "/api/v1/redoc"]) Serve(app, path, "text/html", () => Redoc);
        Serve(app, "/docs/start.js", "text/javascript", () => Start);
        Serve(app, "/docs/swagger-ui.css", "text/css", () => Packed(typeof(SwaggerUIOptions), "swagger-ui.css"));
        Serve(app, "/docs/swagger-ui-bundle.js", "text/javascript", () => Packed(typeof(SwaggerUIOptions), "swagger-ui-bundle.js"));
        Serve(app, "/redoc/redoc.standalone.js", "text/javascript", () => Packed(typeof(ReDocOptions), "redoc.standalone.js")
            .Replace("https://cdn.redoc.ly/redoc/logo-mini-full.svg", "data:,", StringComparison.Ordinal)
            .Replace("https://cdn.redoc.ly/redoc/logo-mini.svg", "data:,", StringComparison.Ordinal));
    }

    static void Serve(IEndpointRouteBuilder app, string path, string type, Func<string> read)
    {
        var content = new Lazy<(byte[] Bytes, EntityTagHeaderValue Tag)>(() =>
        {
            var bytes = Encoding.UTF8.GetBytes(read());
            return (bytes, new($"\"{Convert.ToHexStringLower(SHA256.HashData(bytes).AsSpan(0, 8))}\""));
        });
        app.MapMethods(path, [HttpMethods.Get, HttpMethods.Head], (HttpContext context) =>
        {
            context.Response.Headers.ContentSecurityPolicy = Policy;
            context.Response.Headers.CacheControl = "no-cache";
            return Results.Bytes(content.Value.Bytes, $"{type}; charset=utf-8", entityTag: content.Value.Tag);
        }).AllowAnonymous().ExcludeFromDescription();
    }

    // The packages hold their files compressed, as resources.
    static string Packed(Type package, string file)
    {
        var name = package.Assembly.GetManifestResourceNames().Single(name => name.EndsWith($".{file}", StringComparison.Ordinal));
        using var resource = package.Assembly.GetManifestResourceStream(name)!;
        using var text = new StreamReader(new GZipStream(resource, CompressionMode.Decompress));
        return text.ReadToEnd();
    }

    static string Page(string tool, string head, string body) => $"""
        <!doctype html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <title>{Hosting.Product.Name} API ({tool})</title>
        <link rel="icon" href="data:,">
        {head}
        </head>
        <body>
        {body}
        </body>
        </html>
        """;
}

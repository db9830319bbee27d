namespace Consilium.Platform.OpenApi;

/// <summary>The document for people: Swagger UI to try it out at <c>/docs</c>, ReDoc to read it at <c>/redoc</c>. Everything comes from this server.</summary>
internal static class DocsPages
{
    const string SwaggerAssets = "docs/assets";
    const string RedocAssets = "redoc/assets";

    // Swagger UI and ReDoc write style attributes and elements, show images from data: addresses; ReDoc searches in a worker.
    const string Policy = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self' data:; "
        + "connect-src 'self'; worker-src blob:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    static readonly string Swagger = Page("Swagger UI", $"""
        <link rel="stylesheet" href="/{SwaggerAssets}/swagger-ui.css">
        """, $"""
        <div id="swagger-ui"></div>
        <script src="/{SwaggerAssets}/swagger-ui-bundle.js"></script>
        <script src="/docs/start.js"></script>
        """);

    static readonly string Redoc = Page("ReDoc", "", $"""
        <redoc spec-url="{ApiDocument.Path}" hide-download-button="false"></redoc>
        <script src="/{RedocAssets}/redoc.standalone.js"></script>
        """);

    const string Start = $$"""
        SwaggerUIBundle({
          url: "{{ApiDocument.Path}}", dom_id: "#swagger-ui", deepLinking: true, docExpansion: "list", displayRequestDuration: true,
          persistAuthorization: false, tryItOutEnabled: true, validatorUrl: null, defaultModelsExpandDepth: 0
        });
        """;

    /// <summary>The scripts and styles of both pages.</summary>
    public static void UseDocsAssets(this WebApplication app)
    {
        app.UseSwaggerUI(ui => { ui.RoutePrefix = SwaggerAssets; ui.SwaggerEndpoint(ApiDocument.Path, "v1"); });
        app.UseReDoc(redoc => { redoc.RoutePrefix = RedocAssets; redoc.SpecUrl = ApiDocument.Path; });
    }

    public static void Map(IEndpointRouteBuilder app)
    {
        foreach (var path in (string[])["/docs", "/api/v1/docs"]) Serve(app, path, Swagger, "text/html; charset=utf-8");
        foreach (var path in (string[])["/redoc", "/api/v1/redoc"]) Serve(app, path, Redoc, "text/html; charset=utf-8");
        Serve(app, "/docs/start.js", Start, "text/javascript; charset=utf-8");
    }

    static void Serve(IEndpointRouteBuilder app, string path, string text, string type) =>
        app.MapMethods(path, [HttpMethods.Get, HttpMethods.Head], (HttpContext context) =>
        {
            context.Response.Headers.ContentSecurityPolicy = Policy;
            return Results.Text(text, type);
        }).AllowAnonymous().ExcludeFromDescription();

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

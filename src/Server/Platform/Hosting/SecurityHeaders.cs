namespace Consilium.Platform.Hosting;

/// <summary>
/// Headers on every answer, errors included. An answer is data: it may not be sniffed, framed, cached, or run anything. A page that needs
/// more sets its own <c>Content-Security-Policy</c> or <c>Cache-Control</c>, and keeps it.
/// </summary>
internal static class SecurityHeaders
{
    const string NothingRuns = "default-src 'none'; frame-ancestors 'none'";

    public static void UseSecurityHeaders(this WebApplication app)
    {
        var hsts = !app.Environment.IsDevelopment();
        app.Use((context, next) =>
        {
            context.Response.OnStarting(() =>
            {
                Set(context, hsts);
                return Task.CompletedTask;
            });
            return next(context);
        });
    }

    static void Set(HttpContext context, bool hsts)
    {
        var headers = context.Response.Headers;
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "no-referrer";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        headers["Permissions-Policy"] = "camera=(), geolocation=(), microphone=()";
        headers.XFrameOptions = "DENY";
        if (headers.ContentSecurityPolicy.Count == 0) headers.ContentSecurityPolicy = NothingRuns;
        if (headers.CacheControl.Count == 0) headers.CacheControl = "no-store";
        if (hsts && context.Request.IsHttps) headers.StrictTransportSecurity = "max-age=31536000; includeSubDomains";
    }
}

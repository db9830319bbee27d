using Consilium.Platform.Errors;

namespace Consilium.Platform.Hosting;

/// <summary>Methods are case-sensitive (RFC 9110, 9.1), and routing is not: here <c>get</c> is no GET, and is refused.</summary>
internal static class ExactMethods
{
    public static void UseExactMethods(this WebApplication app) => app.Use((context, next) =>
    {
        var method = context.Request.Method;
        if (context.GetEndpoint() is not RouteEndpoint route || MethodsOf(route).Contains(method, StringComparer.Ordinal)
            || MethodsOf(route).FirstOrDefault(known => known.Equals(method, StringComparison.OrdinalIgnoreCase)) is not { } meant)
            return next(context);
        var allowed = context.RequestServices.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
            .Where(other => other.RoutePattern.RawText == route.RoutePattern.RawText).SelectMany(MethodsOf).Distinct(StringComparer.Ordinal);
        context.Response.Headers.Allow = string.Join(", ", allowed);
        return ErrorAnswers.WriteAsync(context, Problems.Details(405, "method_not_allowed", $"Methods are written in capitals: send {meant} instead of {method}."));
    });

    static IReadOnlyList<string> MethodsOf(RouteEndpoint route) => route.Metadata.GetMetadata<IHttpMethodMetadata>()?.HttpMethods ?? [];
}

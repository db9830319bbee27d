using System.Globalization;

namespace Consilium.Platform.Hosting;

/// <summary>
/// The way in which a route goes: every answer of it, errors too, says since when it is deprecated (RFC 9745), when it ends (RFC 8594), and
/// where to read what to use instead. The API's document marks it. See docs/api-promises.md.
/// </summary>
/// <param name="Since">From when on it should not be used any more; it may be to come.</param>
/// <param name="Sunset">When it ends; null while that is not decided.</param>
/// <param name="Link">A page for people.</param>
internal sealed record Deprecation(DateTimeOffset Since, DateTimeOffset? Sunset, string Link)
{
    public const string Header = "Deprecation";
    public const string SunsetHeader = "Sunset";

    readonly string since = string.Create(CultureInfo.InvariantCulture, $"@{Since.ToUnixTimeSeconds()}");
    readonly string? sunset = Sunset?.ToString("R", CultureInfo.InvariantCulture);
    readonly string link = $"<{Link}>; rel=\"deprecation\"; type=\"text/html\"";

    public void Write(IHeaderDictionary headers)
    {
        headers[Header] = since;
        if (sunset is not null) headers[SunsetHeader] = sunset;
        headers.Append("Link", link);
    }
}

internal static class DeprecatedRoutes
{
    /// <summary>Marks a route, or all of a group.</summary>
    /// <exception cref="StartException">It would end before it is deprecated, or the link is none.</exception>
    public static TBuilder Deprecated<TBuilder>(this TBuilder route, DateTimeOffset since, DateTimeOffset? sunset, string link)
        where TBuilder : IEndpointConventionBuilder
    {
        if (sunset < since)
            throw new StartException($"A route would end on {sunset:R}, before it is deprecated on {since:R}: correct one of the two.");
        if (!IsLink(link))
            throw new StartException($"The link of a deprecated route is no address: '{link}'. Name the page that says what to use instead.");
        return route.WithMetadata(new Deprecation(since, sunset, link));
    }

    static bool IsLink(string link) =>
        link.All(letter => letter is > ' ' and < '\u007f' and not ('<' or '>' or '"'))
        && (link.StartsWith('/') || (Uri.TryCreate(link, UriKind.Absolute, out var uri) && uri.Scheme is "https" or "http"));

    /// <summary>Before whatever may refuse the request.</summary>
    public static void UseDeprecations(this WebApplication app) => app.Use((context, next) =>
    {
        if (context.GetEndpoint()?.Metadata.GetMetadata<Deprecation>() is { } deprecation)
            context.Response.OnStarting(() =>
            {
                deprecation.Write(context.Response.Headers);
                return Task.CompletedTask;
            });
        return next(context);
    });
}

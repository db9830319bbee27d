using System.Security.Cryptography;
using System.Text.Json;
using Consilium.Platform.Errors;
using Microsoft.Net.Http.Headers;

namespace Consilium.Platform.Hosting;

/// <summary>
/// What requests say with <c>If-Match</c> and <c>If-None-Match</c> about the <c>ETag</c> of what they name (RFC 9110, 13.1): <c>If-Match</c>
/// compares strongly, <c>If-None-Match</c> weakly, both know lists and <c>*</c>.
/// </summary>
internal static class EntityTags
{
    /// <summary>Whether the header lets the request go on: it is absent, <c>*</c>, or names a tag that fits.</summary>
    public static bool MatchAllows(HttpRequest request, Func<EntityTagHeaderValue, bool> fits) =>
        request.Headers.IfMatch.Count == 0 || request.GetTypedHeaders().IfMatch.Any(tag => IsAny(tag) || (!tag.IsWeak && fits(tag)));

    /// <summary>Whether the header names this tag, or any.</summary>
    public static bool NoneMatchNames(HttpRequest request, EntityTagHeaderValue current) =>
        request.Headers.IfNoneMatch.Count > 0
        && request.GetTypedHeaders().IfNoneMatch.Any(tag => IsAny(tag) || tag.Compare(current, useStrongComparison: false));

    /// <summary>A few letters that differ where what is shown differs.</summary>
    public static string Fingerprint<T>(T shown) =>
        Convert.ToHexStringLower(SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(shown)).AsSpan(0, 8));

    static bool IsAny(EntityTagHeaderValue tag) => tag.Tag == EntityTagHeaderValue.Any.Tag;
}

/// <summary>
/// Answers a read by 304 when its reader has what the <c>ETag</c> names, and by 412 when <c>If-Match</c> names something else. The handler has
/// found it, checked the right and written the read down by then: only the body is saved.
/// </summary>
internal static class ConditionalReads
{
    public static void AnswersConditions(this RouteGroupBuilder routes) => routes.AddEndpointFilter(async (invocation, next) =>
    {
        var result = await next(invocation);
        var http = invocation.HttpContext;
        return http.Response.Headers.ETag is [{ } text] && IsRead(http.Request) && IsShown(result) && EntityTagHeaderValue.TryParse(text, out var tag)
            ? Answer(http.Request, tag) ?? result
            : result;
    });

    static IResult? Answer(HttpRequest request, EntityTagHeaderValue tag) =>
        !EntityTags.MatchAllows(request, named => named.Compare(tag, useStrongComparison: true))
            ? Problems.Of(412, "precondition_failed", "This is not the version that If-Match names.")
        : EntityTags.NoneMatchNames(request, tag) ? TypedResults.StatusCode(StatusCodes.Status304NotModified)
        : null;

    static bool IsRead(HttpRequest request) => HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method);

    static bool IsShown(object? result) => result switch
    {
        INestedHttpResult nested => IsShown(nested.Result),
        IStatusCodeHttpResult status => status.StatusCode is null or StatusCodes.Status200OK,
        IResult => false, // it has a way of its own
        _ => true,
    };
}

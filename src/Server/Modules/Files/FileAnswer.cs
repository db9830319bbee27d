using Consilium.Modules.Files.Contracts;
using Consilium.Platform.Errors;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Net.Http.Headers;

namespace Consilium.Modules.Files;

/// <summary>
/// Bytes that somebody else made, as an answer that no browser runs or shows by itself: to be saved, by their own type, in a sandbox, not
/// to be cached. Knows ranges, <c>If-Range</c>, <c>If-None-Match</c> and HEAD (RFC 9110). Takes the stream over.
/// </summary>
/// <param name="content">Seekable.</param>
/// <param name="name">What it is saved as (RFC 6266); any text.</param>
/// <param name="tag">Of exactly these bytes, without quotes.</param>
internal sealed class FileAnswer(Stream content, string contentType, string name, string tag, DateTimeOffset lastModified) : IFileDownload
{
    public async Task ExecuteAsync(HttpContext httpContext)
    {
        await using var owned = content;
        var (request, response) = (httpContext.Request, httpContext.Response);
        var disposition = new ContentDispositionHeaderValue("attachment");
        disposition.SetHttpFileName(name);
        response.Headers.ContentDisposition = disposition.ToString();
        response.Headers.ContentSecurityPolicy = "sandbox; default-src 'none'; frame-ancestors 'none'";
        response.Headers.CacheControl = "private, no-store";
        if (!HttpMethods.IsGet(request.Method) || !request.Headers.Range.ToString().StartsWith("bytes=", StringComparison.OrdinalIgnoreCase))
            request.Headers.Range = default; // defined for GET alone, and of other units nothing is known
        var answer = TypedResults.Stream(
            content, contentType, fileDownloadName: null, lastModified, new EntityTagHeaderValue($"\"{tag}\""), enableRangeProcessing: true);
        await answer.ExecuteAsync(httpContext);
        if (response.HasStarted) return;
        if (response.StatusCode == StatusCodes.Status416RangeNotSatisfiable)
            await RefuseAsync(httpContext,
                Problems.Details(416, "range_not_satisfiable", "The file ends before this range: Content-Range says how long it is."));
        else if (response.StatusCode == StatusCodes.Status412PreconditionFailed)
            await RefuseAsync(httpContext, Problems.Details(412, "precondition_failed", "This is not the file that the request's conditions name."));
    }

    public ValueTask DisposeAsync() => content.DisposeAsync();

    static Task RefuseAsync(HttpContext http, ProblemDetails problem)
    {
        http.Response.ContentLength = null;
        http.Response.Headers.ContentDisposition = default;
        return ErrorAnswers.WriteAsync(http, problem);
    }
}

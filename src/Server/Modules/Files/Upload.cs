using Consilium.Platform.Errors;
using Consilium.Platform.Json;
using Consilium.Platform.MediaTypes;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Net.Http.Headers;

namespace Consilium.Modules.Files;

/// <summary>The part <c>file</c> of a <c>multipart/form-data</c> request (RFC 7578), staged: read as a stream, never held in memory. And the fields around it.</summary>
/// <param name="Name">Clean.</param>
/// <param name="DeclaredType">What the sender says it is; null when he says nothing.</param>
/// <param name="Fields">Those that were asked for and are there.</param>
internal sealed record Upload(StagedBlob Content, string Name, string? DeclaredType, IReadOnlyDictionary<string, string> Fields) : IDisposable
{
    public const string ContentType = "multipart/form-data";

    const string Part = "file";
    const int BufferSize = 64 * 1024;
    const int LongestBoundary = 70; // RFC 2046
    const int Surroundings = 128 * 1024; // boundaries, headers and small fields around the file
    const int Overrun = 64 * 1024 * 1024;

    /// <summary>
    /// What the web server reads of a body at most. More than is ever taken: what it has not read when it answers it reads and drops for a few
    /// seconds, so that a client that only reads the answer once it has sent everything gets its 413, and no broken connection.
    /// </summary>
    public static long LargestBody(FilesSettings settings) => settings.MaxBytes + Overrun;

    public void Dispose() => Content.Dispose();

    /// <summary>Reads the request to its end. Exactly one of upload and problem comes back.</summary>
    /// <param name="wanted">The names of text fields.</param>
    public static async Task<(Upload? Upload, ProblemHttpResult? Problem)> ReadAsync(
        HttpRequest request, IReadOnlyList<string> wanted, IBlobStore store, FilesSettings settings)
    {
        if (DeclaredMediaType.Parse(request.ContentType) is not { MediaType: ContentType } type)
            return (null, Problems.Of(415, "unsupported_media_type", $"Send the file as {ContentType}."));
        if (type.Boundary is not { Length: > 0 and <= LongestBoundary } boundary) return (null, Malformed());
        if (request.ContentLength > settings.MaxBytes + Surroundings)
        {
            if (request.HttpContext.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size) size.MaxRequestBodySize = null; // see LargestBody
            return (null, TooLarge(settings));
        }
        Upload? upload = null;
        var fields = new UploadFields(wanted);
        try
        {
            var reader = new MultipartReader(boundary, request.Body, BufferSize) { HeadersLengthLimit = BufferSize / 2 };
            while (await reader.ReadNextSectionAsync(request.HttpContext.RequestAborted) is { } section)
            {
                if (!ContentDispositionHeaderValue.TryParse(section.ContentDisposition, out var disposition)) continue;
                var name = HeaderUtilities.RemoveQuotes(disposition.Name).Value;
                if (name == Part) upload ??= await StageAsync(section, disposition, fields, store, settings, request.HttpContext.RequestAborted);
                else if (await fields.ReadAsync(name, section, request.HttpContext.RequestAborted) is { } fault)
                {
                    upload?.Dispose();
                    return (null, Problems.Invalid(name!, fault));
                }
            }
            if (upload is null) return (null, Problems.Invalid(Part, "is required: the part of this name."));
            if (fields.Misspelt() is not { Count: > 0 } misspelt) return (upload, null);
            upload.Dispose();
            return (null, Problems.Invalid(misspelt));
        }
        catch (ContentTooLargeException)
        {
            return (null, TooLarge(settings));
        }
        catch (Exception fault)
        {
            upload?.Dispose();
            if (fault is InvalidDataException or IOException and not (BadHttpRequestException or ConnectionResetException)) return (null, Malformed());
            throw;
        }
    }

    static async Task<Upload> StageAsync(
        MultipartSection section, ContentDispositionHeaderValue disposition, UploadFields fields, IBlobStore store, FilesSettings settings,
        CancellationToken cancellationToken)
    {
        var content = await store.StageAsync(section.Body, settings.MaxBytes, cancellationToken);
        // One that is not well-formed is no type that the content could have.
        return new(content, FileName.Of(disposition), DeclaredMediaType.Parse(section.ContentType)?.MediaType ?? section.ContentType, fields.Texts);
    }

    static ProblemHttpResult Malformed() => Problems.Invalid(JsonPaths.Body, $"The body is no well-formed {ContentType}.");

    static ProblemHttpResult TooLarge(FilesSettings settings) => Problems.Of(413, "file_too_large", $"A file may have at most {settings.MaxBytes} bytes.");
}

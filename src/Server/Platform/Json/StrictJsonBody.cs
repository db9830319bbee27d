using System.Buffers;
using Consilium.Platform.Errors;
using Consilium.Platform.MediaTypes;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Options;
using JsonOptions = Microsoft.AspNetCore.Http.Json.JsonOptions;

namespace Consilium.Platform.Json;

/// <summary>Marks a route that judges its body itself, whatever its type: it takes it from <see cref="StrictJsonBody.Bytes"/>.</summary>
internal sealed class RawBody;

/// <summary>
/// Reads a request's JSON body once, within the route's size limit, and refuses what <see cref="StrictJson"/> refuses and what
/// <see cref="MisspeltMembers"/> finds. The bytes stay at hand (<see cref="Bytes"/>) for the idempotency fingerprint. A body of another type passes only where the route accepts it:
/// by a form parameter, or by <c>.Accepts&lt;T&gt;(type)</c>.
/// </summary>
internal sealed class StrictJsonBody(RequestDelegate next, IOptions<JsonOptions> json)
{
    /// <summary>Room for the longest message (20 000 characters) written wholly in escapes.</summary>
    public const int DefaultLimit = 512 * 1024;

    const int FirstRead = 8 * 1024;

    public async Task InvokeAsync(HttpContext context)
    {
        var type = DeclaredMediaType.Parse(context.Request.ContentType);
        if (HasBody(context) && context.GetEndpoint() is RouteEndpoint route)
        {
            await ReadAsync(context, route, type);
            return;
        }
        if (type is not null) context.Request.ContentType = type.WithoutCharset();
        await next(context);
    }

    async Task ReadAsync(HttpContext context, RouteEndpoint route, DeclaredMediaType? type)
    {
        if (Unsupported(context.Request, route, type) is { } unsupported)
        {
            await ErrorAnswers.WriteAsync(context, unsupported);
            return;
        }
        context.Request.ContentType = type!.WithoutCharset(); // it is UTF-8; what binds the body would stumble over other spellings
        var isRaw = route.Metadata.GetMetadata<RawBody>() is not null;
        if (!isRaw && !context.Request.HasJsonContentType())
        {
            await next(context);
            return;
        }

        var limit = route.Metadata.GetMetadata<IRequestSizeLimitMetadata>()?.MaxRequestBodySize ?? DefaultLimit;
        var body = await ReadAsync(context, limit);
        if (body is null)
        {
            await ErrorAnswers.WriteAsync(context, Problems.Details(413, "body_too_large", $"The body is larger than the {limit} bytes that this address takes."));
            return;
        }
        if (!isRaw && StrictJson.Fault(body) is { } fault)
        {
            await ErrorAnswers.WriteAsync(context, Problems.Details(400, "malformed_json", fault,
                new Dictionary<string, string[]>(StringComparer.Ordinal) { [JsonPaths.Body] = [fault] }));
            return;
        }
        if (!isRaw && Misspelt(body, route) is { Count: > 0 } misspelt)
        {
            await ErrorAnswers.WriteAsync(context, Problems.Invalid(misspelt).ProblemDetails);
            return;
        }
        context.Items[typeof(StrictJsonBody)] = body;
        context.Request.Body = new MemoryStream(body, writable: false);
        context.Request.ContentLength = body.Length;
        await next(context);
    }

    /// <summary>The body as it was sent; empty when there was none, or one that this does not read.</summary>
    public static byte[] Bytes(HttpContext context) => context.Items[typeof(StrictJsonBody)] as byte[] ?? [];

    Dictionary<string, string[]>? Misspelt(byte[] body, RouteEndpoint route) =>
        body.Length > 0 && route.Metadata.GetMetadata<IAcceptsMetadata>()?.RequestType is { } type && json.Value.SerializerOptions.TryGetTypeInfo(type, out var known)
            ? MisspeltMembers.Find(body, known)
            : null;

    static bool HasBody(HttpContext context) =>
        context.Features.Get<IHttpRequestBodyDetectionFeature>()?.CanHaveBody is not false && context.Request.ContentLength is not 0;

    static ProblemDetails? Unsupported(HttpRequest request, RouteEndpoint route, DeclaredMediaType? type)
    {
        if (request.Headers.ContentEncoding.Count > 0) return Problems.Details(415, "unsupported_encoding", "Send the body without Content-Encoding.");
        var accepted = route.Metadata.GetMetadata<IAcceptsMetadata>()?.ContentTypes;
        if (type is null) return WrongType(accepted, string.IsNullOrEmpty(request.ContentType) ? "" : "The Content-Type is not well-formed. ");
        var fits = accepted is null ? request.HasJsonContentType() : accepted.Any(type.Is);
        if (!fits) return WrongType(accepted, "");
        return type.IsUtf8 ? null : Problems.Details(415, "unsupported_charset", "Send the body in UTF-8, with charset=utf-8 or without a charset.");
    }

    static ProblemDetails WrongType(IReadOnlyList<string>? accepted, string why) =>
        Problems.Details(415, "unsupported_media_type", $"{why}Send the body as {string.Join(" or ", accepted ?? ["application/json"])}.");

    static async ValueTask<byte[]?> ReadAsync(HttpContext context, long limit)
    {
        var length = context.Request.ContentLength;
        if (length > limit) return null;
        // What a client only announces takes no memory here.
        var chunks = new ArrayBufferWriter<byte>((int)Math.Min(length + 1 ?? FirstRead, FirstRead));
        while (await context.Request.Body.ReadAsync(chunks.GetMemory(), context.RequestAborted) is var read and > 0)
        {
            chunks.Advance(read);
            if (chunks.WrittenCount > limit) return null;
        }
        return chunks.WrittenSpan.ToArray();
    }
}

using System.Buffers;
using Consilium.Platform.Errors;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.Metadata;

namespace Consilium.Platform.Json;

/// <summary>
/// Reads a request's JSON body once, within the route's size limit, and refuses what <see cref="StrictJson"/> refuses. The bytes stay
/// at hand (<see cref="Bytes"/>) for the idempotency fingerprint.
/// </summary>
internal sealed class StrictJsonBody(RequestDelegate next)
{
    /// <summary>Room for the longest message (20 000 characters) written wholly in escapes.</summary>
    public const int DefaultLimit = 512 * 1024;

    public async Task InvokeAsync(HttpContext context)
    {
        var request = context.Request;
        if (!HasBody(context) || context.GetEndpoint() is not { } endpoint)
        {
            await next(context);
            return;
        }
        if (request.Headers.ContentEncoding.Count > 0)
        {
            await ErrorAnswers.WriteAsync(context, Problems.Details(415, "unsupported_encoding", "Send the body without Content-Encoding."));
            return;
        }
        if (!request.HasJsonContentType())
        {
            await next(context); // a form where the route takes one; anything else ends as 415 in binding
            return;
        }

        var limit = endpoint.Metadata.GetMetadata<IRequestSizeLimitMetadata>()?.MaxRequestBodySize ?? DefaultLimit;
        var body = await ReadAsync(context, (int)Math.Min(limit, int.MaxValue));
        if (body is null)
        {
            await ErrorAnswers.WriteAsync(context, Problems.Details(413, "body_too_large", $"The body is larger than the {limit} bytes that this address takes."));
            return;
        }
        if (StrictJson.Fault(body) is { } fault)
        {
            await ErrorAnswers.WriteAsync(context, Problems.Details(400, "malformed_json", fault,
                new Dictionary<string, string[]>(StringComparer.Ordinal) { ["$"] = [fault] }));
            return;
        }
        context.Items[typeof(StrictJsonBody)] = body;
        request.Body = new MemoryStream(body, writable: false);
        request.ContentLength = body.Length;
        await next(context);
    }

    /// <summary>The body as it was sent; empty when there was none, or it was no JSON.</summary>
    public static byte[] Bytes(HttpContext context) => context.Items[typeof(StrictJsonBody)] as byte[] ?? [];

    static bool HasBody(HttpContext context) =>
        context.Features.Get<IHttpRequestBodyDetectionFeature>()?.CanHaveBody ?? context.Request.ContentLength > 0;

    static async ValueTask<byte[]?> ReadAsync(HttpContext context, int limit)
    {
        var length = context.Request.ContentLength;
        if (length > limit) return null;
        if (length is { } known)
        {
            var exact = new byte[known];
            await context.Request.Body.ReadExactlyAsync(exact, context.RequestAborted);
            return exact;
        }
        var chunks = new ArrayBufferWriter<byte>();
        while (await context.Request.Body.ReadAsync(chunks.GetMemory(4096), context.RequestAborted) is var read and > 0)
        {
            chunks.Advance(read);
            if (chunks.WrittenCount > limit) return null;
        }
        return chunks.WrittenSpan.ToArray();
    }
}

using Consilium.Platform.MediaTypes;

namespace Consilium.Platform.Outbound;

/// <summary>What the caller takes: at most so many bytes of body, within a time that counts from the call to the last byte.</summary>
internal sealed record OutboundLimits(long MaxBytes, TimeSpan Timeout);

/// <summary>An answer 200. Dispose it: that ends the connection when the body has not been read to its end.</summary>
internal sealed class OutboundResponse(HttpResponseMessage answer, Stream body) : IDisposable
{
    /// <summary>Throws <see cref="OutboundRefusedException"/> when it breaks off, grows too large or takes too long. Read asynchronously.</summary>
    public Stream Body { get; } = body;

    /// <summary>What the other side says it is, in lower case and without parameters; null when it says nothing sensible.</summary>
    public string? MediaType { get; } =
        answer.Content.Headers.NonValidated.TryGetValues("Content-Type", out var types) ? DeclaredMediaType.Parse(types.ToString())?.MediaType : null;

    /// <summary>What the other side says it will send.</summary>
    public long? Length { get; } = answer.Content.Headers.ContentLength;

    public void Dispose()
    {
        Body.Dispose();
        answer.Dispose();
    }
}

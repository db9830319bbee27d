namespace Consilium.Modules.Files;

/// <summary>
/// Where bytes lie, named by their SHA-256 in lower-case hexadecimal. A directory today (<c>LocalBlobStore</c>); object storage fits behind
/// the same calls. What is stored and not in the table <c>files.blobs</c> is nothing yet, or nothing any more, and gets swept.
/// </summary>
internal interface IBlobStore
{
    /// <summary>Takes bytes in, hashed and counted on the way, where nobody reads them. Disposing forgets them, unless they were kept.</summary>
    /// <exception cref="ContentTooLargeException">There are more than <paramref name="limit"/> bytes; no more than that was read.</exception>
    Task<StagedBlob> StageAsync(Stream content, long limit, CancellationToken cancellationToken);

    /// <summary>
    /// Stores staged bytes durably under their name: whole or not at all. Call it in the transaction that writes the row, under <c>files.lock_blob</c>.
    /// </summary>
    Task KeepAsync(StagedBlob staged, CancellationToken cancellationToken);

    /// <summary>The bytes, seekable and checked against their name; null when they are not there.</summary>
    /// <exception cref="DamagedContentException">They are not what they were when they were stored.</exception>
    Task<Stream?> OpenAsync(string sha256, CancellationToken cancellationToken);

    /// <summary>Bytes as a file for another process to read. Null when they are not there. Dispose it after use.</summary>
    Task<LocalCopy?> OnDiskAsync(string sha256, CancellationToken cancellationToken);

    /// <summary>Removes the bytes, under <c>files.lock_blob</c>. What is not there is removed.</summary>
    Task RemoveAsync(string sha256, CancellationToken cancellationToken);

    /// <summary>The names of all bytes that were stored before the time.</summary>
    IAsyncEnumerable<string> ListAsync(DateTimeOffset storedBefore, CancellationToken cancellationToken);

    /// <summary>Removes what was staged before the time and left behind by a process that died. Returns how many.</summary>
    Task<int> RemoveStagedAsync(DateTimeOffset stagedBefore, CancellationToken cancellationToken);
}

/// <summary>Bytes that were taken in and are not stored yet.</summary>
internal sealed class StagedBlob(string path, string sha256, long size, Action forget) : IDisposable
{
    /// <summary>A local file, whatever the store: bytes are looked at before they are stored.</summary>
    public string Path => path;
    public string Sha256 => sha256;
    public long Size => size;

    public void Dispose() => forget();
}

/// <param name="Path">An absolute path of a file that must only be read.</param>
internal sealed record LocalCopy(string Path, Action? Forget) : IDisposable
{
    public void Dispose() => Forget?.Invoke();
}

internal sealed class ContentTooLargeException(long limit) : Exception($"There are more than {limit} bytes.");

internal sealed class DamagedContentException(string sha256) : Exception($"The stored bytes {sha256} are not what was stored.");

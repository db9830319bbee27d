using System.Buffers;
using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using Consilium.Platform.Errors;

namespace Consilium.Modules.Files;

/// <summary>
/// The store in a directory: <c>incoming</c> for what is staged, <c>blobs/ab/&lt;sha256&gt;</c> for what is stored. Bytes are on
/// the disk before they get their name, and their name is before the caller commits.
/// </summary>
internal sealed class LocalBlobStore : IBlobStore
{
    const int BufferSize = 64 * 1024;
    static readonly int[] DiskFull = [28, 122, 69]; // ENOSPC; EDQUOT on Linux and on macOS

    readonly string root;
    readonly string incoming;
    readonly string blobs;
    readonly ConcurrentDictionary<string, bool> flushed = new(StringComparer.Ordinal);
    readonly VerifiedBlobs verified;
    readonly DamagedBlobs damaged;

    public LocalBlobStore(FilesDirectory directory, DamagedBlobs damaged, TimeProvider clock)
    {
        root = directory.Root;
        (incoming, blobs) = (Path.Combine(root, "incoming"), Path.Combine(root, "blobs"));
        verified = new(clock);
        this.damaged = damaged;
    }

    public async Task<StagedBlob> StageAsync(Stream content, long limit, CancellationToken cancellationToken)
    {
        var path = Path.Combine(incoming, Guid.CreateVersion7().ToString("N"));
        var buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
        try
        {
            using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            long size = 0;
            await using (var file = OnDisk(() => Create(path)))
            {
                while (await content.ReadAsync(buffer.AsMemory(0, (int)Math.Min(BufferSize, limit - size + 1)), cancellationToken) is var read and > 0)
                {
                    size += read;
                    if (size > limit) throw new ContentTooLargeException(limit);
                    var written = WriteAsync(file, buffer.AsMemory(0, read), cancellationToken);
                    hash.AppendData(buffer, 0, read);
                    await written;
                }
                // Here and not in KeepAsync: a slow disk shall not hold up a transaction.
                OnDisk(() => file.Flush(flushToDisk: true));
            }
            return new(path, Convert.ToHexStringLower(hash.GetHashAndReset()), size, () => File.Delete(path));
        }
        catch
        {
            File.Delete(path);
            throw;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    public Task KeepAsync(StagedBlob staged, CancellationToken cancellationToken)
    {
        OnDisk(() =>
        {
            var path = PathOf(staged.Sha256);
            Ensure(Path.GetDirectoryName(path)!);
            File.Move(staged.Path, path, overwrite: true); // over equal bytes, and so over damaged ones too
            PrivateFiles.FlushDirectory(Path.GetDirectoryName(path)!);
        });
        damaged.Remove(staged.Sha256);
        return Task.CompletedTask;
    }

    public async Task<Stream?> OpenAsync(string sha256, CancellationToken cancellationToken)
    {
        FileStream file;
        try
        {
            file = new(PathOf(sha256),
                new FileStreamOptions { Share = FileShare.ReadWrite | FileShare.Delete, BufferSize = 0, Options = FileOptions.Asynchronous });
        }
        catch (Exception missing) when (missing is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
        try
        {
            var version = new VerifiedBlobs.Version(sha256, file.Length, File.GetLastWriteTimeUtc(file.SafeFileHandle));
            if (verified.Holds(version)) return file;
            if (Convert.ToHexStringLower(await SHA256.HashDataAsync(file, cancellationToken)) != sha256)
            {
                damaged.Add(sha256);
                throw new DamagedContentException(sha256);
            }
            verified.Add(version);
            damaged.Remove(sha256); // somebody has put them back
            file.Position = 0;
            return file;
        }
        catch
        {
            await file.DisposeAsync();
            throw;
        }
    }

    public Task<LocalCopy?> OnDiskAsync(string sha256, CancellationToken cancellationToken) =>
        Task.FromResult(PathOf(sha256) is var path && File.Exists(path) ? new LocalCopy(path, Forget: null) : null);

    public Task RemoveAsync(string sha256, CancellationToken cancellationToken)
    {
        try
        {
            File.Delete(PathOf(sha256));
        }
        catch (DirectoryNotFoundException)
        {
            // Never stored.
        }
        damaged.Remove(sha256);
        return Task.CompletedTask;
    }

    public async IAsyncEnumerable<string> ListAsync(DateTimeOffset storedBefore, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await Task.CompletedTask; // the disk is asked as the reader goes on
        if (!Directory.Exists(blobs)) yield break;
        foreach (var file in new DirectoryInfo(blobs).EnumerateFiles("*", SearchOption.AllDirectories))
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (file.Name.Length == 64 && file.LastWriteTimeUtc < storedBefore.UtcDateTime) yield return file.Name;
        }
    }

    public Task<int> RemoveStagedAsync(DateTimeOffset stagedBefore, CancellationToken cancellationToken)
    {
        var removed = 0;
        if (!Directory.Exists(incoming)) return Task.FromResult(removed);
        foreach (var file in new DirectoryInfo(incoming).EnumerateFiles())
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (file.LastWriteTimeUtc >= stagedBefore.UtcDateTime) continue;
            file.Delete();
            removed++;
        }
        return Task.FromResult(removed);
    }

    string PathOf(string sha256) => Path.Combine(blobs, sha256[..2], sha256);

    FileStream Create(string path)
    {
        if (!Directory.Exists(incoming)) PrivateFiles.CreateDirectory(incoming);
        return PrivateFiles.Create(path);
    }

    /// <summary>Each level is written down in the one above it; by every process itself, for another may have died between the two.</summary>
    void Ensure(string directory)
    {
        if (Directory.Exists(directory) && (directory == root || flushed.ContainsKey(directory))) return;
        var parent = Path.GetDirectoryName(directory)!;
        Ensure(parent);
        PrivateFiles.CreateDirectory(directory);
        PrivateFiles.FlushDirectory(parent);
        flushed[directory] = true;
    }

    static async Task WriteAsync(FileStream file, ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        try
        {
            await file.WriteAsync(bytes, cancellationToken);
        }
        catch (IOException fault)
        {
            throw Failed(fault);
        }
    }

    static void OnDisk(Action work) => OnDisk(() => { work(); return true; });

    static T OnDisk<T>(Func<T> work)
    {
        try
        {
            return work();
        }
        catch (IOException fault)
        {
            throw Failed(fault);
        }
    }

    // No IOException, which could be taken for one of the sender's.
    static Exception Failed(IOException fault) => DiskFull.Contains(fault.HResult)
        ? new BusyException(507, TimeSpan.FromSeconds(30), "storage_full", "The server's storage is full: nothing was written.")
        : new InvalidOperationException("The file store cannot write.", fault);
}

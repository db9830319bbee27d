namespace Consilium.Modules.Files;

/// <summary>
/// Thumbnails as files, by the hash of what they show and the version of the decoder that made them. What is missing is made again, so nothing
/// here is worth more than a moment's work.
/// </summary>
internal sealed class ThumbnailCache(FilesDirectory directory)
{
    readonly string root = Path.Combine(directory.Root, "thumbnails");

    /// <summary>Null when this decoder has made none.</summary>
    public FileStream? Open(string sha256)
    {
        try
        {
            var options = new FileStreamOptions { Share = FileShare.Read | FileShare.Delete, Options = FileOptions.Asynchronous };
            return new(PathOf(Decoder.Version, sha256), options);
        }
        catch (Exception missing) when (missing is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    /// <summary>Whole or not at all. Call it while the blob's row is locked, so that it is not removed meanwhile.</summary>
    public async Task KeepAsync(string sha256, byte[] webp, CancellationToken cancellationToken)
    {
        var path = PathOf(Decoder.Version, sha256);
        PrivateFiles.CreateDirectory(Path.GetDirectoryName(path)!);
        var temporary = $"{path}.{Guid.CreateVersion7():N}";
        try
        {
            await using (var file = PrivateFiles.Create(temporary))
            {
                await file.WriteAsync(webp, cancellationToken);
                file.Flush(flushToDisk: true);
            }
            File.Move(temporary, path, overwrite: true);
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }
    }

    /// <summary>Removes the thumbnails of these bytes, whichever decoder made them; for whoever removes the bytes.</summary>
    public void Remove(string sha256)
    {
        foreach (var version in Versions())
            if (Path.GetDirectoryName(PathOf(version, sha256)) is { } directory && Directory.Exists(directory))
                foreach (var file in Directory.EnumerateFiles(directory, $"{sha256}.*"))
                    File.Delete(file);
    }

    /// <summary>Removes what older decoders have made: it is not shown any more.</summary>
    public void RemoveOlder()
    {
        foreach (var version in Versions().Where(v => v < Decoder.Version)) Directory.Delete(Path.Combine(root, $"v{version}"), recursive: true);
    }

    IEnumerable<int> Versions()
    {
        if (!Directory.Exists(root)) return [];
        var names = Directory.EnumerateDirectories(root, "v*").Select(directory => Path.GetFileName(directory)[1..]);
        return [.. names.Select(name => int.TryParse(name, out var version) ? version : -1).Where(version => version >= 0)];
    }

    string PathOf(int version, string sha256) => Path.Combine(root, $"v{version}", sha256[..2], $"{sha256}.webp");
}

using System.Collections.Concurrent;

namespace Consilium.Modules.Files;

/// <summary>Stored bytes that this process found changed or missing, and that nobody has put back or removed since.</summary>
internal sealed class DamagedBlobs(ILogger<DamagedBlobs> log)
{
    readonly ConcurrentDictionary<string, bool> found = new(StringComparer.Ordinal);

    public bool Any => !found.IsEmpty;

    public void Add(string sha256)
    {
        if (found.TryAdd(sha256, true)) log.LogError("Stored bytes are missing or not what was stored: {Sha256}. Restore them from a backup.", sha256);
    }

    public void Remove(string sha256) => found.TryRemove(sha256, out _);
}

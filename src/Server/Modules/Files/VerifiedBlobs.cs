using System.Collections.Concurrent;
using System.Runtime.InteropServices;

namespace Consilium.Modules.Files;

/// <summary>Remembers for a while which stored bytes were compared with their name, so that reading a file piece by piece does not hash it each time.</summary>
internal sealed class VerifiedBlobs(TimeProvider clock)
{
    const int Capacity = 10_000;
    static readonly TimeSpan Memory = TimeSpan.FromMinutes(10);

    readonly ConcurrentDictionary<Version, long> verifiedAt = new();

    public bool Holds(Version version) => verifiedAt.TryGetValue(version, out var at) && clock.GetElapsedTime(at) < Memory;

    public void Add(Version version)
    {
        if (verifiedAt.Count >= Capacity) verifiedAt.Clear();
        verifiedAt[version] = clock.GetTimestamp();
    }

    /// <summary>A file as it was: written to, it is another.</summary>
    [StructLayout(LayoutKind.Auto)]
    public readonly record struct Version(string Sha256, long Length, DateTime WrittenAt);
}

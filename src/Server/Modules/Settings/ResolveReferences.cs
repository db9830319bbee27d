using System.Text.Json;
using Consilium.Modules.Accounts.Contracts;

namespace Consilium.Modules.Settings;

/// <summary>Puts the values of other entries in the place of references: those that the caller may read; encrypted ones masked.</summary>
internal sealed class ResolveReferences(ConfigEntries entries)
{
    static readonly Dictionary<string, JsonElement> Nothing = [];

    /// <summary>The values of these entries, in their order.</summary>
    public async Task<IReadOnlyList<Resolution>> InAsync(
        IReadOnlyList<StoredVersion> found, string profile, string environment, DateTimeOffset? at, Caller caller, CancellationToken cancellationToken)
    {
        var known = await ReachableAsync(found, profile, environment, at, caller, cancellationToken);
        return [.. found.Select(entry => In(entry, known, Nothing))];
    }

    /// <param name="known">What references find.</param>
    /// <param name="opened">The encrypted values among them that may be shown.</param>
    public static Resolution In(StoredVersion entry, IReadOnlyDictionary<string, StoredVersion> known, IReadOnlyDictionary<string, JsonElement> opened) =>
        References.Resolve(entry.Name.Key, entry.Shown, key => !known.TryGetValue(key, out var other) ? null
            : opened.TryGetValue(key, out var value) ? new LookedUp(value)
            : new LookedUp(other is { IsEncrypted: true, Sealed: not null } ? null : other.Shown));

    /// <summary>Everything that these entries refer to, directly or by others, as a lookup there finds it.</summary>
    public async Task<Dictionary<string, StoredVersion>> ReachableAsync(
        IReadOnlyList<StoredVersion> found, string profile, string environment, DateTimeOffset? at, Caller caller, CancellationToken cancellationToken)
    {
        var known = new Dictionary<string, StoredVersion>(StringComparer.Ordinal);
        var asked = new HashSet<string>(StringComparer.Ordinal);
        for (string[] wanted = Wanted(found); wanted.Length > 0;)
        {
            var next = await entries.EffectiveAsync(profile, environment, new() { Keys = wanted, At = at }, caller, cancellationToken);
            foreach (var entry in next) known[entry.Name.Key] = entry;
            wanted = Wanted(next);
        }
        return known;

        string[] Wanted(IEnumerable<StoredVersion> referring) => [.. referring.SelectMany(entry => entry.Refs).Where(asked.Add)];
    }
}

using System.Text.Json;

namespace Consilium.Modules.Settings;

/// <summary>An entry as it stands now or stood at a time.</summary>
internal sealed record SnapshotEntry(EntryName Name, JsonElement Value, bool IsEncrypted, int Version);

/// <summary>The entries of one moment, and which of them counts where: (profile, environment), else (profile, –), else the default (–, –).</summary>
internal sealed class ConfigSnapshot(IEnumerable<SnapshotEntry> entries)
{
    readonly Dictionary<EntryName, SnapshotEntry> entries = entries.ToDictionary(entry => entry.Name);

    /// <summary>The entry that counts for a key there; null where there is none.</summary>
    public SnapshotEntry? Find(string key, string profile, string environment) =>
        entries.GetValueOrDefault(new(key, profile, environment))
        ?? entries.GetValueOrDefault(new(key, profile, ""))
        ?? entries.GetValueOrDefault(new(key, "", ""));

    /// <summary>What <see cref="Find"/> gives for every key there, in ordinal order of the keys.</summary>
    public IReadOnlyList<SnapshotEntry> Effective(string profile, string environment) => [.. entries.Keys
        .Select(name => name.Key).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)
        .Select(key => Find(key, profile, environment)).OfType<SnapshotEntry>()];
}

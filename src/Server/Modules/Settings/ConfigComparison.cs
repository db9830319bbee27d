using System.Text.Json;
using Consilium.Platform.Errors;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Consilium.Modules.Settings;

/// <summary>How an entry differs.</summary>
internal enum ConfigDifference { Added, Changed, Removed }

/// <summary>How the value of a key differs between two places, or will differ.</summary>
/// <param name="Key">The key of the entry.</param>
/// <param name="Action">added, changed or removed.</param>
/// <param name="From">Masked when it is encrypted; null when there is none.</param>
/// <param name="To">Masked when it is encrypted; null when there is none.</param>
internal sealed record ConfigChangeResponse(string Key, ConfigDifference Action, JsonElement? From, JsonElement? To);

/// <summary>What comparing, exporting and importing have in common.</summary>
internal static class ConfigComparison
{
    /// <summary>How many entries are looked at at once.</summary>
    public const int MaxEntries = ConfigFiles.MaxEntries;

    public static ProblemHttpResult TooMany() => Problems.Invalid("prefix", $"must leave at most {MaxEntries} entries: name one that more keys do not have.");

    /// <summary>The differences by key. Encrypted values are the same only in the same version of the same entry: their content is not looked at.</summary>
    public static IReadOnlyList<ConfigChangeResponse> Between(IReadOnlyList<StoredVersion> from, IReadOnlyList<StoredVersion> to)
    {
        var before = from.ToDictionary(entry => entry.Name.Key, StringComparer.Ordinal);
        var after = to.ToDictionary(entry => entry.Name.Key, StringComparer.Ordinal);
        var changes = new List<ConfigChangeResponse>();
        foreach (var key in before.Keys.Union(after.Keys, StringComparer.Ordinal).Order(StringComparer.Ordinal))
        {
            var (one, other) = (before.GetValueOrDefault(key), after.GetValueOrDefault(key));
            if (one is null) changes.Add(new(key, ConfigDifference.Added, null, other!.Shown));
            else if (other is null) changes.Add(new(key, ConfigDifference.Removed, one.Shown, null));
            else if (!AreSame(one, other)) changes.Add(new(key, ConfigDifference.Changed, one.Shown, other.Shown));
        }
        return changes;
    }

    static bool AreSame(StoredVersion one, StoredVersion other) =>
        (one.EntryId == other.EntryId && one.Version == other.Version)
        || (!one.IsEncrypted && !other.IsEncrypted && JsonElement.DeepEquals(one.Shown, other.Shown));
}

using System.Text.Json;
using Consilium.Modules.Accounts.Contracts;
using Consilium.Platform.Database;
using Consilium.Platform.Json;

namespace Consilium.Modules.Settings;

/// <summary>What is wrong with a file, or with importing it.</summary>
/// <param name="Line">From 1; null when it is no line's fault.</param>
/// <param name="Key">The key that it is about; null when it is about none.</param>
/// <param name="Message">What is wrong, in words that repeat no value.</param>
internal sealed record ConfigImportError(int? Line, string? Key, string Message);

/// <summary>What an import would change, as it is written and as it is shown, and why it can't.</summary>
/// <param name="IsRefused">Whether the caller's rights do not cover a key.</param>
internal sealed record ImportPlan(
    IReadOnlyList<ConfigChange> Changes, IReadOnlyList<ConfigChangeResponse> Shown, IReadOnlyList<ConfigImportError> Errors, bool IsRefused = false);

/// <summary>Compares a file with the entries of a profile and environment. Within <see cref="ConfigWriter.RunAsync"/>.</summary>
internal sealed class PlanImport(ConfigWriter writer, RequestTransaction transaction, TimeProvider clock)
{
    /// <param name="scope">Where the entries go: its key does not count.</param>
    /// <param name="removeUnder">Entries of this prefix that the file does not name are removed; null to keep all.</param>
    public async Task<ImportPlan> MakeAsync(
        IReadOnlyList<FileEntry> file, EntryName scope, string? removeUnder, Caller caller, CancellationToken cancellationToken)
    {
        var newest = (await writer.NewestAsync(scope.Profile, scope.Environment, cancellationToken))
            .ToDictionary(entry => entry.Name.Key, StringComparer.Ordinal);
        var keys = await KeysAsync([.. file.Select(entry => entry.Key).Union(newest.Keys)], removeUnder ?? "", caller, cancellationToken);

        var errors = new List<ConfigImportError>();
        var changes = new List<(ConfigChange Change, ConfigChangeResponse Shown)>();
        foreach (var entry in file)
        {
            var last = newest.GetValueOrDefault(entry.Key);
            var current = last is { IsDeleted: false } ? last : null;
            if (!keys[entry.Key].MayWrite) errors.Add(new(entry.Line, entry.Key, $"Your right {SettingsRule.Write} does not cover this key."));
            else if (ChangeOf(entry, current, last, scope) is { } change) changes.Add((change, Shown(change, current, keys[entry.Key].MayRead)));
        }
        var isRefused = errors.Count > 0;
        if (removeUnder is not null)
        {
            var named = file.Select(entry => entry.Key).ToHashSet(StringComparer.Ordinal);
            foreach (var current in newest.Values.Where(last => !last.IsDeleted && !named.Contains(last.Name.Key)))
            {
                if (keys[current.Name.Key] is not { IsUnder: true, MayWrite: true, MayRead: var mayRead }) continue;
                var removal = ConfigChange.Delete(current);
                changes.Add((removal, Shown(removal, current, mayRead)));
            }
        }
        changes.Sort((one, other) => string.CompareOrdinal(one.Shown.Key, other.Shown.Key));

        ConfigChange[] made = [.. changes.Select(change => change.Change)];
        var lines = file.ToDictionary(entry => entry.Key, entry => entry.Line, StringComparer.Ordinal);
        foreach (var (name, fault) in await writer.FaultsAsync(made, cancellationToken))
            errors.Add(new(lines.TryGetValue(name.Key, out var line) ? line : null, name.Key, fault));
        foreach (var entry in file.Where(entry => CreateConfigValidator.Routes.Contains(entry.Key, StringComparer.OrdinalIgnoreCase)))
            errors.Add(new(entry.Line, entry.Key, "The key is the name of a route: choose another."));
        return new(made, [.. changes.Select(change => change.Shown)], [.. errors.OrderBy(error => error.Line ?? int.MaxValue).Take(ConfigFiles.MaxErrors)], isRefused);
    }

    /// <summary>
    /// Null where nothing changes. Without its value an encrypted entry keeps the one it has; what is encrypted stays so, and what was when it was
    /// deleted.
    /// </summary>
    static ConfigChange? ChangeOf(FileEntry entry, StoredVersion? current, StoredVersion? last, EntryName scope)
    {
        var name = scope with { Key = entry.Key };
        if (entry.IsEncrypted)
        {
            return current is { IsEncrypted: true }
                ? null
                : new(name, ConfigAction.Imported, current?.Shown ?? default, IsEncrypted: true);
        }
        return current is { IsEncrypted: false } && JsonElement.DeepEquals(current.Shown, entry.Value)
            ? null
            : new(name, ConfigAction.Imported, entry.Value, last is { IsEncrypted: true });
    }

    static ConfigChangeResponse Shown(ConfigChange change, StoredVersion? current, bool mayRead)
    {
        var isRemoved = change.Action == ConfigAction.Deleted;
        JsonElement? to = change.Value.ValueKind == JsonValueKind.Undefined ? null : change.IsEncrypted ? References.Masked : change.Value;
        return new(change.Name.Key, isRemoved ? ConfigDifference.Removed : current is null ? ConfigDifference.Added : ConfigDifference.Changed,
            current is null ? null : mayRead ? current.Shown : References.Masked, to);
    }

    async Task<Dictionary<string, Key>> KeysAsync(string[] keys, string prefix, Caller caller, CancellationToken cancellationToken)
    {
        var found = new Dictionary<string, Key>(StringComparer.Ordinal);
        await using var batch = await transaction.BatchAsync(cancellationToken);
        batch.Add($"""
            SELECT k.key, {SettingsRule.Allows(SettingsRule.Write, "k.key")}, {SettingsRule.Allows(SettingsRule.Read, "k.key")}, settings.covers($5, k.key)
            FROM unnest($4::text[]) AS k (key)
            """).By(caller, clock.UtcNow()).With(keys).With(prefix);
        await using var rows = await batch.ExecuteReaderAsync(cancellationToken);
        while (await rows.ReadAsync(cancellationToken)) found[rows.GetString(0)] = new(rows.GetBoolean(1), rows.GetBoolean(2), rows.GetBoolean(3));
        return found;
    }

    /// <param name="IsUnder">Whether the prefix covers it.</param>
    readonly record struct Key(bool MayWrite, bool MayRead, bool IsUnder);
}

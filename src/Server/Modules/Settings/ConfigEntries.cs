using Consilium.Modules.Accounts.Contracts;
using Consilium.Platform.Database;
using Consilium.Platform.Json;
using NpgsqlTypes;

namespace Consilium.Modules.Settings;

/// <summary>Reads entries, as they are or as they were at a time, of those keys alone that the caller may read.</summary>
internal sealed class ConfigEntries(RequestTransaction transaction, TimeProvider clock)
{
    /// <summary>The entry that a lookup finds: in the profile and environment, else in the profile, else the default. Null when there is none to read.</summary>
    public async Task<StoredVersion?> FindAsync(
        string key, string profile, string environment, DateTimeOffset? at, Caller caller, CancellationToken cancellationToken) =>
        (await EffectiveAsync(profile, environment, new() { Keys = [key], At = at }, caller, cancellationToken)).SingleOrDefault();

    /// <summary>The same for whoever may reveal the key, whether he may read it or not.</summary>
    public async Task<StoredVersion?> RevealableAsync(string key, string profile, string environment, Caller caller, CancellationToken cancellationToken) =>
        (await ReadAsync(EffectiveSql(null, SettingsRule.Reveal), profile, environment, new() { Keys = [key] }, caller, cancellationToken)).SingleOrDefault();

    /// <summary>What a lookup finds for every key, by key.</summary>
    public Task<List<StoredVersion>> EffectiveAsync(string profile, string environment, EntryFilter filter, Caller caller, CancellationToken cancellationToken) =>
        ReadAsync(EffectiveSql(filter.At, SettingsRule.Read), profile, environment, filter, caller, cancellationToken);

    /// <summary>The entries themselves, by key, profile and environment; null for those of every profile or environment.</summary>
    public Task<List<StoredVersion>> ListAsync(string? profile, string? environment, EntryFilter filter, Caller caller, CancellationToken cancellationToken) =>
        ReadAsync($"""
            SELECT {StoredVersion.Columns} FROM {Source(filter.At)}
            WHERE ($4 IS NULL OR e.profile = $4) AND ($5 IS NULL OR e.environment = $5) AND {Filters(SettingsRule.Read)}
            ORDER BY e.key, e.profile, e.environment LIMIT $13
            """, profile, environment, filter, caller, cancellationToken);

    /// <summary>The current entries, or those of the time that is $6.</summary>
    static string Source(DateTimeOffset? at) => at is null
        ? "settings.entries e JOIN settings.versions v ON v.entry_id = e.id AND v.version = e.version"
        : """
            settings.entries e CROSS JOIN LATERAL (
                SELECT * FROM settings.versions old WHERE old.entry_id = e.id AND old.at <= $6 ORDER BY old.version DESC LIMIT 1) v
            """;

    static string EffectiveSql(DateTimeOffset? at, string permission) => $"""
        SELECT DISTINCT ON (e.key) {StoredVersion.Columns} FROM {Source(at)}
        WHERE (e.profile, e.environment) IN (($4, $5), ($4, ''), ('', '')) AND {Filters(permission)}
        ORDER BY e.key, (e.profile = $4 AND e.environment = $5) DESC, e.profile = $4 DESC LIMIT $13
        """;

    static string Filters(string permission) => $"""
        v.action <> 'deleted' AND ($6::timestamptz IS NULL OR v.at <= $6) AND ($7::text[] IS NULL OR e.key = ANY ($7)) AND settings.covers($8, e.key)
        AND ($9::text IS NULL OR (e.key, e.profile, e.environment) > ($9, $10, $11)) AND ($12::text IS NULL OR e.key > $12) AND {SettingsRule.Allows(permission, "e.key")}
        """;

    async Task<List<StoredVersion>> ReadAsync(
        string sql, string? profile, string? environment, EntryFilter filter, Caller caller, CancellationToken cancellationToken)
    {
        var found = new List<StoredVersion>();
        await using var batch = await transaction.BatchAsync(cancellationToken);
        batch.Add(sql).By(caller, clock.UtcNow())
            .With(NpgsqlDbType.Text, profile).With(NpgsqlDbType.Text, environment).With(NpgsqlDbType.TimestampTz, filter.At?.ToUniversalTime())
            .With(NpgsqlDbType.Array | NpgsqlDbType.Text, filter.Keys).With(filter.Prefix)
            .With(NpgsqlDbType.Text, filter.After?.Key).With(NpgsqlDbType.Text, filter.After?.Profile).With(NpgsqlDbType.Text, filter.After?.Environment)
            .With(NpgsqlDbType.Text, filter.AfterKey).With(filter.Most);
        await using var rows = await batch.ExecuteReaderAsync(cancellationToken);
        while (await rows.ReadAsync(cancellationToken)) found.Add(StoredVersion.Read(rows));
        return found;
    }
}

/// <summary>Which entries to read; everything narrows.</summary>
internal sealed record EntryFilter
{
    /// <summary>As they were at this time.</summary>
    public DateTimeOffset? At { get; init; }

    public string[]? Keys { get; init; }

    /// <summary>Of these keys, as <see cref="ConfigKeys.IsPrefix"/> says.</summary>
    public string Prefix { get; init; } = "";

    /// <summary>Those after this one.</summary>
    public EntryName? After { get; init; }

    /// <summary>Those of keys after this one.</summary>
    public string? AfterKey { get; init; }

    /// <summary>So many at most.</summary>
    public int Most { get; init; } = int.MaxValue;
}

using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Consilium.Modules.Accounts.Contracts;
using Consilium.Modules.Audit.Contracts;
using Consilium.Platform.Database;
using Consilium.Platform.Json;
using Consilium.Platform.Realtime;
using Consilium.Platform.Secrets;
using Consilium.Platform.Validation;
using Npgsql;
using NpgsqlTypes;

namespace Consilium.Modules.Settings;

/// <summary>One change to make.</summary>
/// <param name="Value">Undefined for none: a deletion, or an encrypted entry that is not given a value yet.</param>
/// <param name="IsEncrypted">Whether the value is kept sealed.</param>
internal sealed record ConfigChange(EntryName Name, ConfigAction Action, JsonElement Value, bool IsEncrypted)
{
    public static ConfigChange Delete(StoredVersion current) => new(current.Name, ConfigAction.Deleted, default, current.IsEncrypted);
}

/// <summary>
/// The only way to change the configuration: one change after the other across all servers, each with its version, its number, its audit entry and its
/// news, in one transaction. Ask <see cref="FaultsAsync"/> before <see cref="WriteAsync"/>, both within <see cref="RunAsync"/>.
/// </summary>
internal sealed class ConfigWriter(
    RequestTransaction transaction, ConsiliumDb db, Vault vault, IAuditTrail audit, ProductSettings product, SealHistory history, Signals signals,
    TimeProvider clock)
{
    public const string Topic = "config";

    static readonly JsonSerializerOptions Compact = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Runs work that changes entries. From here to the commit nobody else changes any.</summary>
    public Task<T> RunAsync<T>(Func<Task<T>> work, CancellationToken cancellationToken) => transaction.RunAsync(async () =>
    {
        await transaction.ExecuteAsync("SELECT 1 FROM settings.counter FOR UPDATE", _ => { }, cancellationToken);
        return await work();
    }, cancellationToken);

    /// <summary>What the caller may do with an entry, and its newest version, a deletion too. Null when there never was one.</summary>
    public async Task<EntryToWrite> FindAsync(EntryName name, Caller caller, CancellationToken cancellationToken)
    {
        await using var batch = await transaction.BatchAsync(cancellationToken);
        batch.Add($"""
            SELECT {SettingsRule.Allows(SettingsRule.Write, "$4")}, {SettingsRule.Allows(SettingsRule.Read, "$4")}, {StoredVersion.Columns}
            FROM (SELECT 1) one
            LEFT JOIN settings.entries e ON e.key = $4 AND e.profile = $5 AND e.environment = $6
            LEFT JOIN settings.versions v ON v.entry_id = e.id AND v.version = e.version
            """).By(caller, clock.UtcNow()).With(name.Key).With(name.Profile).With(name.Environment);
        await using var row = await batch.ExecuteReaderAsync(cancellationToken);
        await row.ReadAsync(cancellationToken);
        return new(row.GetBoolean(0), row.GetBoolean(1), row.IsDBNull(2) ? null : StoredVersion.Read(row, 2));
    }

    /// <summary>The newest versions of all entries of a profile and environment, deletions too, by key.</summary>
    public Task<List<StoredVersion>> NewestAsync(string profile, string environment, CancellationToken cancellationToken) =>
        NewestAsync("e.profile = $1 AND e.environment = $2", parameters => parameters.With(profile).With(environment), cancellationToken);

    /// <summary>Why these changes can't be made, in words for whoever sent them; empty when they can.</summary>
    public async Task<Dictionary<EntryName, string>> FaultsAsync(IReadOnlyList<ConfigChange> changes, CancellationToken cancellationToken)
    {
        var faults = new Dictionary<EntryName, string>();
        foreach (var change in changes)
            if (change.Action != ConfigAction.Deleted && Fault(change) is { } fault) faults[change.Name] = fault;
        if (faults.Count > 0) return faults;
        if (await CycleAsync(changes, cancellationToken) is var (name, by)) faults[name] = by == name.Key ? "refers to itself." : $"refers to itself by way of {by}.";
        return faults;
    }

    /// <summary>Makes the changes, in this order. None may name an entry twice.</summary>
    /// <param name="changes">Without faults.</param>
    /// <param name="reason">Why, for history and audit.</param>
    /// <param name="caller">Who.</param>
    public async Task<IReadOnlyList<StoredVersion>> WriteAsync(
        IReadOnlyList<ConfigChange> changes, string? reason, Caller caller, CancellationToken cancellationToken)
    {
        if (changes.Count == 0) return [];
        var newest = (await NewestAsync(
            "(e.key, e.profile, e.environment) IN (SELECT * FROM unnest($1::text[], $2::text[], $3::text[]))",
            parameters => parameters.With(changes.Select(c => c.Name.Key).ToArray()).With(changes.Select(c => c.Name.Profile).ToArray())
                .With(changes.Select(c => c.Name.Environment).ToArray()), cancellationToken)).ToDictionary(version => version.Name);
        var (seq, at) = await NumbersAsync(changes.Count, cancellationToken);
        var written = new List<StoredVersion>(changes.Count);
        foreach (var change in changes) written.Add(await NextAsync(change, newest.GetValueOrDefault(change.Name), seq++, at, reason, caller, cancellationToken));
        await InsertAsync(written, cancellationToken);
        var secrets = written.Where(version => version is { IsEncrypted: true, Version: > 1 }).Select(version => version.EntryId);
        await history.OfAsync([.. secrets], cancellationToken);
        foreach (var version in written)
            audit.Add(new(caller.UserId, caller.Role.Wire(), AuditActionOf(version.Action), ConfigResponse.ResourceOf(version.Name), Reason: WhyOf(caller, reason)));
        await db.SaveChangesAsync(cancellationToken);
        transaction.AfterCommit(() => signals.Signal(Topic));
        return written;
    }

    static string AuditActionOf(ConfigAction action) => action switch
    {
        ConfigAction.Created => "config.created",
        ConfigAction.Updated => "config.updated",
        ConfigAction.RolledBack => "config.rolled_back",
        ConfigAction.Imported => "config.imported",
        _ => "config.deleted",
    };

    /// <summary>What a person said, and of a program its key.</summary>
    public static string? WhyOf(Caller caller, string? reason) => !caller.IsApiKey ? reason : reason is null ? $"API key {caller.SessionId}" : $"{reason} (API key {caller.SessionId})";

    string? Fault(ConfigChange change) =>
        change.Value.ValueKind == JsonValueKind.Undefined ? product.Fault(change.Name.Key, change.Value, change.IsEncrypted)
        : JsonSerializer.Serialize(change.Value, Compact).Length > MaxValue ? $"must have at most {MaxValue} characters as JSON."
        : ConfigValues.IsTooDeep(change.Value) ? $"is nested deeper than {ConfigValues.MaxDepth} levels."
        : change.Value.ValueKind == JsonValueKind.String && change.Value.ValueEquals(References.Mask)
            ? "is the mask that stands for an encrypted value: send the value itself, or leave the entry as it is."
        : ConfigFiles.IsMarker(change.Value) ? "is how an export says that a value is encrypted: send the value itself."
        : (change.IsEncrypted ? null : References.Fault(change.Value)) ?? product.Fault(change.Name.Key, change.Value, change.IsEncrypted);

    /// <summary>The longest value, in characters of JSON as it is kept: a version that was written once can be written again.</summary>
    const int MaxValue = 64 * 1024;

    /// <summary>
    /// A change that makes a key refer to itself, in any profile and environment that sees it, and the key in its value by which it does: what lies on
    /// the way is perhaps not the writer's to know.
    /// </summary>
    async Task<(EntryName Name, string By)?> CycleAsync(IReadOnlyList<ConfigChange> changes, CancellationToken cancellationToken)
    {
        var refs = await RefsAsync(cancellationToken);
        foreach (var change in changes)
        {
            if (change.Action == ConfigAction.Deleted) refs.Remove(change.Name);
            else refs[change.Name] = RefsOf(change);
        }
        if (refs.Values.All(keys => keys.Length == 0)) return null;
        var changed = changes.ToLookup(change => change.Name.Key, change => change.Name, StringComparer.Ordinal);
        foreach (var (profile, environment) in refs.Keys.SelectMany(name => ((string, string)[])[(name.Profile, name.Environment), (name.Profile, "")]).Append(("", "")).Distinct())
            if (References.FindCycle(key => Lookup(refs, key, profile, environment), changed.Select(key => key.Key)) is { } path)
                return path.Zip(path.Skip(1)).Where(step => changed.Contains(step.First)).Select(step => (changed[step.First].First(), step.Second)).First();
        return null;
    }

    // An encrypted value is taken as it is: what looks like a reference in a secret is part of the secret.
    static string[] RefsOf(ConfigChange change) =>
        change.IsEncrypted || change.Value.ValueKind == JsonValueKind.Undefined ? [] : [.. References.In(change.Value)];

    static string[] Lookup(Dictionary<EntryName, string[]> refs, string key, string profile, string environment) =>
        refs.GetValueOrDefault(new(key, profile, environment)) ?? refs.GetValueOrDefault(new(key, profile, "")) ?? refs.GetValueOrDefault(new(key, "", "")) ?? [];

    async Task<Dictionary<EntryName, string[]>> RefsAsync(CancellationToken cancellationToken)
    {
        var found = new Dictionary<EntryName, string[]>();
        await using var batch = await transaction.BatchAsync(cancellationToken);
        batch.Add("""
            SELECT e.key, e.profile, e.environment, v.refs FROM settings.entries e JOIN settings.versions v ON v.entry_id = e.id AND v.version = e.version
            WHERE v.action <> 'deleted'
            """);
        await using var rows = await batch.ExecuteReaderAsync(cancellationToken);
        while (await rows.ReadAsync(cancellationToken)) found[new(rows.GetString(0), rows.GetString(1), rows.GetString(2))] = rows.GetFieldValue<string[]>(3);
        return found;
    }

    async Task<List<StoredVersion>> NewestAsync(string condition, Action<NpgsqlParameterCollection> parameters, CancellationToken cancellationToken)
    {
        var found = new List<StoredVersion>();
        await using var batch = await transaction.BatchAsync(cancellationToken);
        parameters(batch.Add($"""
            SELECT {StoredVersion.Columns} FROM settings.entries e JOIN settings.versions v ON v.entry_id = e.id AND v.version = e.version
            WHERE {condition} ORDER BY e.key
            """));
        await using var rows = await batch.ExecuteReaderAsync(cancellationToken);
        while (await rows.ReadAsync(cancellationToken)) found.Add(StoredVersion.Read(rows));
        return found;
    }

    /// <summary>The first of so many numbers, and a time that is not before the last one.</summary>
    async Task<(long Seq, DateTimeOffset At)> NumbersAsync(int count, CancellationToken cancellationToken)
    {
        await using var batch = await transaction.BatchAsync(cancellationToken);
        batch.Add("UPDATE settings.counter SET last_seq = last_seq + $1, last_at = greatest(last_at, $2) RETURNING last_seq - $1 + 1, last_at")
            .With((long)count).With(clock.UtcNow());
        await using var row = await batch.ExecuteReaderAsync(cancellationToken);
        await row.ReadAsync(cancellationToken);
        return (row.GetInt64(0), row.GetFieldValue<DateTimeOffset>(1));
    }

    async Task<StoredVersion> NextAsync(
        ConfigChange change, StoredVersion? before, long seq, DateTimeOffset at, string? reason, Caller caller, CancellationToken cancellationToken)
    {
        var version = (before?.Version ?? 0) + 1;
        var hasValue = change.Value.ValueKind != JsonValueKind.Undefined;
        var json = hasValue ? JsonSerializer.Serialize(change.Value, Compact) : null;
        var box = json is not null && change.IsEncrypted
            ? await vault.SealAsync(Encoding.UTF8.GetBytes(json), StoredVersion.BoundTo(change.Name, version), cancellationToken)
            : null;
        return new(before?.EntryId ?? Guid.CreateVersion7(), change.Name, version, seq, change.Action, change.IsEncrypted, change.IsEncrypted ? null : json,
            box?.Bytes, box?.KeyId, RefsOf(change), reason, caller.UserId,
            before is null or { IsDeleted: true } ? at : before.CreatedAt, at);
    }

    async Task InsertAsync(List<StoredVersion> written, CancellationToken cancellationToken)
    {
        await using var batch = await transaction.BatchAsync(cancellationToken);
        foreach (var v in written)
        {
            batch.Add("""
                INSERT INTO settings.entries (id, key, profile, environment, version) VALUES ($1, $2, $3, $4, $5) ON CONFLICT (id) DO UPDATE SET version = EXCLUDED.version
                """).With(v.EntryId).With(v.Name.Key).With(v.Name.Profile).With(v.Name.Environment).With(v.Version);
            batch.Add("""
                INSERT INTO settings.versions
                    (entry_id, version, seq, action, is_encrypted, value, sealed, data_key_id, refs, reason, actor_id, created_at, at)
                VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
                """).With(v.EntryId).With(v.Version).With(v.Seq).With(WireNames<ConfigAction>.Of(v.Action)).With(v.IsEncrypted).With(NpgsqlDbType.Text, v.Value)
                .With(NpgsqlDbType.Bytea, v.Sealed).With(NpgsqlDbType.Uuid, v.DataKeyId).With(v.Refs).With(NpgsqlDbType.Text, v.Reason)
                .With(NpgsqlDbType.Uuid, v.ActorId).With(v.CreatedAt).With(v.At);
        }
        await batch.ExecuteNonQueryAsync(cancellationToken);
    }
}

/// <param name="Newest">Its newest version, a deletion too; null when there never was one.</param>
internal sealed record EntryToWrite(bool MayWrite, bool MayRead, StoredVersion? Newest)
{
    /// <summary>The entry as it is; null when there is none.</summary>
    public StoredVersion? Current => Newest is { IsDeleted: false } ? Newest : null;
}

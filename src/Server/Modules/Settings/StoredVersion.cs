using System.Text.Json;
using Consilium.Platform.Database;
using Consilium.Platform.Validation;
using Npgsql;

namespace Consilium.Modules.Settings;

/// <summary>What was done to an entry.</summary>
internal enum ConfigAction { Created, Updated, RolledBack, Imported, Deleted }

/// <summary>One version of an entry, as it is kept.</summary>
/// <param name="Seq">Its place among all changes of the configuration.</param>
/// <param name="Value">JSON; null when it is encrypted, or the entry was deleted.</param>
/// <param name="DataKeyId">With <paramref name="Sealed"/>: null when it is not encrypted, or was never given a value.</param>
/// <param name="Refs">The keys that the value refers to.</param>
/// <param name="CreatedAt">When the entry came to be.</param>
internal sealed record StoredVersion(
    Guid EntryId, EntryName Name, int Version, long Seq, ConfigAction Action, bool IsEncrypted, string? Value, byte[]? Sealed, Guid? DataKeyId,
    string[] Refs, string? Reason, Guid? ActorId, DateTimeOffset CreatedAt, DateTimeOffset At)
{
    /// <summary>Of <c>settings.entries e</c> and <c>settings.versions v</c>, as <see cref="Read"/> takes them.</summary>
    public const string Columns = """
        e.id, e.key, e.profile, e.environment, v.version, v.seq, v.action, v.is_encrypted, v.value, v.sealed, v.data_key_id, v.refs, v.reason, v.actor_id, v.created_at, v.at
        """;

    public bool IsDeleted => Action == ConfigAction.Deleted;

    /// <summary>The value as it may be shown to whoever may read it: masked when it is encrypted.</summary>
    public JsonElement Shown => IsEncrypted && Sealed is not null ? References.Masked : Value is { } json ? JsonElement.Parse(json) : ConfigValues.Null;

    /// <summary>What its ciphertext is bound to: moved to another place, it opens no more.</summary>
    public static string BoundTo(EntryName name, int version) => $"config|{name.Key}|{name.Profile}|{name.Environment}|{version}";

    public string BoundTo() => BoundTo(Name, Version);

    public static StoredVersion Read(NpgsqlDataReader row, int first = 0) => new(
        row.GetGuid(first), new(row.GetString(first + 1), row.GetString(first + 2), row.GetString(first + 3)), row.GetInt32(first + 4), row.GetInt64(first + 5),
        WireNames<ConfigAction>.Parse(row.GetString(first + 6))!.Value, row.GetBoolean(first + 7), row.NullableString(first + 8),
        row.IsDBNull(first + 9) ? null : row.GetFieldValue<byte[]>(first + 9), row.Nullable<Guid>(first + 10), row.GetFieldValue<string[]>(first + 11),
        row.NullableString(first + 12), row.Nullable<Guid>(first + 13), row.GetFieldValue<DateTimeOffset>(first + 14), row.GetFieldValue<DateTimeOffset>(first + 15));
}

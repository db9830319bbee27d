using System.Text.Json;
using Consilium.Modules.Accounts.Contracts;
using Consilium.Platform.Database;
using Consilium.Platform.Idempotency;
using Consilium.Platform.Json;

namespace Consilium.Modules.Settings;

/// <summary>Judges the right for the keys that an answer names, before it is given again.</summary>
internal sealed class ConfigReplays(RequestTransaction transaction, ConfigPrecondition precondition, TimeProvider clock)
{
    /// <summary>Of an answer that is one entry.</summary>
    public async Task<IResult?> OfEntryAsync(Replay replay)
    {
        var entry = replay.Body;
        var name = new EntryName(entry.GetProperty("key").GetString()!, TextOf(entry, "profile"), TextOf(entry, "environment"));
        return await precondition.RightRefusalAsync(name, replay.Http.Caller(), replay.Http);
    }

    /// <summary>Of an answer that names changes: each key must be the caller's to write, and where its value before is shown, to read.</summary>
    public async Task<IResult?> OfChangesAsync(Replay replay)
    {
        var changes = replay.Body.GetProperty("changes").EnumerateArray().ToList();
        var caller = replay.Http.Caller();
        await using var batch = await transaction.BatchAsync(replay.Http.RequestAborted);
        batch.Add($"""
            SELECT change.key FROM unnest($4::text[], $5::boolean[]) change (key, shows_before)
            WHERE NOT {SettingsRule.Allows(SettingsRule.Write, "change.key")} OR (change.shows_before AND NOT {SettingsRule.Allows(SettingsRule.Read, "change.key")})
            LIMIT 1
            """).By(caller, clock.UtcNow()).With(changes.Select(change => change.GetProperty("key").GetString()!).ToArray())
            .With(changes.Select(change => change.TryGetProperty("from", out var from) && from.ValueKind != JsonValueKind.Null).ToArray());
        if (await batch.ExecuteScalarAsync(replay.Http.RequestAborted) is not string refused) return null;
        await precondition.RecordRefusalAsync(new(refused, "", ""), caller, replay.Http.RequestAborted);
        return ConfigProblems.NotYours(SettingsRule.Write);
    }

    static string TextOf(JsonElement entry, string name) => entry.TryGetProperty(name, out var text) ? text.GetString() ?? "" : "";
}

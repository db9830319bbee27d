using System.ComponentModel.DataAnnotations;
using System.Text.Json;
using Consilium.Modules.Accounts.Contracts;
using Consilium.Platform.Database;
using Consilium.Platform.Errors;
using Consilium.Platform.Json;
using Consilium.Platform.Paging;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace Consilium.Modules.Settings;

/// <summary>One version of an entry: who made it, when and why.</summary>
/// <param name="Version">The number of the version, from 1.</param>
/// <param name="Action">created, updated, rolled_back, imported or deleted.</param>
/// <param name="Value">Masked when it is encrypted; null for a deletion.</param>
/// <param name="IsEncrypted">Whether its value is kept encrypted.</param>
/// <param name="At">When it was written.</param>
/// <param name="ActorId">The account that wrote it; null for the server itself.</param>
/// <param name="Reason">Why; null when nobody said so.</param>
/// <param name="Seq">Its number among all changes, as in the live events.</param>
internal sealed record ConfigVersionResponse(
    int Version, ConfigAction Action, JsonElement Value, bool IsEncrypted, DateTimeOffset At, Guid? ActorId, string? Reason, long Seq)
{
    public static ConfigVersionResponse Of(StoredVersion version) =>
        new(version.Version, version.Action, version.Shown, version.IsEncrypted, version.At, version.ActorId, version.Reason, version.Seq);
}

/// <summary>Which versions to list.</summary>
/// <param name="Profile">The entry of exactly this profile; without it, of none.</param>
/// <param name="Environment">The entry of exactly this environment; without it, of none.</param>
internal sealed record ConfigHistoryQuery(
    [property: FromQuery(Name = "profile"), MaxLength(ConfigKeys.MaxScopeName)] string? Profile,
    [property: FromQuery(Name = "environment"), MaxLength(ConfigKeys.MaxScopeName)] string? Environment,
    [property: FromQuery(Name = "limit")] Limit? Limit, [property: FromQuery(Name = "cursor")] string? Cursor);

/// <summary>The versions of one entry, deleted or not, newest first: for whoever may read its key.</summary>
internal sealed class ConfigHistory(RequestTransaction transaction, TimeProvider clock)
{
    public static void Map(RouteGroupBuilder config) => config.MapGet("/{key}/history", (
            [MaxLength(ConfigKeys.MaxKey)] string key, [AsParameters] ConfigHistoryQuery query, Caller caller,
            ConfigHistory useCase, CancellationToken cancellationToken) =>
            useCase.HandleAsync(key, query, caller, cancellationToken))
        .RequireRight(SettingsRule.Read)
        .WithSummary("List the versions of an entry")
        .WithDescription("Newest first, of exactly this profile and environment, also when the entry was deleted. Encrypted values are masked.");

    /// <summary>Versions below a number, newest first; null when the entry never was, or its key is not the caller's to read.</summary>
    public async Task<List<StoredVersion>?> ReadAsync(EntryName name, int below, int most, Caller caller, CancellationToken cancellationToken)
    {
        List<StoredVersion>? found = null;
        await using var batch = await transaction.BatchAsync(cancellationToken);
        batch.Add($"""
            SELECT {StoredVersion.Columns}
            FROM settings.entries e LEFT JOIN settings.versions v ON v.entry_id = e.id AND v.version < $7
            WHERE e.key = $4 AND e.profile = $5 AND e.environment = $6 AND {SettingsRule.Allows(SettingsRule.Read, "e.key")}
            ORDER BY v.version DESC LIMIT $8
            """).By(caller, clock.UtcNow()).With(name.Key).With(name.Profile).With(name.Environment).With(below).With(most);
        await using var rows = await batch.ExecuteReaderAsync(cancellationToken);
        while (await rows.ReadAsync(cancellationToken))
        {
            found ??= [];
            if (!rows.IsDBNull(4)) found.Add(StoredVersion.Read(rows));
        }
        return found;
    }

    async Task<Results<Ok<Page<ConfigVersionResponse>>, ProblemHttpResult>> HandleAsync(
        string key, ConfigHistoryQuery query, Caller caller, CancellationToken cancellationToken)
    {
        var scope = new ConfigScope(query.Profile, query.Environment);
        if (scope.Fault is { } fault) return fault;
        var below = int.MaxValue;
        if (query.Cursor is not null && (!Cursor.TryRead(query.Cursor, out below) || below < 1)) return Problems.Invalid("cursor", "is not a cursor of this list.");
        var limit = Limit.Or(query.Limit);
        if (await ReadAsync(scope.Name(key), below, limit + 1, caller, cancellationToken) is not { } found) return Problems.NotFound();
        var page = Page.Of(found, limit, last => last.Version);
        return TypedResults.Ok(new Page<ConfigVersionResponse>([.. page.Items.Select(ConfigVersionResponse.Of)], page.NextCursor));
    }
}

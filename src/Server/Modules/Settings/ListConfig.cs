using System.ComponentModel.DataAnnotations;
using Consilium.Modules.Accounts.Contracts;
using Consilium.Platform.Errors;
using Consilium.Platform.Paging;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace Consilium.Modules.Settings;

/// <summary>What to list. All filters narrow.</summary>
/// <param name="Profile">Only entries of this profile; with an empty one, only entries without a profile.</param>
/// <param name="Environment">Only entries of this environment; with an empty one, only entries without an environment.</param>
/// <param name="Prefix">
/// Only entries of this key and of all keys below it; with a dot at its end only of the keys below it: <c>app.db</c>, <c>app.db.</c>.
/// </param>
/// <param name="Effective">
/// Whether to answer what a lookup in the profile and environment finds for every key, instead of the entries that are exactly there.
/// </param>
/// <param name="Resolve">Whether references are replaced by the values that they find. It needs <c>effective</c>.</param>
/// <param name="At">The entries as they were at this time (RFC 3339).</param>
internal sealed record ConfigFilter(
    [property: FromQuery(Name = "profile"), MaxLength(ConfigKeys.MaxScopeName)] string? Profile,
    [property: FromQuery(Name = "environment"), MaxLength(ConfigKeys.MaxScopeName)] string? Environment,
    [property: FromQuery(Name = "prefix"), MaxLength(ConfigKeys.MaxKey)] string? Prefix, [property: FromQuery(Name = "effective")] bool? Effective,
    [property: FromQuery(Name = "resolve")] bool? Resolve, [property: FromQuery(Name = "at"), MaxLength(40), DataType(DataType.DateTime)] string? At,
    [property: FromQuery(Name = "limit")] Limit? Limit, [property: FromQuery(Name = "cursor")] string? Cursor);

/// <summary>Lists the entries whose keys the caller may read, by key.</summary>
internal sealed class ListConfig(ConfigEntries entries, ResolveReferences references)
{
    public static void Map(RouteGroupBuilder config) => config.MapGet("", (
            [AsParameters] ConfigFilter filter, Caller caller, ListConfig useCase, CancellationToken cancellationToken) =>
            useCase.HandleAsync(filter, caller, cancellationToken))
        .RequireRight(SettingsRule.Read)
        .WithSummary("List entries")
        .WithDescription("""
            By key, profile and environment: those that are exactly there, of every profile and environment where none is named. With `effective=true` what a lookup finds for every key,
            as a program would read its configuration. Encrypted values are masked.
            """)
        .ProducesProblem(409);

    async Task<Results<Ok<Page<ConfigResponse>>, ProblemHttpResult>> HandleAsync(ConfigFilter filter, Caller caller, CancellationToken cancellationToken)
    {
        var scope = new ConfigScope(filter.Profile, filter.Environment);
        DateTimeOffset? at = null;
        if ((scope.Fault ?? ConfigQuery.PrefixFault(filter.Prefix) ?? ConfigQuery.TimeFault(filter.At, out at)) is { } fault) return fault;
        if (filter is { Resolve: true, Effective: not true }) return Problems.Invalid("resolve", "needs effective=true: references are looked up from one profile and environment.");
        ListPlace? after = null;
        if (filter.Cursor is not null && !Cursor.TryRead(filter.Cursor, out after)) return Problems.Invalid("cursor", "is not a cursor of this list.");

        var limit = Limit.Or(filter.Limit);
        var wanted = new EntryFilter { At = at, Prefix = filter.Prefix ?? "", Most = limit + 1 };
        if (filter.Effective is not true)
        {
            wanted = wanted with { After = after is null ? null : new(after.Key, after.Profile, after.Environment) };
            var page = PageOf(await entries.ListAsync(filter.Profile, filter.Environment, wanted, caller, cancellationToken), limit);
            return TypedResults.Ok(new Page<ConfigResponse>([.. page.Items.Select(ConfigResponse.Of)], page.NextCursor));
        }
        var (_, profile, environment) = scope.Name("");
        var found = PageOf(await entries.EffectiveAsync(profile, environment, wanted with { AfterKey = after?.Key }, caller, cancellationToken), limit);
        if (filter.Resolve is not true) return TypedResults.Ok(new Page<ConfigResponse>([.. found.Items.Select(ConfigResponse.Of)], found.NextCursor));
        var resolved = await references.InAsync(found.Items, profile, environment, at, caller, cancellationToken);
        return resolved.FirstOrDefault(one => one.Error is not null) is { Error: { } why }
            ? ConfigProblems.Unresolved(why)
            : TypedResults.Ok(new Page<ConfigResponse>([.. found.Items.Zip(resolved, (entry, one) => ConfigResponse.Of(entry, one.Value!.Value))], found.NextCursor));
    }

    static Page<StoredVersion> PageOf(List<StoredVersion> found, int limit) =>
        Page.Of(found, limit, last => new ListPlace(last.Name.Key, last.Name.Profile, last.Name.Environment));

    sealed record ListPlace(string Key, string Profile, string Environment);
}

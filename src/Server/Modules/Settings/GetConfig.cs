using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Text.Json;
using Consilium.Modules.Accounts.Contracts;
using Consilium.Platform.Errors;
using Consilium.Platform.Hosting;
using Consilium.Platform.OpenApi;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace Consilium.Modules.Settings;

/// <summary>Where to look, and how.</summary>
/// <param name="Profile">The profile in which to look; without it, in none.</param>
/// <param name="Environment">The environment in which to look; without it, in none.</param>
/// <param name="At">The entry as it was at this time (RFC 3339).</param>
/// <param name="Resolve">Whether to put the values of other entries in the place of <c>${…}</c>.</param>
internal sealed record GetConfigQuery(
    [property: FromQuery(Name = "profile"), MaxLength(ConfigKeys.MaxScopeName)] string? Profile,
    [property: FromQuery(Name = "environment"), MaxLength(ConfigKeys.MaxScopeName)] string? Environment,
    [property: FromQuery(Name = "at"), MaxLength(40), DataType(DataType.DateTime)] string? At, [property: FromQuery(Name = "resolve")] bool? Resolve);

/// <summary>Looks an entry up: in the profile and environment, else in the profile, else the default. For whoever may read its key.</summary>
internal sealed class GetConfig(ConfigEntries entries, ResolveReferences references)
{
    public static void Map(RouteGroupBuilder config) => config.MapGet("/{key}", (
            [MaxLength(ConfigKeys.MaxKey)] string key, [AsParameters] GetConfigQuery query, Caller caller,
            HttpContext http, GetConfig useCase) => useCase.HandleAsync(key, query, caller, http))
        .RequireRight(SettingsRule.Read)
        .WithSummary("Look an entry up")
        .WithEntityTag()
        .WithDescription("""
            In the profile and environment, else in the profile, else the default entry: the answer says which one it is. With `at` as it was at that time; with
            `resolve=true` references are replaced by the values that they find from the same profile and environment (409 `unresolved_reference` when one can't be).
            The `ETag` of the entry that was asked for is its version; with `If-None-Match` the answer is 304 while nothing has changed. 404 `no_default_entry` when
            neither profile nor environment is named and the key has only entries of some: `scopes` names those. An encrypted value is masked, also where it is referred to.
            """)
        .Produces(304).ProducesProblem(409);

    async Task<Results<Ok<ConfigResponse>, ProblemHttpResult>> HandleAsync(string key, GetConfigQuery query, Caller caller, HttpContext http)
    {
        var scope = new ConfigScope(query.Profile, query.Environment);
        DateTimeOffset? at = null;
        if ((scope.Fault ?? ConfigQuery.TimeFault(query.At, out at)) is { } fault) return fault;
        var (_, profile, environment) = scope.Name(key);
        if (await entries.FindAsync(key, profile, environment, at, caller, http.RequestAborted) is not { } found)
            return profile.Length + environment.Length > 0 ? Problems.NotFound() : await NoDefaultAsync(key, at, caller, http.RequestAborted);
        var shown = found.Shown;
        if (query.Resolve is true)
        {
            var resolved = (await references.InAsync([found], profile, environment, at, caller, http.RequestAborted))[0];
            if (resolved.Value is not { } value) return ConfigProblems.Unresolved(resolved.Error!);
            shown = value;
        }
        http.Response.Headers.ETag = TagOf(found, scope.Name(key), query.Resolve is true || at is not null ? shown : null);
        return TypedResults.Ok(ConfigResponse.Of(found, shown));
    }

    async Task<ProblemHttpResult> NoDefaultAsync(string key, DateTimeOffset? at, Caller caller, CancellationToken cancellationToken)
    {
        var filter = new EntryFilter { Keys = [key], At = at, Most = ConfigProblems.MostScopes };
        var others = await entries.ListAsync(null, null, filter, caller, cancellationToken);
        return others.Count == 0 ? Problems.NotFound() : ConfigProblems.NoDefaultEntry([.. others.Select(other => other.Name)]);
    }

    /// <summary>
    /// The version, when the entry is the one that was asked for: then <c>If-Match</c> takes it. One that a lookup fell back to is named, since
    /// the asked one may come to have the same version.
    /// </summary>
    /// <param name="computed">What is shown, where it may change without a new version.</param>
    static string TagOf(StoredVersion found, EntryName asked, JsonElement? computed)
    {
        var (_, profile, environment) = found.Name;
        var place = found.Name == asked ? "" : $"{profile}/{environment}@";
        var more = computed is { } shown ? $"-{EntityTags.Fingerprint(shown)}" : "";
        return string.Create(CultureInfo.InvariantCulture, $"\"{place}{found.Version}{more}\"");
    }
}

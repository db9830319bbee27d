using Consilium.Modules.Accounts.Contracts;
using Consilium.Platform.Errors;
using Consilium.Platform.Hosting;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace Consilium.Modules.Settings;

/// <param name="At">As it was at this time (RFC 3339).</param>
/// <param name="Resolve">Puts the values of other entries in the place of <c>${…}</c>.</param>
internal sealed record GetConfigQuery(
    [property: FromQuery(Name = "profile")] string? Profile, [property: FromQuery(Name = "environment")] string? Environment,
    [property: FromQuery(Name = "at")] string? At, [property: FromQuery(Name = "resolve")] bool? Resolve);

/// <summary>Looks an entry up: in the profile and environment, else in the profile, else the default. For whoever may read its key.</summary>
internal sealed class GetConfig(ConfigEntries entries, ResolveReferences references)
{
    public static void Map(RouteGroupBuilder config) => config.MapGet("/{key}", (
            string key, [AsParameters] GetConfigQuery query, Caller caller, HttpContext http, GetConfig useCase) => useCase.HandleAsync(key, query, caller, http))
        .RequireRight(SettingsRule.Read)
        .WithSummary("Look an entry up")
        .WithDescription("""
            In the profile and environment, else in the profile, else the default entry: the answer says which one it is. The `ETag` is its version. With `at` as it was at that
            time; with `resolve=true` references are replaced by the values that they find from the same profile and environment (409 `unresolved_reference` when one can't be).
            An encrypted value is masked, also where it is referred to.
            """)
        .ProducesProblem(409);

    async Task<Results<Ok<ConfigResponse>, ProblemHttpResult>> HandleAsync(string key, GetConfigQuery query, Caller caller, HttpContext http)
    {
        var scope = new ConfigScope(query.Profile, query.Environment);
        DateTimeOffset? at = null;
        if ((scope.Fault ?? ConfigQuery.TimeFault(query.At, out at)) is { } fault) return fault;
        var (_, profile, environment) = scope.Name(key);
        if (await entries.FindAsync(key, profile, environment, at, caller, http.RequestAborted) is not { } found) return Problems.NotFound();
        http.Response.Headers.ETag = VersionTag.Of(found.Version);
        if (query.Resolve is not true) return TypedResults.Ok(ConfigResponse.Of(found));
        var resolved = (await references.InAsync([found], profile, environment, at, caller, http.RequestAborted))[0];
        return resolved is { Value: { } value } ? TypedResults.Ok(ConfigResponse.Of(found, value)) : ConfigProblems.Unresolved(resolved.Error!);
    }
}

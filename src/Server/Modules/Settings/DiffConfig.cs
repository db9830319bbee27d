using System.ComponentModel.DataAnnotations;
using Consilium.Modules.Accounts.Contracts;
using Consilium.Platform.Errors;
using Consilium.Platform.Validation;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace Consilium.Modules.Settings;

/// <summary>What to compare.</summary>
/// <param name="From">
/// What to compare: a time (RFC 3339), an environment, or <c>profile/environment</c> with either left out: <c>/</c> is the default.
/// </param>
/// <param name="To">What to compare it with, in the same words.</param>
/// <param name="Profile">The profile in which times are compared, and of an environment that is named without one.</param>
/// <param name="Environment">The environment in which times are compared.</param>
/// <param name="Prefix">
/// Only entries of this key and of all keys below it; with a dot at its end only of the keys below it: <c>app.db</c>, <c>app.db.</c>.
/// </param>
internal sealed record ConfigDiffQuery(
    [property: FromQuery(Name = "from"), Required, MaxLength(2 * ConfigKeys.MaxScopeName + 1)] string? From,
    [property: FromQuery(Name = "to"), Required, MaxLength(2 * ConfigKeys.MaxScopeName + 1)] string? To,
    [property: FromQuery(Name = "profile"), MaxLength(ConfigKeys.MaxScopeName)] string? Profile,
    [property: FromQuery(Name = "environment"), MaxLength(ConfigKeys.MaxScopeName)] string? Environment,
    [property: FromQuery(Name = "prefix"), MaxLength(ConfigKeys.MaxKey)] string? Prefix);

/// <summary>A side of a comparison.</summary>
/// <param name="Profile">Null for none.</param>
/// <param name="Environment">Null for none.</param>
/// <param name="At">Null for now.</param>
internal sealed record ConfigDiffSide(string? Profile, string? Environment, DateTimeOffset? At);

/// <summary>What lookups find there and there, where it differs, by key.</summary>
/// <param name="From">What is compared.</param>
/// <param name="To">What it is compared with.</param>
/// <param name="Changes">What differs, by key.</param>
internal sealed record ConfigDiffResponse(ConfigDiffSide From, ConfigDiffSide To, IReadOnlyList<ConfigChangeResponse> Changes);

/// <summary>Compares the configuration of two environments, profiles or times, for the keys that the caller may read.</summary>
internal sealed class DiffConfig(ConfigEntries entries)
{
    const string Rule = "must be a time with its offset (RFC 3339), an environment, or profile/environment with either left out: / is the default.";

    public static void Map(RouteGroupBuilder config) => config.MapGet("/diff", (
            [AsParameters] ConfigDiffQuery query, Caller caller, DiffConfig useCase, CancellationToken cancellationToken) => useCase.HandleAsync(query, caller, cancellationToken))
        .RequireRight(SettingsRule.Read)
        .WithSummary("Compare environments or times")
        .WithDescription("""
            What a lookup finds in `from` and in `to`, wherever it differs: `?from=staging&to=production`, `?from=2026-01-31T09:30:00Z&to=2026-02-01T09:30:00Z&environment=production`.
            Encrypted values are masked, and equal only as the same version of the same entry.
            """);

    async Task<Results<Ok<ConfigDiffResponse>, ProblemHttpResult>> HandleAsync(ConfigDiffQuery query, Caller caller, CancellationToken cancellationToken)
    {
        var scope = new ConfigScope(query.Profile, query.Environment);
        if ((scope.Fault ?? ConfigQuery.PrefixFault(query.Prefix)) is { } fault) return fault;
        if (Side(query.From, scope) is not { } from) return Problems.Invalid("from", Rule);
        if (Side(query.To, scope) is not { } to) return Problems.Invalid("to", Rule);
        var before = await ReadAsync(from, query.Prefix, caller, cancellationToken);
        var after = await ReadAsync(to, query.Prefix, caller, cancellationToken);
        if (Math.Max(before.Count, after.Count) > ConfigComparison.MaxEntries) return ConfigComparison.TooMany();
        return TypedResults.Ok(new ConfigDiffResponse(from, to, ConfigComparison.Between(before, after)));
    }

    Task<List<StoredVersion>> ReadAsync(ConfigDiffSide side, string? prefix, Caller caller, CancellationToken cancellationToken) => entries.EffectiveAsync(
        side.Profile ?? "", side.Environment ?? "", new() { At = side.At, Prefix = prefix ?? "", Most = ConfigComparison.MaxEntries + 1 }, caller, cancellationToken);

    static ConfigDiffSide? Side(string? text, ConfigScope scope)
    {
        var (_, profile, environment) = scope.Name("");
        DateTimeOffset? at = null;
        if (text is null or "") return null;
        if (TimeText.QueryFault(text, out var time) is null) at = time;
        else if (text.Split('/') is [var one, var other]) (profile, environment) = (one, other);
        else environment = text;
        return new ConfigScope(profile, environment).Fault is null ? new(ConfigResponse.OrNull(profile), ConfigResponse.OrNull(environment), at) : null;
    }
}

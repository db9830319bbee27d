using Consilium.Modules.Accounts.Contracts;
using Consilium.Platform.Errors;
using Consilium.Platform.Validation;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace Consilium.Modules.Settings;

/// <summary>What to compare.</summary>
/// <param name="From">A time (RFC 3339), an environment, or <c>profile/environment</c> with either left out: <c>/</c> is the default.</param>
/// <param name="To">The same.</param>
/// <param name="Profile">Where times are compared, and of environments that are named alone.</param>
/// <param name="Environment">Where times are compared.</param>
/// <param name="Prefix">Of this key and all below it; with a dot at its end only of those below it.</param>
internal sealed record ConfigDiffQuery(
    [property: FromQuery(Name = "from")] string? From, [property: FromQuery(Name = "to")] string? To, [property: FromQuery(Name = "profile")] string? Profile,
    [property: FromQuery(Name = "environment")] string? Environment, [property: FromQuery(Name = "prefix")] string? Prefix);

/// <param name="Profile">Null for none.</param>
/// <param name="Environment">Null for none.</param>
/// <param name="At">Null for now.</param>
internal sealed record ConfigDiffSide(string? Profile, string? Environment, DateTimeOffset? At);

/// <summary>What lookups find there and there, where it differs, by key.</summary>
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

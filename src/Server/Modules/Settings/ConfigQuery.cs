using System.ComponentModel.DataAnnotations;
using Consilium.Platform.Errors;
using Consilium.Platform.Validation;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace Consilium.Modules.Settings;

/// <summary>Which profile and environment a request is about; missing or empty stands for none.</summary>
/// <param name="Profile">The profile in which to look; without it, in none.</param>
/// <param name="Environment">The environment in which to look; without it, in none.</param>
internal sealed record ConfigScope(
    [property: FromQuery(Name = "profile"), MaxLength(ConfigKeys.MaxScopeName)] string? Profile,
    [property: FromQuery(Name = "environment"), MaxLength(ConfigKeys.MaxScopeName)] string? Environment)
{
    /// <summary>What is wrong with it; null when it is fine.</summary>
    public ProblemHttpResult? Fault =>
        !IsFine(Profile) ? Problems.Invalid("profile", ConfigKeys.ScopeNameRule)
        : !IsFine(Environment) ? Problems.Invalid("environment", ConfigKeys.ScopeNameRule)
        : null;

    public EntryName Name(string key) => new(key, Profile ?? "", Environment ?? "");

    static bool IsFine(string? name) => string.IsNullOrEmpty(name) || ConfigKeys.IsScopeName(name);
}

/// <summary>What several reads take besides.</summary>
internal static class ConfigQuery
{
    /// <summary>What is wrong with a prefix; null when it is fine.</summary>
    public static ProblemHttpResult? PrefixFault(string? prefix) =>
        prefix is null || ConfigKeys.IsPrefix(prefix) ? null : Problems.Invalid(
            "prefix", "must be a key, as in app.db: it stands for that key and all keys below it. With a dot at its end (app.db.) it stands only for those below.");

    /// <summary>What is wrong with the time as of which to read; null when it is fine, or missing.</summary>
    public static ProblemHttpResult? TimeFault(string? text, out DateTimeOffset? at)
    {
        at = null;
        if (text is null) return null;
        if (TimeText.QueryFault(text, out var time) is { } fault) return Problems.Invalid("at", fault);
        at = time;
        return null;
    }
}

using Consilium.Platform.Errors;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace Consilium.Modules.Settings;

/// <summary>Which profile and environment a request is about; missing or empty stands for none.</summary>
internal sealed record ConfigScope(
    [property: FromQuery(Name = "profile")] string? Profile, [property: FromQuery(Name = "environment")] string? Environment)
{
    /// <summary>What is wrong with it; null when it is fine.</summary>
    public ProblemHttpResult? Fault =>
        !IsFine(Profile) ? Problems.Invalid("profile", ConfigKeys.ScopeNameRule)
        : !IsFine(Environment) ? Problems.Invalid("environment", ConfigKeys.ScopeNameRule)
        : null;

    public EntryName Name(string key) => new(key, Profile ?? "", Environment ?? "");

    static bool IsFine(string? name) => string.IsNullOrEmpty(name) || ConfigKeys.IsScopeName(name);
}

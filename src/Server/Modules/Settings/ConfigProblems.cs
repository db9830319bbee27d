using Consilium.Platform.Errors;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Consilium.Modules.Settings;

/// <summary>The refusals that several routes of the configuration share.</summary>
internal static class ConfigProblems
{
    /// <summary>The right is there for other keys, and not for this one.</summary>
    public static ProblemHttpResult NotYours(string permission) => Problems.Of(403, "forbidden", $"Your right {permission} does not cover this key.");

    /// <summary>How many scopes an answer names.</summary>
    public const int MostScopes = 100;

    /// <summary>Nothing was found for those who name neither profile nor environment, and there are entries of some.</summary>
    public static ProblemHttpResult NoDefaultEntry(IReadOnlyList<EntryName> others)
    {
        var problem = Problems.Details(404, "no_default_entry",
            $"This key has no default entry. Name the profile and environment of an entry that it has: {string.Join(", ", others.Select(InWords))}.");
        problem.Extensions["scopes"] = others.Select(other => new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            ["profile"] = ConfigResponse.OrNull(other.Profile),
            ["environment"] = ConfigResponse.OrNull(other.Environment),
        }).ToArray();
        return TypedResults.Problem(problem);
    }

    // ?profile=eu&environment=test
    static string InWords(EntryName name) =>
        ConfigResponse.PathOf(name)[ConfigResponse.PathOf(name with { Profile = "", Environment = "" }).Length..];

    public static ProblemHttpResult Unresolved(string why) => Problems.Conflict("unresolved_reference", why);

    /// <summary>Whatever the reason: it was changed, or moved, or its key is not there.</summary>
    public static ProblemHttpResult CannotDecrypt() => Problems.Conflict(
        "cannot_decrypt", "This value can't be decrypted: it was changed outside of this server, or its key is missing. Restore it from a backup, or give it a new value.");
}

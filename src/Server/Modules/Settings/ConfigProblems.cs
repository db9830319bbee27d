using Consilium.Platform.Errors;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Consilium.Modules.Settings;

/// <summary>The refusals that several routes of the configuration share.</summary>
internal static class ConfigProblems
{
    /// <summary>The right is there for other keys, and not for this one.</summary>
    public static ProblemHttpResult NotYours(string permission) => Problems.Of(403, "forbidden", $"Your right {permission} does not cover this key.");

    public static ProblemHttpResult Unresolved(string why) => Problems.Conflict("unresolved_reference", why);

    /// <summary>Whatever the reason: it was changed, or moved, or its key is not there.</summary>
    public static ProblemHttpResult CannotDecrypt() => Problems.Conflict(
        "cannot_decrypt", "This value can't be decrypted: it was changed outside of this server, or its key is missing. Restore it from a backup, or give it a new value.");
}

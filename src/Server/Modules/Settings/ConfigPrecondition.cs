using Consilium.Modules.Accounts.Contracts;
using Consilium.Modules.Audit.Contracts;
using Consilium.Modules.Settings.Contracts;
using Consilium.Platform.Errors;
using Consilium.Platform.Hosting;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Consilium.Modules.Settings;

/// <summary>What stands before every change of an entry that exists: the right, the entry, and the version that the writer has seen.</summary>
internal sealed class ConfigPrecondition(ISettings settings, IAuditTrail audit)
{
    /// <summary>Null when the caller may write the key, be there an entry or not.</summary>
    public async Task<ProblemHttpResult?> RightRefusalAsync(EntryToWrite found, Caller caller, HttpContext http)
    {
        if (found.MayWrite) return null;
        await RefusedAsync(audit, caller, $"config/{http.GetRouteValue("key")}", http.RequestAborted);
        return found.MayRead ? ConfigProblems.NotYours(SettingsRule.Write) : Problems.NotFound();
    }

    /// <summary>Null when the change may be made.</summary>
    public async Task<ProblemHttpResult?> RefusalAsync(EntryToWrite found, Caller caller, HttpContext http)
    {
        if (await RightRefusalAsync(found, caller, http) is { } refusal) return refusal;
        if (found.Current is not { } current) return Problems.NotFound();
        if (http.Request.Headers.IfMatch.Count == 0 && await settings.ValueAsync(ProductSettings.RequireIfMatch, http.RequestAborted))
            return Problems.Of(428, "precondition_required", "Say in If-Match which version you have read: it is the ETag of the GET.");
        return VersionTag.Matches(http, current.Version) ? null : VersionTag.PreconditionFailed(current.Version);
    }

    public static Task RefusedAsync(IAuditTrail audit, Caller caller, string resource, CancellationToken cancellationToken) =>
        audit.RecordAsync(new(caller.UserId, caller.Role.Wire(), "config.refused", resource, AuditOutcome.Denied, ConfigWriter.WhyOf(caller, null)), cancellationToken);
}

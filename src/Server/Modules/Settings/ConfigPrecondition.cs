using Consilium.Modules.Accounts.Contracts;
using Consilium.Modules.Audit.Contracts;
using Consilium.Modules.Settings.Contracts;
using Consilium.Platform.Errors;
using Consilium.Platform.Hosting;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Consilium.Modules.Settings;

/// <summary>What stands before every change: the right, the entry, and the version that the writer has seen.</summary>
internal sealed class ConfigPrecondition(ConfigWriter writer, ISettings settings, IAuditTrail audit)
{
    /// <summary>
    /// Null when the caller may write the key, be there an entry or not; otherwise the refusal, in the audit trail. Ask it before the change begins: whoever
    /// changes something keeps everybody else waiting, and must not wait for another connection meanwhile.
    /// </summary>
    public async Task<ProblemHttpResult?> RightRefusalAsync(EntryName name, Caller caller, HttpContext http)
    {
        var found = await writer.FindAsync(name, caller, http.RequestAborted);
        if (found.MayWrite) return null;
        await RecordRefusalAsync(name, caller, http.RequestAborted);
        return Refusal(found);
    }

    /// <summary>Not while a change goes on, either.</summary>
    public Task RecordRefusalAsync(EntryName name, Caller caller, CancellationToken cancellationToken) => audit.RecordAsync(
        new(caller.UserId, caller.Role.Wire(), "config.refused", ConfigResponse.ResourceOf(name), AuditOutcome.Denied, ConfigWriter.WhyOf(caller, null)), cancellationToken);

    /// <summary>Whether a change of an entry must say which version it was written from, and does not. For the same reason before the change begins.</summary>
    public async Task<bool> LacksTagAsync(HttpContext http) =>
        http.Request.Headers.IfMatch.Count == 0 && await settings.ValueAsync(ProductSettings.RequireIfMatch, http.RequestAborted);

    /// <summary>Null when the entry may be changed.</summary>
    public static ProblemHttpResult? RefusalOf(EntryToWrite found, bool lacksTag, HttpContext http)
    {
        if (!found.MayWrite) return Refusal(found); // taken back while this change waited its turn
        if (found.Current is not { } current) return Problems.NotFound();
        if (lacksTag) return Problems.Of(428, "precondition_required", "Say in If-Match which version you have read: it is the ETag of the GET.");
        return VersionTag.Refusal(http, current.Version);
    }

    static ProblemHttpResult Refusal(EntryToWrite found) => found.MayRead ? ConfigProblems.NotYours(SettingsRule.Write) : Problems.NotFound();
}

using Consilium.Modules.Accounts.Contracts;
using Consilium.Platform.Database;
using Consilium.Platform.Errors;
using Consilium.Platform.Idempotency;

namespace Consilium.Modules.Care.Contracts;

/// <summary>Judges the right to a patient's data before an answer about them is given again; what that shows counts as read and stands in the access log.</summary>
internal sealed class PatientReplays(RequestTransaction transaction, AccessLog log)
{
    /// <param name="patientId">Null when the answer shows nobody any more.</param>
    /// <param name="may">What the grounds must allow: <see cref="PatientRule.MayWrite"/> and the like.</param>
    public async Task<IResult?> RefusalAsync(Guid? patientId, string may, string action, string resource, Replay replay)
    {
        if (patientId is not { } id) return null;
        var caller = replay.Http.Caller();
        string? grounds;
        await using (var batch = await transaction.BatchAsync(replay.Http.RequestAborted))
        {
            batch.Add($"SELECT access.grounds FROM {CareViews.Patients} p {PatientRule.Join("p.id")} WHERE p.id = $3 AND {may}").By(caller).With(id);
            grounds = (string?)await batch.ExecuteScalarAsync(replay.Http.RequestAborted);
        }
        if (grounds is null || replay.IsShown) await log.ReadAsync(caller, id, action, resource, grounds, replay.Http.RequestAborted);
        return grounds is null ? Problems.NotFound() : null;
    }
}

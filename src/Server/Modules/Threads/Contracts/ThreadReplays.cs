using Consilium.Modules.Accounts.Contracts;
using Consilium.Modules.Audit.Contracts;
using Consilium.Platform.Errors;
using Consilium.Platform.Idempotency;

namespace Consilium.Modules.Threads.Contracts;

/// <summary>Judges whether a caller reaches a thread still, before an answer about it is given again; what that shows counts as read.</summary>
internal sealed class ThreadReplays(IThreads threads, IAuditTrail audit)
{
    public async Task<IResult?> RefusalAsync(ThreadPolicy policy, string action, Replay replay)
    {
        if ((replay.InAddress("id") ?? replay.InBody("id")) is not { } id) return null; // it shows nothing any more
        var caller = replay.Http.Caller();
        var found = await threads.LastSeqAsync(new(id, policy.Kind, caller.UserId, policy.Post(caller)), replay.Http.RequestAborted) is not null;
        if (!found || replay.IsShown)
            await audit.RecordAsync(
                new(caller.UserId, caller.Role.Wire(), action, $"{policy.Kind}/{id}", found ? AuditOutcome.Ok : AuditOutcome.Denied), replay.Http.RequestAborted);
        return found ? null : Problems.NotFound();
    }
}

internal static class ThreadReplayRoutes
{
    /// <summary>An answer is given again to those who may post in the thread.</summary>
    /// <param name="action">Of the read, for the audit trail: <c>case.read</c>.</param>
    public static RouteHandlerBuilder JudgesReplaysIn(this RouteHandlerBuilder route, ThreadPolicy policy, string action) =>
        route.JudgesReplays<RouteHandlerBuilder, ThreadReplays>((judge, replay) => judge.RefusalAsync(policy, action, replay));
}

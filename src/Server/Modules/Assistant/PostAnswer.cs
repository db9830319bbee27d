using Consilium.Modules.Accounts.Contracts;
using Consilium.Modules.Threads.Contracts;
using Consilium.Platform.Database;
using Consilium.Platform.Hosting;
using Consilium.Platform.Realtime;

namespace Consilium.Modules.Assistant;

/// <summary>
/// Ends a run, with its answer or without, in one transaction: a question has one answer, or a run that says why it has none. The answer is what
/// is kept in the pieces, so it is what was shown. Nothing happens when the run is another worker's by now.
/// </summary>
internal sealed class PostAnswer(RunSteps runs, IMessages messages, RequestTransaction transaction, Signals signals, CrashPoints crash)
{
    /// <summary>Posts the answer that has been written.</summary>
    public Task RunAsync(Run run, CancellationToken cancellationToken) =>
        transaction.RunAsync(async () =>
        {
            if (!await runs.HoldAsync(run, cancellationToken)) return;
            transaction.AfterCommit(() => crash.Reach(RunCrashPoints.AfterCommit));
            await EndAsync(run, await PostAsync(run, null, cancellationToken), cancellationToken);
            crash.Reach(RunCrashPoints.BeforeCommit);
        }, cancellationToken);

    /// <summary>Ends the run without an answer.</summary>
    public Task WithoutAsync(Run run, RunEnd end, CancellationToken cancellationToken) =>
        transaction.RunAsync(async () =>
        {
            if (await runs.HoldAsync(run, cancellationToken)) await EndAsync(run, end, cancellationToken);
        }, cancellationToken);

    /// <summary>Ends a run that this transaction has locked: what was shown of it becomes the message.</summary>
    public async Task StopAsync(Run run, string reason, CancellationToken cancellationToken) =>
        await EndAsync(run, await PostAsync(run, reason, cancellationToken), cancellationToken, RunTopics.Stopped);

    async Task EndAsync(Run run, RunEnd end, CancellationToken cancellationToken, string? note = null)
    {
        await runs.EndAsync(run, end, cancellationToken);
        transaction.AfterCommit(() => signals.Signal(run.Topic, note));
    }

    async Task<RunEnd> PostAsync(Run run, string? stopped, CancellationToken cancellationToken)
    {
        if (!await runs.QuestionStandsAsync(run, cancellationToken))
            return RunEnd.Stopped(run.IsAboutThread ? RunReasons.ThreadGone : RunReasons.QuestionRetracted);
        if (await runs.IsLateAsync(run, cancellationToken)) return RunEnd.Stopped(RunReasons.TurnTaken);
        var text = await runs.TextAsync(run, cancellationToken);
        if (text.Length == 0 && stopped is not null) return RunEnd.Stopped(stopped);
        var origin = AnswerOrigin.Of(await runs.CallsAsync(run, cancellationToken), text.Length, stopped is not null);
        var answer = new NewMessage(
            run.ThreadId, run.ThreadKind, Reach.All, AssistantAccount.Id, Role.Assistant.Wire(), SenderRole.Assistant, AssistantAccount.Name, text)
        {
            ReplyTo = run.IsAboutThread ? null : run.QuestionId,
            NeedsTurn = run.AskedAfter is null,
            RunId = run.Id,
            ClientToken = run.Id.ToString(), // a second answer is impossible even for a worker that is wrong about its fence
            AiJson = origin.ToJson(),
        };
        var (outcome, message) = await messages.PostAsync(answer, cancellationToken);
        return outcome switch
        {
            PostOutcome.Posted or PostOutcome.Replayed => stopped is null ? RunEnd.Completed(message!.Id) : RunEnd.Stopped(stopped, message!.Id),
            PostOutcome.TurnTaken => RunEnd.Stopped(RunReasons.TurnTaken),
            PostOutcome.Closed => RunEnd.Stopped(RunReasons.ThreadClosed),
            _ => RunEnd.Stopped(RunReasons.ThreadGone),
        };
    }
}

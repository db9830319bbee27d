using System.Text.Json;
using Consilium.Modules.Accounts.Contracts;
using Consilium.Modules.Threads.Contracts;
using Consilium.Platform.Database;
using Consilium.Platform.Hosting;

namespace Consilium.Modules.Assistant;

/// <summary>
/// Posts the answer of a run and ends it, in one transaction: a question has one answer, or a run that says why it has none. Nothing happens
/// when the run is another worker's by now.
/// </summary>
internal sealed class PostAnswer(Runs runs, IMessages messages, RequestTransaction transaction, CrashPoints crash)
{
    public Task RunAsync(Run run, string text, AnswerSource source, CancellationToken cancellationToken) =>
        transaction.RunAsync(async () =>
        {
            if (!await runs.HoldAsync(run, cancellationToken)) return;
            transaction.AfterCommit(() => crash.Reach(RunCrashPoints.AfterCommit));
            await runs.EndAsync(run, await PostAsync(run, text, source, cancellationToken), cancellationToken);
            crash.Reach(RunCrashPoints.BeforeCommit);
        }, cancellationToken);

    async Task<RunEnd> PostAsync(Run run, string text, AnswerSource source, CancellationToken cancellationToken)
    {
        if (!await runs.QuestionStandsAsync(run, cancellationToken)) return RunEnd.Stopped(RunReasons.QuestionRetracted);
        var answer = new NewMessage(
            run.ThreadId, run.ThreadKind, Reach.All, AssistantAccount.Id, Role.Assistant.Wire(), SenderRole.Assistant, AssistantAccount.Name, text)
        {
            ReplyTo = run.QuestionId,
            NeedsTurn = true,
            RunId = run.Id,
            ClientToken = run.Id.ToString(), // a second answer is impossible even for a worker that is wrong about its fence
            AiJson = JsonSerializer.Serialize(new { provider = source.Provider, model = source.Model, citations = Array.Empty<string>() }),
        };
        var (outcome, message) = await messages.PostAsync(answer, cancellationToken);
        return outcome switch
        {
            PostOutcome.Posted or PostOutcome.Replayed => RunEnd.Completed(message!.Id, source),
            PostOutcome.TurnTaken => RunEnd.Stopped(RunReasons.TurnTaken),
            PostOutcome.Closed => RunEnd.Stopped(RunReasons.ThreadClosed),
            _ => RunEnd.Stopped(RunReasons.ThreadGone),
        };
    }
}

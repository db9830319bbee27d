using Consilium.Platform.Hosting;
using Consilium.Platform.Json;

namespace Consilium.Modules.Assistant;

/// <summary>Has a run's answer written: takes the answerer's steps, and keeps its text and its calls. Returns once the whole answer is committed.</summary>
internal sealed class WriteAnswer(IAnswerer answerer, PieceWriter pieces, Calls calls, DatabaseWait database, CrashPoints crash, TimeProvider clock)
{
    /// <exception cref="UnansweredException">The attempt failed.</exception>
    public async Task RunAsync(Run run, Prompt prompt, CancellationToken cancellationToken)
    {
        using var text = pieces.Open(run);
        Call? call = null;
        try
        {
            await foreach (var step in answerer.AnswerAsync(new(prompt, run.Shown, run.OwnerId), cancellationToken))
            {
                switch (step)
                {
                    case CallStarted { Source: var source }:
                        call = await BeginAsync(run, source, prompt.Version, text, cancellationToken);
                        break;
                    case CallSent:
                        crash.Reach(RunCrashPoints.RequestSent);
                        break;
                    case AnswerText { Text: var more }:
                        call!.FirstTextAt ??= clock.UtcNow();
                        await text.AppendAsync(more, cancellationToken);
                        crash.Reach(RunCrashPoints.FirstText);
                        break;
                    case CallEnded ended:
                        if (await EndAsync(call!, ended, text, cancellationToken)) return;
                        call = null;
                        break;
                }
            }
        }
        catch (Exception) when (call is not null && !cancellationToken.IsCancellationRequested)
        {
            await EndAsync(call, new(CallEnded.Failed, "fault", null, null), text, cancellationToken);
            throw;
        }
        throw new UnansweredException();
    }

    async Task<Call> BeginAsync(Run run, AnswerSource source, string promptVersion, RunText text, CancellationToken cancellationToken)
    {
        await text.FlushAsync(cancellationToken); // so that the call begins where readers are
        return await database.UntilThereAsync(() => calls.BeginAsync(run, source, promptVersion, text.Length, cancellationToken), cancellationToken)
            ?? throw new RunLostException();
    }

    /// <summary>True when the answer is complete. That is kept after the last of the text, so whoever takes over then has nothing left to ask.</summary>
    async Task<bool> EndAsync(Call call, CallEnded ended, RunText text, CancellationToken cancellationToken)
    {
        var isComplete = ended.Outcome == CallEnded.Completed;
        if (isComplete) text.End();
        else text.BreakOff();
        await text.FlushAsync(cancellationToken);
        if (isComplete && text.Length == 0) (isComplete, ended) = (false, ended with { Outcome = CallEnded.Failed, Reason = "empty" });
        await database.UntilThereAsync(() => calls.EndAsync(call, ended, cancellationToken), cancellationToken);
        return isComplete;
    }
}

/// <summary>The run is another worker's by now, or has ended.</summary>
internal sealed class RunLostException() : Exception("The run is another's by now.");

/// <summary>No provider has brought the answer to its end.</summary>
internal sealed class UnansweredException() : Exception("The answer was not completed.");

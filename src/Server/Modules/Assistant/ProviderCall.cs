using Consilium.Platform.Errors;
using Microsoft.Extensions.AI;

namespace Consilium.Modules.Assistant;

/// <summary>One request to a model, from its start to its end, told as steps.</summary>
internal sealed class ProviderCall(ProviderSettings settings, IChatClient model, AnswerSoFar answer, TimeProvider clock, ILogger log)
{
    // An answer is complete with its finish_reason; the count of tokens may come after.
    static readonly TimeSpan UsageWait = TimeSpan.FromSeconds(1);

    bool heard;
    bool sent;
    ChatFinishReason? finish;
    UsageDetails? usage;
    TimeSpan? retryAfter;

    /// <param name="deadline">Ends the call with a reason; <paramref name="cancellationToken"/> ends it without.</param>
    public async Task<CallResult> RunAsync(Prompt prompt, CancellationToken deadline, CancellationToken cancellationToken)
    {
        var before = answer.Length;
        var messages = Continuations.Messages(prompt, settings, answer.Text);
        answer.GoOn(wasTold: !settings.ContinuesPrefix);
        await answer.StepAsync(new CallStarted(settings.Source), cancellationToken);

        var failure = await ReadAsync(messages, deadline, cancellationToken) ?? Judge();
        if (failure is null) await answer.EndAsync(cancellationToken);
        if (failure is null && answer.Length == 0) failure = CallReasons.Empty;

        var outcome = failure is null ? CallEnded.Completed : CallEnded.Failed;
        var reason = failure ?? (answer.IsFull || finish == ChatFinishReason.Length ? CallReasons.Length : null);
        await answer.StepAsync(new CallEnded(outcome, reason, (int?)usage?.InputTokenCount, (int?)usage?.OutputTokenCount), cancellationToken);
        return new(true, failure, answer.Length > before, retryAfter);
    }

    /// <summary>Why it failed; null when the model has finished, or the answer is as long as it may be.</summary>
    async Task<string?> ReadAsync(IReadOnlyList<ChatMessage> messages, CancellationToken deadline, CancellationToken cancellationToken)
    {
        using var patience = new CancellationTokenSource(settings.FirstTokenTimeout, clock);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(deadline, patience.Token, cancellationToken);
        try
        {
            await foreach (var update in model.GetStreamingResponseAsync(messages, Continuations.Options(settings, answer.Length > 0), stop.Token))
            {
                await TakeAsync(update, patience, cancellationToken);
                if (answer.IsFull) return null;
            }
            return null;
        }
        catch (Exception fault) when (fault is OperationCanceledException or ProviderException && finish is not null && !cancellationToken.IsCancellationRequested)
        {
            return null;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return !patience.IsCancellationRequested ? CallReasons.AnswerTimeout : heard ? CallReasons.TokenTimeout : CallReasons.FirstTokenTimeout;
        }
        catch (ProviderException fault)
        {
            retryAfter = fault.RetryAfter;
            return fault.Reason;
        }
        catch (Exception fault) when (fault is not OperationCanceledException)
        {
            // Whatever it is, the next provider may still answer.
            log.LogError("The call to the provider {Provider} failed by a fault of this server: {Fault}", settings.Name, Faults.ForLog(fault));
            return CallReasons.Internal;
        }
    }

    async Task TakeAsync(ChatResponseUpdate update, CancellationTokenSource patience, CancellationToken cancellationToken)
    {
        if (!sent)
        {
            sent = true;
            await answer.StepAsync(new CallSent(), cancellationToken);
        }
        foreach (var content in update.Contents)
        {
            if (content is UsageContent { Details: var counted }) usage = counted;
            if (content is not TextContent { Text: var text }) continue;
            patience.CancelAfter(Timeout.InfiniteTimeSpan); // the time that readers take is not the model's
            heard = true;
            await answer.AddAsync(text, cancellationToken);
            patience.CancelAfter(settings.TokenTimeout);
        }
        finish = update.FinishReason ?? finish;
        if (finish is not null) patience.CancelAfter(UsageWait < settings.TokenTimeout ? UsageWait : settings.TokenTimeout);
    }

    /// <summary>Why an answer that the model has finished is none.</summary>
    string? Judge() => finish switch
    {
        null => null, // cut because it is long enough
        { } end when end == ChatFinishReason.Stop || end == ChatFinishReason.Length => null,
        { } end when end == ChatFinishReason.ContentFilter => CallReasons.ContentFilter,
        { } end when end == ChatFinishReason.ToolCalls => CallReasons.ToolCalls,
        _ => CallReasons.UnknownFinish,
    };
}

/// <summary>How a call ended.</summary>
/// <param name="Asked">False when the provider was busy, or is left alone.</param>
/// <param name="Failure">Null when it has completed the answer.</param>
/// <param name="GaveText">Readers have seen something of it.</param>
internal sealed record CallResult(bool Asked, string? Failure, bool GaveText, TimeSpan? RetryAfter)
{
    public static CallResult NotAsked { get; } = new(false, null, false, null);

    public bool HasCompleted => Asked && Failure is null;

    public bool MayBeRetried => !GaveText
        && Failure is CallReasons.RateLimited or CallReasons.ServerError or CallReasons.Refused or CallReasons.CutOff or CallReasons.ErrorInStream;

    /// <summary>Another request would likely fare no better.</summary>
    public bool IsProvidersFault => Failure is not (null or CallReasons.BadRequest or CallReasons.ContentFilter or CallReasons.AnswerTimeout or CallReasons.Internal);
}

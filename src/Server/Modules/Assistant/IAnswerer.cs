namespace Consilium.Modules.Assistant;

/// <summary>Whoever writes an answer: the chain of providers, whose last link are the built-in rules.</summary>
internal interface IAnswerer
{
    /// <summary>
    /// Writes the answer, or goes on with it. Ends after a <see cref="CallEnded"/> that is completed; any other end, and an exception, is a failed
    /// attempt. Text once given is never taken back.
    /// </summary>
    IAsyncEnumerable<AnswerStep> AnswerAsync(AnswerRequest request, CancellationToken cancellationToken);
}

/// <param name="Shown">What readers have seen of the answer already, from an attempt that was lost: the answer goes on from there. Empty at first.</param>
/// <param name="OwnerId">Whose thread it is, and whose budget pays.</param>
internal sealed record AnswerRequest(Prompt Prompt, string Shown, Guid OwnerId);

/// <summary>What happens while an answer is written, in order: for each provider asked a start, its text, its end.</summary>
internal abstract record AnswerStep;

/// <summary>A provider is about to be asked.</summary>
internal sealed record CallStarted(AnswerSource Source) : AnswerStep;

/// <summary>The request is on its way.</summary>
internal sealed record CallSent : AnswerStep;

internal sealed record AnswerText(string Text) : AnswerStep;

/// <param name="Outcome">completed or failed</param>
/// <param name="Reason">Why it failed, as a word for the stored row: <c>timeout</c>, <c>rate_limited</c> …; of a completed call <c>length</c> when the answer was cut.</param>
internal sealed record CallEnded(string Outcome, string? Reason, int? InputTokens, int? OutputTokens) : AnswerStep
{
    public const string Completed = "completed";
    public const string Failed = "failed";
}

/// <summary>What an answer shows of its origin.</summary>
internal sealed record AnswerSource(string Provider, string Model);

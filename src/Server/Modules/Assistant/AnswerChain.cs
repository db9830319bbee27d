using System.Runtime.CompilerServices;
using System.Threading.Channels;

namespace Consilium.Modules.Assistant;

/// <summary>
/// Writes an answer by the providers in their order: the first that works completes it, each one goes on where the one before broke off, and the
/// built-in rules end what none has. Every call is told from its start to its end, retries included; providers that are busy, or left alone, are
/// passed over without a word. When the budget is spent the rules alone answer.
/// </summary>
internal sealed class AnswerChain(Providers providers, ChainSettings settings, Budget budget, BuiltInRules rules, TimeProvider clock) : IAnswerer
{
    const int StepsAhead = 64;

    public async IAsyncEnumerable<AnswerStep> AnswerAsync(AnswerRequest request, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var steps = Channel.CreateBounded<AnswerStep>(new BoundedChannelOptions(StepsAhead) { SingleReader = true, SingleWriter = true });
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var writing = WriteAsync(request, steps.Writer, stop.Token);
        try
        {
            await foreach (var step in steps.Reader.ReadAllAsync(cancellationToken)) yield return step;
        }
        finally
        {
            await stop.CancelAsync(); // ends the call of a provider when nobody wants the rest
            await writing;
        }
    }

    async Task WriteAsync(AnswerRequest request, ChannelWriter<AnswerStep> steps, CancellationToken cancellationToken)
    {
        try
        {
            var answer = new AnswerSoFar(request.Shown, settings.MaxAnswerLength, steps);
            if (!await AskProvidersAsync(request, answer, cancellationToken))
                await foreach (var step in LastSteps(request with { Shown = answer.Text }, answer.IsFull, cancellationToken))
                    await steps.WriteAsync(step, cancellationToken);
            steps.Complete();
        }
        catch (Exception fault)
        {
            steps.Complete(fault); // whoever reads the steps gets it
        }
    }

    // An answer that was cut at its greatest length, and lost its worker then, only needs its end.
    IAsyncEnumerable<AnswerStep> LastSteps(AnswerRequest request, bool isFull, CancellationToken cancellationToken) => isFull
        ? new AnswerStep[] { new CallStarted(BuiltInRules.Source), new CallEnded(CallEnded.Completed, CallReasons.Length, null, null) }.ToAsyncEnumerable()
        : rules.AnswerAsync(request, cancellationToken);

    /// <summary>True when one has completed the answer.</summary>
    async Task<bool> AskProvidersAsync(AnswerRequest request, AnswerSoFar answer, CancellationToken cancellationToken)
    {
        using var deadline = new CancellationTokenSource(settings.AnswerTimeout, clock);
        foreach (var provider in providers.InOrder)
        {
            if (deadline.IsCancellationRequested || answer.IsFull) return false;
            if (!await budget.AllowsAsync(request.OwnerId, Continuations.TokensOf(request.Prompt, provider.Settings, answer.Text), cancellationToken)) return false;
            var call = await provider.AnswerAsync(request.Prompt, answer, deadline.Token, cancellationToken);
            cancellationToken.ThrowIfCancellationRequested();
            if (call.HasCompleted) return true;
        }
        return false;
    }
}

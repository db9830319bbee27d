using Microsoft.Extensions.AI;
using Polly;
using Polly.CircuitBreaker;

namespace Consilium.Modules.Assistant;

/// <summary>
/// One link of the chain: asks a model within its timeouts, again while nothing was given out, no more than so many at once, and not at all for a
/// while after it has failed too often.
/// </summary>
internal sealed class Provider : IDisposable
{
    readonly IChatClient model;
    readonly TimeProvider clock;
    readonly ILogger log;
    readonly SemaphoreSlim slots;
    readonly ResiliencePipeline<CallResult> pipeline;
    readonly CircuitBreakerStateProvider breaker = new();

    public Provider(ProviderSettings settings, IChatClient model, TimeProvider clock, ILogger log)
    {
        (Settings, this.model, this.clock, this.log) = (settings, model, clock, log);
        slots = new(settings.MaxConcurrency);
        pipeline = Pipeline();
    }

    public ProviderSettings Settings { get; }

    /// <summary>Whether it is left alone at the moment.</summary>
    public bool IsOpen => breaker.CircuitState is CircuitState.Open or CircuitState.Isolated;

    /// <summary>Has the model write the answer, or go on with it. Where it was not asked at all there is no step of it.</summary>
    /// <param name="deadline">Ends the call with a reason; <paramref name="cancellationToken"/> ends it without.</param>
    public async Task<CallResult> AnswerAsync(Prompt prompt, AnswerSoFar answer, CancellationToken deadline, CancellationToken cancellationToken)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline, cancellationToken);
        if (!await TakeSlotAsync(either.Token)) return CallResult.NotAsked;
        try
        {
            return await pipeline.ExecuteAsync(async _ => await new ProviderCall(Settings, model, answer, clock, log).RunAsync(prompt, deadline, cancellationToken), either.Token);
        }
        catch (BrokenCircuitException)
        {
            return CallResult.NotAsked;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return CallResult.NotAsked; // the answer's time was over while it waited
        }
        finally
        {
            slots.Release();
        }
    }

    public void Dispose()
    {
        slots.Dispose();
        model.Dispose();
    }

    async Task<bool> TakeSlotAsync(CancellationToken cancellationToken)
    {
        if (slots.Wait(0, CancellationToken.None)) return true;
        if (IsOpen) return false;
        using var patience = new CancellationTokenSource(Settings.MaxWait, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellationToken);
        try
        {
            await slots.WaitAsync(either.Token);
            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    ResiliencePipeline<CallResult> Pipeline()
    {
        var builder = new ResiliencePipelineBuilder<CallResult> { TimeProvider = clock };
        if (Settings.Retries > 0)
            builder.AddRetry(new()
            {
                ShouldHandle = call => ValueTask.FromResult(call.Outcome.Result is { MayBeRetried: true } failed && !(failed.RetryAfter > Settings.MaxRetryPause)),
                MaxRetryAttempts = Settings.Retries,
                Delay = Settings.RetryPause,
                MaxDelay = Settings.MaxRetryPause,
                BackoffType = DelayBackoffType.Exponential,
                UseJitter = true,
                DelayGenerator = call => ValueTask.FromResult(call.Outcome.Result?.RetryAfter),
            });
        return builder.AddCircuitBreaker(new()
        {
            ShouldHandle = call => ValueTask.FromResult(call.Outcome.Result is { IsProvidersFault: true }),
            FailureRatio = 0.5,
            MinimumThroughput = Settings.BreakerFailures,
            SamplingDuration = Settings.BreakerWindow,
            BreakDuration = Settings.BreakerPause,
            StateProvider = breaker,
            OnOpened = _ =>
            {
                log.LogWarning("The provider {Provider} fails too often: it is left alone for {Pause}", Settings.Name, Settings.BreakerPause);
                return default;
            },
            OnClosed = _ =>
            {
                log.LogInformation("The provider {Provider} works again", Settings.Name);
                return default;
            },
        }).Build();
    }
}

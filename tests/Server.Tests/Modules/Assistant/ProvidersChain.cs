using System.Collections.Concurrent;
using System.Diagnostics;
using Consilium.Modules.Assistant;
using Consilium.ProviderDoubles;
using Microsoft.Extensions.Logging;

namespace Consilium.Tests.Modules.Assistant;

/// <summary>A chain of doubles and what readers get of it.</summary>
internal sealed class ProvidersChain : IDisposable
{
    public const string Key = "sk-never-to-be-seen";

    /// <summary>The rules' answer to <see cref="Question"/>.</summary>
    public const string RulesAnswer = "I understand. Can you tell me more about that?";
    public const string Question = "When does the clinic open";

    readonly Providers providers;
    readonly AnswerChain chain;

    public ProvidersChain(params IReadOnlyList<ProviderSettings> settings) : this(TimeProvider.System, settings) { }

    public ProvidersChain(TimeProvider clock, params IReadOnlyList<ProviderSettings> settings) : this(clock, new ChainSettings(settings)) { }

    public ProvidersChain(TimeProvider clock, ChainSettings settings)
    {
        providers = new(settings, clock, Log);
        chain = new(providers, settings, BudgetTests.Unlimited, new(), clock);
    }

    public LogLines Log { get; } = new();

    public IReadOnlyList<Provider> InOrder => providers.InOrder;

    /// <summary>A double as a provider that is quick to give up, and patient enough for a busy machine where that matters.</summary>
    public static ProviderSettings Of(ProviderDouble provider, string name = "first") => new(name, provider.BaseAddress, $"{name}-model")
    {
        Key = new(Key), RetryPause = TimeSpan.FromMilliseconds(1), FirstTokenTimeout = TimeSpan.FromSeconds(60), TokenTimeout = TimeSpan.FromSeconds(60),
        MaxRetryPause = TimeSpan.FromSeconds(3), BreakerFailures = 1000,
    };

    public static AnswerRequest Request(string shown = "") => new(new("test/1", "Be brief.", [], Question), shown, Guid.Empty);

    public IAsyncEnumerable<AnswerStep> StepsAsync(string shown = "", CancellationToken cancellationToken = default) =>
        chain.AnswerAsync(Request(shown), cancellationToken);

    /// <summary>Reads an answer to its end, which must be one.</summary>
    public async Task<Reading> ReadAsync(string shown = "", Action<AnswerStep>? seen = null, CancellationToken cancellationToken = default)
    {
        var begun = Stopwatch.GetTimestamp();
        var steps = new List<AnswerStep>();
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(TimeSpan.FromSeconds(30));
        await foreach (var step in StepsAsync(shown, patience.Token))
        {
            steps.Add(step);
            seen?.Invoke(step);
        }
        return new(shown, steps, Stopwatch.GetElapsedTime(begun));
    }

    public void Dispose() => providers.Dispose();
}

/// <summary>A call as its steps tell it.</summary>
internal sealed record Call(AnswerSource Source, bool Sent, string Text, CallEnded End);

/// <summary>A whole answer, whose steps are in the order that <see cref="IAnswerer"/> promises.</summary>
internal sealed class Reading
{
    public Reading(string shown, IReadOnlyList<AnswerStep> steps, TimeSpan took)
    {
        (Shown, Took) = (shown, took);
        CallStarted? open = null;
        var (sent, text) = (false, "");
        foreach (var step in steps)
        {
            switch (step)
            {
                case CallStarted started:
                    open.ShouldBeNull("A call began within another.");
                    Calls.ShouldAllBe(call => call.End.Outcome == CallEnded.Failed);
                    (open, sent, text) = (started, false, "");
                    break;
                case CallSent:
                    open.ShouldNotBeNull();
                    sent.ShouldBeFalse();
                    text.ShouldBe("");
                    sent = true;
                    break;
                case AnswerText { Text: var more }:
                    open.ShouldNotBeNull();
                    more.ShouldNotBeEmpty();
                    sent.ShouldBeTrue();
                    text += more;
                    break;
                case CallEnded end:
                    Calls.Add(new(open.ShouldNotBeNull().Source, sent, text, end));
                    open = null;
                    break;
            }
        }
        open.ShouldBeNull("The last call has no end.");
        Calls[^1].End.Outcome.ShouldBe(CallEnded.Completed);
    }

    public List<Call> Calls { get; } = [];
    public string Shown { get; }
    public TimeSpan Took { get; }

    /// <summary>All that readers see, from the first attempt on.</summary>
    public string Text => Shown + string.Concat(Calls.Select(call => call.Text));

    public IEnumerable<string?> Reasons => Calls.Select(call => call.End.Reason);
}

/// <summary>What was logged, whole.</summary>
internal sealed class LogLines : ILogger<Providers>
{
    readonly ConcurrentQueue<string> lines = [];

    public override string ToString() => string.Join('\n', lines);

    public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        lines.Enqueue($"{logLevel} {formatter(state, exception)} {exception}");
}

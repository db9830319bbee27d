using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Consilium.Modules.Assistant;
using Microsoft.Extensions.DependencyInjection;

namespace Consilium.Tests.Modules.Assistant;

/// <summary>
/// An answerer that a test directs: it answers at once, unless the question says "fails …" or "says nothing", or the test holds the next
/// attempt at it.
/// </summary>
internal sealed class Script : IAnswerer
{
    public static readonly AnswerSource Source = new("test", "script");

    readonly ConcurrentDictionary<string, ConcurrentQueue<Attempt>> held = new(StringComparer.Ordinal);
    readonly ConcurrentQueue<string> asked = [];

    /// <summary>Every question that reached the answerer, once per attempt.</summary>
    public IReadOnlyCollection<string> Asked => asked;

    /// <summary>Holds the next attempt at this question that is not held yet, until the test gives its answer.</summary>
    public Attempt HoldNext(string question)
    {
        var attempt = new Attempt();
        held.GetOrAdd(question, _ => []).Enqueue(attempt);
        return attempt;
    }

    public async IAsyncEnumerable<AnswerStep> AnswerAsync(AnswerRequest request, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var question = request.Prompt.Question;
        asked.Enqueue(question);
        if (held.TryGetValue(question, out var attempts) && attempts.TryDequeue(out var attempt))
        {
            await foreach (var step in attempt.StepsAsync(request, cancellationToken)) yield return step;
            yield break;
        }
        yield return new CallStarted(Source);
        if (question.StartsWith("fails always", StringComparison.Ordinal)) throw new InvalidOperationException("The answerer fails.");
        if (question.StartsWith("fails twice", StringComparison.Ordinal) && asked.Count(q => q == question) <= 2) throw new TimeoutException();
        if (!question.StartsWith("says nothing", StringComparison.Ordinal))
        {
            yield return new AnswerText("Answered: ");
            yield return new AnswerText(question);
        }
        yield return new CallEnded(CallEnded.Completed, null, null, null);
    }

    /// <summary>One attempt at an answer, step by step. It begins with a call to <see cref="Source"/>.</summary>
    internal sealed class Attempt
    {
        readonly Channel<AnswerStep> steps = Channel.CreateUnbounded<AnswerStep>();
        readonly TaskCompletionSource<AnswerRequest> begun = new(TaskCreationOptions.RunContinuationsAsynchronously);
        readonly TaskCompletionSource cancelled = new(TaskCreationOptions.RunContinuationsAsynchronously);

        /// <summary>Ends once the answerer has been asked, with what it was asked.</summary>
        public Task<AnswerRequest> Begun => begun.Task.WaitAsync(TimeSpan.FromSeconds(20));

        /// <summary>Ends once the worker has told the answerer to stop.</summary>
        public Task Cancelled => cancelled.Task.WaitAsync(TimeSpan.FromSeconds(20));

        public void Say(string text) => steps.Writer.TryWrite(new AnswerText(text));

        /// <summary>Says the last of the answer and completes it.</summary>
        public void Answer(string text = "", string? reason = null, int? inputTokens = null, int? outputTokens = null)
        {
            if (text.Length > 0) Say(text);
            steps.Writer.TryWrite(new CallEnded(CallEnded.Completed, reason, inputTokens, outputTokens));
            steps.Writer.Complete();
        }

        /// <summary>The provider fails, and another is asked.</summary>
        public void FallBack(string reason, AnswerSource next)
        {
            steps.Writer.TryWrite(new CallEnded(CallEnded.Failed, reason, null, null));
            steps.Writer.TryWrite(new CallStarted(next));
        }

        /// <summary>The provider fails, and there is no other.</summary>
        public void Fail(string reason)
        {
            steps.Writer.TryWrite(new CallEnded(CallEnded.Failed, reason, null, null));
            steps.Writer.Complete();
        }

        /// <summary>Ends the attempt without an answer, if the test has not ended it.</summary>
        public void LetGo() => steps.Writer.TryComplete();

        public async IAsyncEnumerable<AnswerStep> StepsAsync(AnswerRequest request, [EnumeratorCancellation] CancellationToken cancellationToken)
        {
            yield return new CallStarted(Source);
            yield return new CallSent();
            begun.TrySetResult(request);
            try
            {
                await foreach (var step in steps.Reader.ReadAllAsync(cancellationToken)) yield return step;
            }
            finally
            {
                if (cancellationToken.IsCancellationRequested) cancelled.TrySetResult();
            }
        }
    }
}

/// <summary>A server whose answers come from a <see cref="Script"/>, with two workers that do not dawdle.</summary>
public class ScriptedServer : Server
{
    public static readonly IReadOnlyDictionary<string, string?> Quick = new Dictionary<string, string?>(StringComparer.Ordinal)
    {
        ["Assistant:Workers"] = "2",
        ["Assistant:Poll"] = "00:00:00.050",
        ["Assistant:RetryDelay"] = "00:00:00.005",
    };

    internal Script Script { get; } = new();

    protected override IReadOnlyDictionary<string, string?> Settings { get; init; } = Quick;

    protected override void ConfigureServices(IServiceCollection services) => services.AddSingleton<IAnswerer>(Script);

    internal static Task<Server> StartAsync(
        Script script, TestDatabase? database = null, string renewal = "00:00:03", int workers = 2, TimeProvider? clock = null) =>
        StartAsync(new Dictionary<string, string?>(Quick, StringComparer.Ordinal)
        {
            ["Assistant:Workers"] = $"{workers}",
            ["Assistant:Renewal"] = renewal,
            ["Security:MasterKey"] = Convert.ToBase64String(new byte[32]), // one for all servers of a database
        }, clock, services => services.AddSingleton<IAnswerer>(script), database);
}

/// <summary>A scripted server that carries out many runs at once, for tests whose runs must not wait for each other.</summary>
public sealed class BusyScriptedServer : ScriptedServer
{
    public BusyScriptedServer() => Settings = new Dictionary<string, string?>(Quick, StringComparer.Ordinal) { ["Assistant:Workers"] = "100" };
}

using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Consilium.Modules.Assistant;
using Microsoft.Extensions.DependencyInjection;

namespace Consilium.Tests.Modules.Assistant;

/// <summary>
/// An answerer that a test directs: it answers at once, unless the question says "fails …" or "says nothing", or the test holds the next
/// attempt at it.
/// </summary>
internal sealed class Script : IAnswerer
{
    readonly ConcurrentDictionary<string, Attempt> held = new(StringComparer.Ordinal);
    readonly ConcurrentQueue<string> asked = [];

    /// <summary>Every question that reached the answerer, once per attempt.</summary>
    public IReadOnlyCollection<string> Asked => asked;

    /// <summary>Holds the next attempt at this question until the test gives its answer.</summary>
    public Attempt HoldNext(string question) => held[question] = new();

    public async IAsyncEnumerable<AnswerStep> AnswerAsync(AnswerRequest request, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var question = request.Prompt.Question;
        asked.Enqueue(question);
        yield return new CallStarted(new("test", "script"));
        if (question.StartsWith("fails always", StringComparison.Ordinal)) throw new InvalidOperationException("The answerer fails.");
        if (question.StartsWith("fails twice", StringComparison.Ordinal) && asked.Count(q => q == question) <= 2) throw new TimeoutException();
        if (question.StartsWith("says nothing", StringComparison.Ordinal)) yield break;
        if (held.TryRemove(question, out var attempt))
        {
            attempt.Begin();
            yield return new AnswerText(await attempt.AnswerAsync(cancellationToken));
        }
        else
        {
            yield return new AnswerText("Answered: ");
            yield return new AnswerText(question);
        }
        yield return new CallEnded(CallEnded.Completed, null, null, null);
    }

    internal sealed class Attempt
    {
        readonly TaskCompletionSource begun = new(TaskCreationOptions.RunContinuationsAsynchronously);
        readonly TaskCompletionSource<string> answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
        readonly TaskCompletionSource cancelled = new(TaskCreationOptions.RunContinuationsAsynchronously);

        /// <summary>Ends once the answerer has been asked.</summary>
        public Task Begun => begun.Task.WaitAsync(TimeSpan.FromSeconds(20));

        /// <summary>Ends once the worker has told the answerer to stop.</summary>
        public Task Cancelled => cancelled.Task.WaitAsync(TimeSpan.FromSeconds(20));

        public void Answer(string text) => answer.TrySetResult(text);

        public void Begin() => begun.TrySetResult();

        public async Task<string> AnswerAsync(CancellationToken cancellationToken)
        {
            try
            {
                return await answer.Task.WaitAsync(cancellationToken);
            }
            catch (OperationCanceledException)
            {
                cancelled.TrySetResult();
                throw;
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

    internal static Task<Server> StartAsync(Script script, TestDatabase? database = null, string renewal = "00:00:03") =>
        StartAsync(new Dictionary<string, string?>(Quick, StringComparer.Ordinal)
        {
            ["Assistant:Renewal"] = renewal,
            ["Security:MasterKey"] = Convert.ToBase64String(new byte[32]), // one for all servers of a database
        }, services: services => services.AddSingleton<IAnswerer>(script), sharedDatabase: database);
}

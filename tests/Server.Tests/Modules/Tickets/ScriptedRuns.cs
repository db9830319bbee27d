using System.Runtime.CompilerServices;
using Consilium.Modules.Accounts.Contracts;
using Consilium.Modules.Assistant.Contracts;

namespace Consilium.Tests.Modules.Tickets;

/// <summary>Runs whose text a test writes itself, piece by piece, each piece one update.</summary>
internal sealed class ScriptedRuns : IRuns
{
    readonly Lock gate = new();
    readonly List<Run> runs = [];
    int following;

    public IReadOnlyList<Run> Of(Guid threadId)
    {
        lock (gate) return runs.FindAll(run => run.Question.ThreadId == threadId);
    }

    /// <summary>What a run has, before anybody asks: the answer to the description of a ticket.</summary>
    public Run Answered(Guid threadId, params string[] pieces)
    {
        var run = Begin(new(threadId, "ticket", threadId, 0, 1));
        foreach (var piece in pieces) run.Say(piece);
        run.Complete();
        return run;
    }

    public Run Begin(Question question)
    {
        lock (gate)
        {
            var run = new Run(question);
            runs.Add(run);
            return run;
        }
    }

    public Task<RunState> AskAsync(Question question, CancellationToken cancellationToken)
    {
        lock (gate)
        {
            var run = runs.FindLast(r => r.Question.MessageId == question.MessageId && r.State is { Status: not "failed" } and not { Status: "stopped", AnswerId: null });
            return Task.FromResult((run ?? Begin(question)).State);
        }
    }

    public Task<RunState?> FindAsync(Guid threadId, Guid runId, CancellationToken cancellationToken)
    {
        lock (gate) return Task.FromResult(runs.Find(run => run.Id == runId && run.Question.ThreadId == threadId)?.State);
    }

    public Task<RunState?> FindByQuestionAsync(Guid threadId, Guid questionId, CancellationToken cancellationToken)
    {
        lock (gate) return Task.FromResult(runs.FindLast(run => run.Question.MessageId == questionId && run.State.Status != "failed")?.State);
    }

    /// <summary>How many follow at the moment.</summary>
    public int Following => Volatile.Read(ref following);

    public async IAsyncEnumerable<AnswerUpdate> FollowAsync(Guid runId, int offset, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref following);
        try
        {
            Run run;
            lock (gate) run = runs.Single(r => r.Id == runId);
            await foreach (var update in run.FollowAsync(offset, cancellationToken)) yield return update;
        }
        finally
        {
            Interlocked.Decrement(ref following);
        }
    }

    public Task<bool> WasShownAsync(Guid runId, int offset, CancellationToken cancellationToken)
    {
        lock (gate) return Task.FromResult(runs.Single(run => run.Id == runId).WasShown(offset));
    }

    public Task<bool> StopAsync(Guid threadId, string threadKind, Caller caller, CancellationToken cancellationToken)
    {
        var unfinished = Of(threadId).Where(run => run.State.Status == "running").ToList();
        unfinished.ForEach(run => run.Stop("stopped"));
        return Task.FromResult(unfinished.Count > 0);
    }

    internal sealed class Run
    {
        readonly Question question;
        readonly Lock gate = new();
        readonly List<string> pieces = [];
        TaskCompletionSource changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Guid Id { get; } = Guid.CreateVersion7();
        public Question Question => question;
        public RunState State { get; private set; }

        public Run(Question question)
        {
            this.question = question;
            State = new(Id, question.ThreadId, question.MessageId, "running", null, null);
        }

        public void Say(string piece) => Change(() => pieces.Add(piece));

        public void Complete() => Change(() => State = State with { Status = "completed", AnswerId = Guid.CreateVersion7() });

        public void Stop(string reason) =>
            Change(() => State = State with { Status = "stopped", Reason = reason, AnswerId = pieces.Count > 0 ? Guid.CreateVersion7() : null });

        public void Fail(string reason) => Change(() => State = State with { Status = "failed", Reason = reason });

        public async IAsyncEnumerable<AnswerUpdate> FollowAsync(int offset, [EnumeratorCancellation] CancellationToken cancellationToken)
        {
            if (!WasShown(offset)) throw new ArgumentOutOfRangeException(nameof(offset));
            for (var (next, at) = (0, 0); ;)
            {
                Task change;
                List<string> more;
                RunState state;
                lock (gate) (change, more, state) = (changed.Task, pieces[next..], State);
                foreach (var piece in more)
                {
                    next++;
                    at += piece.Length;
                    if (at > offset) yield return new(at, piece[Math.Max(0, piece.Length - (at - offset))..], null);
                }
                if (state.Status is not "running")
                {
                    yield return new(at, "", state);
                    yield break;
                }
                await change.WaitAsync(cancellationToken);
            }
        }

        public bool WasShown(int offset)
        {
            lock (gate) return string.Concat(pieces) is var shown && (offset == shown.Length || (offset < shown.Length && !char.IsLowSurrogate(shown[offset])));
        }

        void Change(Action change)
        {
            TaskCompletionSource before;
            lock (gate)
            {
                change();
                before = changed;
                changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
            }
            before.SetResult();
        }
    }
}

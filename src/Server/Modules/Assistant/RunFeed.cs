using System.Runtime.CompilerServices;
using Consilium.Modules.Assistant.Contracts;
using Consilium.Platform.Realtime;

namespace Consilium.Modules.Assistant;

/// <summary>Gives the answers of runs to their readers, as they are written: one <see cref="RunTail"/> per run, while it is read.</summary>
internal sealed class RunFeed(RunSnapshots rows, Signals signals, TimeProvider clock, ILogger<RunFeed> log)
{
    readonly Lock gate = new();
    readonly Dictionary<Guid, Followed> runs = [];

    /// <summary>Whether somebody reads the run in this process.</summary>
    public bool IsRead(Guid runId)
    {
        lock (gate) return runs.ContainsKey(runId);
    }

    /// <inheritdoc cref="IRuns.FollowAsync"/>
    public async IAsyncEnumerable<AnswerUpdate> FollowAsync(Guid runId, int offset, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var followed = Join(runId);
        try
        {
            var tail = followed.Tail;
            await tail.LookedAsync(tail.NextLook(), cancellationToken);
            if (tail.After(0) is null) yield break;
            if (!tail.WasShown(offset)) throw new ArgumentOutOfRangeException(nameof(offset), "The answer was never shown up to there.");
            while (true)
            {
                await tail.MoreAsync(offset, cancellationToken);
                if (tail.After(offset) is not { } update) yield break;
                yield return update;
                if (update.End is not null) yield break;
                offset = update.Offset;
            }
        }
        finally
        {
            Leave(runId, followed);
        }
    }

    /// <summary>Shows a piece that has been committed by this process.</summary>
    public void Offer(Guid runId, Piece piece)
    {
        Followed? followed;
        lock (gate) runs.TryGetValue(runId, out followed);
        followed?.Tail.Offer(piece);
    }

    Followed Join(Guid runId)
    {
        lock (gate)
        {
            if (!runs.TryGetValue(runId, out var followed) || followed.Tail.HasEnded) // an answer may have been retracted since its end
            {
                var tail = new RunTail(runId, rows, clock, log);
                runs[runId] = followed = new(tail, signals.Listen(RunTopics.Of(runId), tail.Wake));
                _ = Task.Run(tail.LookAsync);
            }
            followed.Readers++;
            return followed;
        }
    }

    void Leave(Guid runId, Followed followed)
    {
        lock (gate)
        {
            if (--followed.Readers > 0) return;
            followed.Tail.Stop();
            followed.Subscription.Dispose();
            if (runs.GetValueOrDefault(runId) == followed) runs.Remove(runId);
        }
    }

    sealed class Followed(RunTail tail, IDisposable subscription)
    {
        public RunTail Tail { get; } = tail;
        public IDisposable Subscription { get; } = subscription;
        public int Readers { get; set; }
    }
}

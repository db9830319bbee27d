using Consilium.Modules.Threads.Contracts;
using Consilium.Platform.Database;
using Consilium.Platform.Hosting;
using Consilium.Platform.Realtime;
using Npgsql;

namespace Consilium.Modules.Assistant;

/// <summary>Queues the runs of questions in the transaction that posts them, and wakes the workers after its commit.</summary>
internal sealed class QueueRuns(Signals signals, CrashPoints crash) : IMessageCompanion
{
    /// <summary>The topic of the signal that runs were queued.</summary>
    public const string Topic = "runs";

    public NpgsqlBatchCommand StatementFor(Guid[] askingMessages)
    {
        var command = new NpgsqlBatchCommand($"""
            INSERT INTO assistant.runs (id, thread_id, thread_kind, question_id, question_seq, created_at)
            SELECT m.run_id, m.thread_id, t.kind, m.id, m.seq, m.created_at
            FROM {ThreadViews.Messages} m JOIN {ThreadViews.Threads} t ON t.id = m.thread_id
            WHERE m.id = ANY($1) AND m.run_id IS NOT NULL
            """);
        command.Parameters.With(askingMessages);
        return command;
    }

    public void Committed()
    {
        crash.Reach(RunCrashPoints.Queued);
        signals.Signal(Topic);
    }
}

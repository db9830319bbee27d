using Consilium.Modules.Threads.Contracts;
using Consilium.Platform.Database;
using Consilium.Platform.Json;
using Consilium.Platform.Realtime;

namespace Consilium.Modules.Assistant;

/// <summary>Ends the unfinished runs of a thread that is deleted, and takes away what they have written: their workers hold them no longer.</summary>
internal sealed class WhenThreadDeleted(RequestTransaction transaction, Signals signals, TimeProvider clock) : IThreadRemains
{
    public async Task RemoveAsync(Guid threadId, CancellationToken cancellationToken)
    {
        var at = clock.UtcNow();
        await using var batch = await transaction.BatchAsync(cancellationToken);
        batch.Add("SELECT id FROM assistant.runs WHERE thread_id = $1 AND status IN ('queued', 'running') ORDER BY question_seq, id FOR UPDATE").With(threadId);
        // Statements of their own, which see what a worker committed while the first one waited for it.
        batch.Add($"""
            UPDATE assistant.runs SET status = 'stopped', reason = '{RunReasons.ThreadGone}', finished_at = $2 WHERE thread_id = $1 AND status IN ('queued', 'running')
            """).With(threadId).With(at);
        batch.Add($"""
            UPDATE assistant.calls c SET outcome = '{CallOutcomes.Stopped}', finished_at = $2 FROM assistant.runs r
            WHERE r.thread_id = $1 AND c.run_id = r.id AND c.outcome = '{CallOutcomes.Running}'
            """).With(threadId).With(at);
        batch.Add("DELETE FROM assistant.pieces p USING assistant.runs r WHERE r.thread_id = $1 AND p.run_id = r.id").With(threadId);
        await using var locked = await batch.ExecuteReaderAsync(cancellationToken);
        while (await locked.ReadAsync(cancellationToken))
        {
            var topic = RunTopics.Of(locked.GetGuid(0));
            transaction.AfterCommit(() => signals.Signal(topic, RunTopics.Stopped));
        }
        await locked.NextResultAsync(cancellationToken); // so that a failure of the others is seen
    }
}

using Consilium.Modules.Threads.Contracts;
using Consilium.Platform.Database;
using Consilium.Platform.Json;

namespace Consilium.Modules.Assistant;

/// <summary>Ends the unfinished runs of a thread that is deleted, and takes away what they have written: their workers hold them no longer.</summary>
internal sealed class WhenThreadDeleted(RequestTransaction transaction, TimeProvider clock) : IThreadRemains
{
    public async Task RemoveAsync(Guid threadId, CancellationToken cancellationToken)
    {
        var at = clock.UtcNow();
        await using var batch = await transaction.BatchAsync(cancellationToken);
        batch.Add($"""
            UPDATE assistant.runs SET status = 'stopped', reason = '{RunReasons.ThreadGone}', finished_at = $2 WHERE thread_id = $1 AND status IN ('queued', 'running')
            """).With(threadId).With(at);
        // Statements of their own, which see what a worker committed while the first one waited for it.
        batch.Add("""
            UPDATE assistant.calls c SET outcome = 'stopped', finished_at = $2 FROM assistant.runs r
            WHERE r.thread_id = $1 AND c.run_id = r.id AND c.outcome = 'running'
            """).With(threadId).With(at);
        batch.Add("DELETE FROM assistant.pieces p USING assistant.runs r WHERE r.thread_id = $1 AND p.run_id = r.id").With(threadId);
        await batch.ExecuteNonQueryAsync(cancellationToken);
    }
}

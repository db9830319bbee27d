using Consilium.Modules.Threads.Contracts;
using Consilium.Platform.Database;
using Consilium.Platform.Idempotency;
using Consilium.Platform.Realtime;

namespace Consilium.Modules.Threads;

/// <summary>Takes every row of a thread away, in the request's transaction, and tells those who follow it that there is no more to come.</summary>
internal sealed class ThreadDeletion(RequestTransaction transaction, ThreadChanges changes, IEnumerable<IThreadRemains> others, Signals signals)
{
    /// <summary>False when there is no such thread within reach.</summary>
    public async Task<bool> RunAsync(ThreadScope thread, CancellationToken cancellationToken)
    {
        if (!await IsThereAsync(thread, cancellationToken)) return false;
        foreach (var other in others) await other.RemoveAsync(thread.ThreadId, cancellationToken);
        if (await changes.LockAsync(thread, cancellationToken) is null) return false;
        await using var batch = await transaction.BatchAsync(cancellationToken);
        batch.Add($"""
            WITH gone AS (
                DELETE FROM threads.messages WHERE thread_id = $1 RETURNING id
            ), forgotten AS (
                DELETE FROM threads.message_versions v USING gone WHERE v.message_id = gone.id
            )
            {StoredAnswer.Purge} WHERE resource_id IN (SELECT id FROM gone UNION ALL SELECT $1)
            """).With(thread.ThreadId);
        foreach (var rows in (string[])["threads.events WHERE thread_id", "threads.participants WHERE thread_id", "threads.threads WHERE id"])
            batch.Add($"DELETE FROM {rows} = $1").With(thread.ThreadId);
        await batch.ExecuteNonQueryAsync(cancellationToken);
        transaction.AfterCommit(() => signals.Signal(ThreadTopics.Of(thread.ThreadId), ThreadTopics.Gone));
        return true;
    }

    async Task<bool> IsThereAsync(ThreadScope thread, CancellationToken cancellationToken)
    {
        await using var batch = await transaction.BatchAsync(cancellationToken);
        batch.Add($"SELECT 1 FROM threads.threads t WHERE {ThreadSql.InReach}").WithScope(thread);
        return await batch.ExecuteScalarAsync(cancellationToken) is not null;
    }
}

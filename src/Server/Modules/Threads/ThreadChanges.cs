using Consilium.Modules.Threads.Contracts;
using Consilium.Platform.Database;
using Consilium.Platform.Realtime;
using NpgsqlTypes;

namespace Consilium.Modules.Threads;

/// <summary>How everything but a post changes a thread: lock its row, change, append the event, all in the request's transaction.</summary>
internal sealed class ThreadChanges(RequestTransaction transaction, Signals signals)
{
    /// <summary>Locks the thread for this transaction. Null when there is none within reach.</summary>
    public async Task<LockedThread?> LockAsync(ThreadScope thread, CancellationToken cancellationToken)
    {
        await using var batch = await transaction.BatchAsync(cancellationToken);
        batch.Add($"SELECT t.last_seq, t.status = 'open', t.assistant_mode = 'on' FROM threads.threads t WHERE {ThreadSql.InReach} FOR UPDATE").WithScope(thread);
        await using var row = await batch.ExecuteReaderAsync(cancellationToken);
        return await row.ReadAsync(cancellationToken) ? new(row.GetInt64(0), row.GetBoolean(1), row.GetBoolean(2)) : null;
    }

    /// <summary>Takes the thread's next number for an event. The thread must be locked. The news goes out after the commit.</summary>
    /// <param name="isActivity">Whether the thread counts as changed by it: reading moves no thread to the top of the lists.</param>
    public async Task<long> AppendAsync(
        Guid threadId, string type, Guid? actorId, Guid? messageId, string? dataJson, DateTimeOffset at, CancellationToken cancellationToken, bool isActivity = true)
    {
        await using var batch = await transaction.BatchAsync(cancellationToken);
        batch.Add("""
            WITH counted AS (
                UPDATE threads.threads SET last_seq = last_seq + 1, updated_at = CASE WHEN $7 THEN $6 ELSE updated_at END WHERE id = $1 RETURNING last_seq)
            INSERT INTO threads.events (thread_id, seq, type, at, actor_id, message_id, data)
            SELECT $1, last_seq, $2, $6, $3, $4, $5 FROM counted RETURNING seq
            """).With(threadId).With(type).With(NpgsqlDbType.Uuid, actorId).With(NpgsqlDbType.Uuid, messageId).With(NpgsqlDbType.Jsonb, dataJson).With(at).With(isActivity);
        var seq = (long)(await batch.ExecuteScalarAsync(cancellationToken))!;
        transaction.AfterCommit(() => signals.Signal(ThreadTopics.Of(threadId)));
        return seq;
    }
}

internal sealed record LockedThread(long LastSeq, bool IsOpen, bool AssistantIsOn);

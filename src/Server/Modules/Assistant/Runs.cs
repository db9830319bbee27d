using Consilium.Modules.Accounts.Contracts;
using Consilium.Modules.Assistant.Contracts;
using Consilium.Modules.Audit.Contracts;
using Consilium.Platform.Database;
using Consilium.Platform.Hosting;
using Consilium.Platform.Json;
using Npgsql;

namespace Consilium.Modules.Assistant;

/// <inheritdoc cref="IRuns"/>
internal sealed class Runs(
    ConsiliumDb db, RequestTransaction transaction, RunSteps steps, PostAnswer post, RunSnapshots rows, RunFeed feed, QueueRuns queue, IAuditTrail audit, CrashPoints crash,
    TimeProvider clock) : IRuns
{
    /// <summary>What the index <c>runs_by_question</c> holds to one per question.</summary>
    const string Lasting = "(status IN ('queued', 'running') OR answer_id IS NOT NULL)";

    public Task<RunState> AskAsync(Question question, CancellationToken cancellationToken) =>
        transaction.RunAsync(async () =>
        {
            while (true)
            {
                if (await QueueAsync(question, cancellationToken) is { } queued)
                {
                    transaction.AfterCommit(queue.Committed);
                    return queued;
                }
                // Not there either: it failed between the two statements.
                if (await FindAsync($"r.question_id = $1 AND {Lasting}", p => p.With(question.MessageId), cancellationToken) is { } joined) return joined;
            }
        }, cancellationToken);

    public Task<RunState?> FindAsync(Guid threadId, Guid runId, CancellationToken cancellationToken) =>
        FindAsync("r.id = $1 AND r.thread_id = $2", p => p.With(runId).With(threadId), cancellationToken);

    public Task<RunState?> FindByQuestionAsync(Guid threadId, Guid questionId, CancellationToken cancellationToken) =>
        FindAsync("r.question_id = $1 AND r.thread_id = $2 AND r.status <> 'failed'", p => p.With(questionId).With(threadId), cancellationToken);

    public IAsyncEnumerable<AnswerUpdate> FollowAsync(Guid runId, int offset, CancellationToken cancellationToken) =>
        feed.FollowAsync(runId, offset, cancellationToken);

    public async Task<bool> WasShownAsync(Guid runId, int offset, CancellationToken cancellationToken) =>
        await rows.ReadAsync(runId, start: 0, cancellationToken) is { } run && run.WasShown(offset);

    public Task<bool> StopAsync(Guid threadId, string threadKind, Caller caller, CancellationToken cancellationToken) =>
        transaction.RunAsync(async () =>
        {
            var unfinished = await steps.HoldUnfinishedAsync(threadId, cancellationToken);
            foreach (var run in unfinished)
            {
                await post.StopAsync(run, RunReasons.StoppedByCaller, cancellationToken);
                audit.Add(new(caller.UserId, caller.Role.Wire(), $"{threadKind}.answer_stop", $"{threadKind}/{threadId}", Reason: $"run/{run.Id}"));
            }
            await db.SaveChangesAsync(cancellationToken);
            if (unfinished.Count > 0) crash.Reach(RunCrashPoints.Stopping);
            return unfinished.Count > 0;
        }, cancellationToken);

    /// <summary>Null when the question has a run that is joined instead.</summary>
    async Task<RunState?> QueueAsync(Question question, CancellationToken cancellationToken)
    {
        await using var batch = await transaction.BatchAsync(cancellationToken);
        batch.Add($"""
            INSERT INTO assistant.runs AS r (id, thread_id, thread_kind, question_id, question_seq, asked_after, created_at)
            VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (question_id) WHERE {Lasting} DO NOTHING
            RETURNING {RunSnapshots.StateColumns}
            """).With(Guid.CreateVersion7()).With(question.ThreadId).With(question.ThreadKind).With(question.MessageId).With(question.Seq)
            .With(question.AskedAfter).With(clock.UtcNow());
        return await ReadAsync(batch, cancellationToken);
    }

    async Task<RunState?> FindAsync(string which, Action<NpgsqlParameterCollection> parameters, CancellationToken cancellationToken)
    {
        await using var batch = await transaction.BatchAsync(cancellationToken);
        parameters(batch.Add($"SELECT {RunSnapshots.StateColumns} FROM assistant.runs r WHERE {which} ORDER BY r.created_at DESC, r.id DESC LIMIT 1"));
        return await ReadAsync(batch, cancellationToken);
    }

    static async Task<RunState?> ReadAsync(NpgsqlBatch batch, CancellationToken cancellationToken)
    {
        await using var row = await batch.ExecuteReaderAsync(cancellationToken);
        return await row.ReadAsync(cancellationToken) ? RunSnapshots.State(row) : null;
    }
}

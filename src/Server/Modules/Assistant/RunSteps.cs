using System.Text.Json;
using Consilium.Modules.Accounts.Contracts;
using Consilium.Modules.Threads.Contracts;
using Consilium.Platform.Database;
using Consilium.Platform.Json;
using Npgsql;
using NpgsqlTypes;

namespace Consilium.Modules.Assistant;

/// <summary>
/// The steps of runs, as rows. Leases are measured by the database's clock, which all processes share. Whoever changes both locks the run
/// first and its thread second.
/// </summary>
internal sealed class RunSteps(RequestTransaction transaction, IThreads threads, AssistantSettings settings, TimeProvider clock)
{
    /// <summary>The condition under which a worker may change a run: parameters $1 and $2 are the run and its fence.</summary>
    public const string Held = "id = $1 AND fence = $2 AND status = 'running'";

    const string Columns = $"""
        r.id, r.thread_id, r.thread_kind, coalesce((SELECT t.owner_id FROM {ThreadViews.Threads} t WHERE t.id = r.thread_id), '{Nobody}'),
        r.question_id, r.question_seq, r.fence, r.attempts, r.asked_after,
        (SELECT q.content FROM {ThreadViews.Messages} q WHERE q.id = r.question_id AND q.retracted_at IS NULL)
        """;

    const string Nobody = "00000000-0000-0000-0000-000000000000";

    /// <summary>
    /// Claims the run that has been due longest, never before an earlier question of its thread has ended. It comes with what an earlier claim
    /// has shown. Null when none is due.
    /// </summary>
    public Task<Run?> ClaimAsync(CancellationToken cancellationToken) =>
        transaction.RunAsync(async () =>
        {
            var run = await ClaimDueAsync(cancellationToken);
            if (run is { Fence: 1 })
                await AppendEventAsync(run, EventTypes.RunStarted, new { run_id = run.Id, question_id = run.QuestionId }, cancellationToken);
            return run is { Fence: > 1 } ? await TakeOverAsync(run, cancellationToken) : run;
        }, cancellationToken);

    /// <summary>Locks the run and its thread for this transaction. False when the run is another's by now.</summary>
    public async Task<bool> HoldAsync(Run run, CancellationToken cancellationToken)
    {
        var held = await ScalarAsync($"SELECT 1 FROM assistant.runs WHERE {Held} FOR UPDATE", p => p.With(run.Id).With(run.Fence), cancellationToken);
        if (held is null) return false;
        await LockThreadAsync(run.ThreadId, cancellationToken);
        return true;
    }

    /// <summary>Locks the thread's unfinished runs and the thread for this transaction. The runs come oldest question first.</summary>
    public async Task<List<Run>> HoldUnfinishedAsync(Guid threadId, CancellationToken cancellationToken)
    {
        var runs = new List<Run>();
        await using (var batch = await transaction.BatchAsync(cancellationToken))
        {
            batch.Add($"""
                SELECT {Columns} FROM assistant.runs r WHERE r.thread_id = $1 AND r.status IN ('queued', 'running')
                ORDER BY r.question_seq, r.id FOR UPDATE OF r
                """).With(threadId);
            await using var rows = await batch.ExecuteReaderAsync(cancellationToken);
            while (await rows.ReadAsync(cancellationToken)) runs.Add(Read(rows));
        }
        if (runs.Count > 0) await LockThreadAsync(threadId, cancellationToken);
        return runs;
    }

    /// <summary>Whether the question is still there. Certain while the thread is locked.</summary>
    public async Task<bool> QuestionStandsAsync(Run run, CancellationToken cancellationToken) =>
        run.IsAboutThread
            ? await ScalarAsync($"SELECT 1 FROM {ThreadViews.Threads} WHERE id = $1", p => p.With(run.ThreadId), cancellationToken) is not null
            : await ScalarAsync($"SELECT 1 FROM {ThreadViews.Messages} WHERE id = $1 AND retracted_at IS NULL", p => p.With(run.QuestionId), cancellationToken) is not null;

    /// <summary>Whether a person has answered what was asked for by itself. Certain while the thread is locked.</summary>
    public async Task<bool> IsLateAsync(Run run, CancellationToken cancellationToken) =>
        run.AskedAfter is { } askedAfter
        && await ScalarAsync($"SELECT 1 FROM {ThreadViews.Messages} WHERE thread_id = $1 AND seq > $2 AND sender_role IN ('staff', 'doctor') LIMIT 1",
            p => p.With(run.ThreadId).With(askedAfter), cancellationToken) is not null;

    /// <summary>What has been shown of the answer.</summary>
    public async Task<string> TextAsync(Run run, CancellationToken cancellationToken) =>
        await ScalarAsync("SELECT string_agg(content, '' ORDER BY end_offset) FROM assistant.pieces WHERE run_id = $1", p => p.With(run.Id), cancellationToken)
            as string ?? "";

    /// <summary>All calls of the run, in order.</summary>
    public async Task<IReadOnlyList<PastCall>> CallsAsync(Run run, CancellationToken cancellationToken)
    {
        await using var batch = await transaction.BatchAsync(cancellationToken);
        batch.Add("SELECT provider, model, prompt_version, start_offset, outcome, reason FROM assistant.calls WHERE run_id = $1 ORDER BY number").With(run.Id);
        await using var rows = await batch.ExecuteReaderAsync(cancellationToken);
        var calls = new List<PastCall>();
        while (await rows.ReadAsync(cancellationToken))
            calls.Add(new(rows.GetString(0), rows.GetString(1), rows.GetString(2), rows.GetInt32(3), rows.GetString(4), rows.NullableString(5)));
        return calls;
    }

    /// <summary>Ends a run that this transaction has locked. What answered last is kept with it; its pieces go.</summary>
    public async Task EndAsync(Run run, RunEnd end, CancellationToken cancellationToken)
    {
        var at = clock.UtcNow();
        await using (var batch = await transaction.BatchAsync(cancellationToken))
        {
            batch.Add("""
                UPDATE assistant.runs r SET status = $2, reason = $3, answer_id = $4, finished_at = $5, provider = c.provider, model = c.model,
                    prompt_version = c.prompt_version
                FROM (SELECT $1::uuid AS run_id) i
                LEFT JOIN LATERAL (SELECT * FROM assistant.calls c WHERE c.run_id = i.run_id ORDER BY c.number DESC LIMIT 1) c ON true
                WHERE r.id = i.run_id
                """).With(run.Id).With(end.Status).With(NpgsqlDbType.Text, end.Reason).With(NpgsqlDbType.Uuid, end.AnswerId).With(at);
            batch.Add("DELETE FROM assistant.pieces WHERE run_id = $1").With(run.Id);
            batch.Add($"UPDATE assistant.calls SET outcome = $2, finished_at = $3 WHERE run_id = $1 AND outcome = '{CallOutcomes.Running}'")
                .With(run.Id).With(end.Status == "stopped" ? CallOutcomes.Stopped : CallOutcomes.Lost).With(at);
            await batch.ExecuteNonQueryAsync(cancellationToken);
        }
        await AppendEventAsync(run, EventTypes.RunFinished,
            end.Reason is null ? new { run_id = run.Id, status = end.Status } : new { run_id = run.Id, status = end.Status, reason = end.Reason },
            cancellationToken);
    }

    /// <summary>After a failed attempt: anybody may claim the run after the pause.</summary>
    public Task RequeueAsync(Run run, TimeSpan pause, CancellationToken cancellationToken) =>
        transaction.ExecuteAsync($"UPDATE assistant.runs SET status = 'queued', lease_until = now() + $3 WHERE {Held}",
            p => p.With(run.Id).With(run.Fence).With(pause), cancellationToken);

    /// <summary>Before this server stops: anybody may claim the run now, and this attempt does not count.</summary>
    public Task GiveBackAsync(Run run, CancellationToken cancellationToken) =>
        transaction.ExecuteAsync($"UPDATE assistant.runs SET status = 'queued', lease_until = now(), attempts = attempts - 1 WHERE {Held}",
            p => p.With(run.Id).With(run.Fence), cancellationToken);

    async Task<Run?> ClaimDueAsync(CancellationToken cancellationToken)
    {
        await using var batch = await transaction.BatchAsync(cancellationToken);
        batch.Add($"""
            UPDATE assistant.runs r
            SET status = 'running', fence = fence + 1, attempts = attempts + 1, lease_until = now() + $1, started_at = coalesce(started_at, $2)
            WHERE r.id = (
                SELECT due.id FROM assistant.runs due
                WHERE due.status IN ('queued', 'running') AND due.lease_until <= now() AND NOT EXISTS (
                    SELECT FROM assistant.runs earlier WHERE earlier.thread_id = due.thread_id AND earlier.question_seq < due.question_seq
                        AND earlier.status IN ('queued', 'running'))
                ORDER BY due.lease_until LIMIT 1 FOR UPDATE SKIP LOCKED)
            RETURNING {Columns}
            """).With(settings.Lease).With(clock.UtcNow());
        await using var row = await batch.ExecuteReaderAsync(cancellationToken);
        return await row.ReadAsync(cancellationToken) ? Read(row) : null;
    }

    /// <summary>What the claims before have left: the text that was shown, and a call that nobody hears any more.</summary>
    async Task<Run> TakeOverAsync(Run run, CancellationToken cancellationToken)
    {
        await transaction.ExecuteAsync($"""
            UPDATE assistant.calls SET outcome = '{CallOutcomes.Lost}', reason = '{CallOutcomes.WorkerLost}', finished_at = $2
            WHERE run_id = $1 AND outcome = '{CallOutcomes.Running}'
            """, p => p.With(run.Id).With(clock.UtcNow()), cancellationToken);
        var isWritten = await ScalarAsync($"SELECT 1 FROM assistant.calls WHERE run_id = $1 AND outcome = '{CallOutcomes.Completed}'",
            p => p.With(run.Id), cancellationToken) is not null;
        return run with { Shown = await TextAsync(run, cancellationToken), IsWritten = isWritten };
    }

    static Run Read(NpgsqlDataReader row) => new(
        row.GetGuid(0), row.GetGuid(1), row.GetString(2), row.GetGuid(3), row.GetGuid(4), row.GetInt64(5), row.GetInt64(6), row.GetInt32(7),
        row.Nullable<long>(8), row.NullableString(9));

    Task LockThreadAsync(Guid threadId, CancellationToken cancellationToken) =>
        ScalarAsync($"SELECT 1 FROM {ThreadViews.Threads} WHERE id = $1 FOR UPDATE", p => p.With(threadId), cancellationToken);

    Task AppendEventAsync(Run run, string type, object data, CancellationToken cancellationToken) =>
        threads.AppendEventAsync(new(run.ThreadId, run.ThreadKind, AssistantAccount.Id, Reach.All), type, AssistantAccount.Id,
            JsonSerializer.SerializeToElement(data), cancellationToken);

    async Task<object?> ScalarAsync(string sql, Action<NpgsqlParameterCollection> parameters, CancellationToken cancellationToken)
    {
        await using var batch = await transaction.BatchAsync(cancellationToken);
        parameters(batch.Add(sql));
        return await batch.ExecuteScalarAsync(cancellationToken);
    }
}

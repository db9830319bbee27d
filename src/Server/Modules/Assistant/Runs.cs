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
internal sealed class Runs(RequestTransaction transaction, IThreads threads, AssistantSettings settings, TimeProvider clock)
{
    const string Held = "id = $1 AND fence = $2 AND status = 'running'";

    /// <summary>Claims the run that has been due longest, never before an earlier question of its thread has ended. Null when none is due.</summary>
    public Task<Run?> ClaimAsync(CancellationToken cancellationToken) =>
        transaction.RunAsync(async () =>
        {
            var run = await ClaimDueAsync(cancellationToken);
            if (run is { Fence: 1 })
                await AppendEventAsync(run, EventTypes.RunStarted, new { run_id = run.Id, question_id = run.QuestionId }, cancellationToken);
            return run;
        }, cancellationToken);

    /// <summary>Locks the run and its thread for this transaction. False when the run is another's by now.</summary>
    public async Task<bool> HoldAsync(Run run, CancellationToken cancellationToken)
    {
        var held = await ExecuteAsync($"SELECT 1 FROM assistant.runs WHERE {Held} FOR UPDATE",
            p => p.With(run.Id).With(run.Fence), cancellationToken);
        if (held is null) return false;
        await ExecuteAsync($"SELECT 1 FROM {ThreadViews.Threads} WHERE id = $1 FOR UPDATE", p => p.With(run.ThreadId), cancellationToken);
        return true;
    }

    /// <summary>Whether the question is still there. Certain while the thread is locked.</summary>
    public async Task<bool> QuestionStandsAsync(Run run, CancellationToken cancellationToken) =>
        await ExecuteAsync($"SELECT 1 FROM {ThreadViews.Messages} WHERE id = $1 AND retracted_at IS NULL",
            p => p.With(run.QuestionId), cancellationToken) is not null;

    /// <summary>Ends a run that this transaction holds.</summary>
    public async Task EndAsync(Run run, RunEnd end, CancellationToken cancellationToken)
    {
        await ExecuteAsync("""
            UPDATE assistant.runs SET status = $2, reason = $3, answer_id = $4, provider = $5, model = $6, finished_at = $7 WHERE id = $1
            """, p => p.With(run.Id).With(end.Status).With(NpgsqlDbType.Text, end.Reason).With(NpgsqlDbType.Uuid, end.AnswerId)
                .With(NpgsqlDbType.Text, end.Source?.Provider).With(NpgsqlDbType.Text, end.Source?.Model).With(clock.UtcNow()), cancellationToken);
        await AppendEventAsync(run, EventTypes.RunFinished,
            end.Reason is null ? new { run_id = run.Id, status = end.Status } : new { run_id = run.Id, status = end.Status, reason = end.Reason },
            cancellationToken);
    }

    /// <summary>Keeps the run with its worker. False when it is another's by now, or has ended.</summary>
    public async Task<bool> RenewAsync(Run run, CancellationToken cancellationToken) =>
        await ExecuteAsync($"UPDATE assistant.runs SET lease_until = now() + $3 WHERE {Held} RETURNING 1",
            p => p.With(run.Id).With(run.Fence).With(settings.Lease), cancellationToken) is not null;

    /// <summary>After a failed attempt: anybody may claim the run after the pause.</summary>
    public Task RequeueAsync(Run run, TimeSpan pause, CancellationToken cancellationToken) =>
        ExecuteAsync($"UPDATE assistant.runs SET status = 'queued', lease_until = now() + $3 WHERE {Held}",
            p => p.With(run.Id).With(run.Fence).With(pause), cancellationToken);

    /// <summary>Before this server stops: anybody may claim the run now, and this attempt does not count.</summary>
    public Task GiveBackAsync(Run run, CancellationToken cancellationToken) =>
        ExecuteAsync($"UPDATE assistant.runs SET status = 'queued', lease_until = now(), attempts = attempts - 1 WHERE {Held}",
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
            RETURNING r.id, r.thread_id, r.thread_kind, r.question_id, r.fence, r.attempts,
                (SELECT q.content FROM {ThreadViews.Messages} q WHERE q.id = r.question_id AND q.retracted_at IS NULL)
            """).With(settings.Lease).With(clock.UtcNow());
        await using var row = await batch.ExecuteReaderAsync(cancellationToken);
        return await row.ReadAsync(cancellationToken)
            ? new(row.GetGuid(0), row.GetGuid(1), row.GetString(2), row.GetGuid(3), row.GetInt64(4), row.GetInt32(5), row.NullableString(6))
            : null;
    }

    Task AppendEventAsync(Run run, string type, object data, CancellationToken cancellationToken) =>
        threads.AppendEventAsync(new(run.ThreadId, run.ThreadKind, AssistantAccount.Id, Reach.All), type, AssistantAccount.Id,
            JsonSerializer.SerializeToElement(data), cancellationToken);

    async Task<object?> ExecuteAsync(string sql, Action<NpgsqlParameterCollection> parameters, CancellationToken cancellationToken)
    {
        await using var batch = await transaction.BatchAsync(cancellationToken);
        parameters(batch.Add(sql));
        return await batch.ExecuteScalarAsync(cancellationToken);
    }
}

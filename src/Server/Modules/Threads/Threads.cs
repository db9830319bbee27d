using System.Text.Json;
using Consilium.Modules.Accounts.Contracts;
using Consilium.Modules.Audit.Contracts;
using Consilium.Modules.Threads.Contracts;
using Consilium.Platform.Database;
using Consilium.Platform.Json;
using Npgsql;

namespace Consilium.Modules.Threads;

/// <inheritdoc cref="IThreads"/>
internal sealed class Threads(
    NpgsqlDataSource database, ConsiliumDb db, RequestTransaction transaction, ThreadChanges changes, ThreadDeletion deletion, IAuditTrail audit, TimeProvider clock) : IThreads
{
    public async Task OpenAsync(Guid threadId, string kind, Guid ownerId, SenderRole ownerRole, Caller opener, CancellationToken cancellationToken)
    {
        var at = clock.UtcNow();
        await transaction.ExecuteAsync("INSERT INTO threads.threads (id, kind, owner_id, created_at, updated_at) VALUES ($1, $2, $3, $4, $4)",
            p => p.With(threadId).With(kind).With(ownerId).With(at), cancellationToken);
        await JoinAsync(threadId, ownerId, ownerRole, at, cancellationToken);
        await AuditAsync(kind, threadId, "open", opener, cancellationToken);
    }

    public Task<bool> CloseAsync(ThreadScope thread, Caller caller, CancellationToken cancellationToken) =>
        transaction.RunAsync(async () =>
        {
            if (await changes.LockAsync(thread, cancellationToken) is not { } locked) return false;
            if (locked.IsOpen) await SetStatusAsync(thread, open: false, caller, cancellationToken);
            return true;
        }, cancellationToken);

    public Task<bool?> ReopenAsync(ThreadScope thread, Caller caller, CancellationToken cancellationToken) =>
        transaction.RunAsync<bool?>(async () =>
        {
            if (await changes.LockAsync(thread, cancellationToken) is not { } locked) return null;
            if (locked.IsOpen) return false;
            await SetStatusAsync(thread, open: true, caller, cancellationToken);
            return true;
        }, cancellationToken);

    public Task<bool> SetAssistantModeAsync(ThreadScope thread, bool on, Caller caller, CancellationToken cancellationToken) =>
        transaction.RunAsync(async () =>
        {
            if (await changes.LockAsync(thread, cancellationToken) is not { } locked) return false;
            if (locked.AssistantIsOn == on) return true;
            await transaction.ExecuteAsync("UPDATE threads.threads SET assistant_mode = $2 WHERE id = $1",
                p => p.With(thread.ThreadId).With(on ? "on" : "off"), cancellationToken);
            await changes.AppendAsync(thread.ThreadId, EventTypes.AssistantChanged, caller.UserId, null, on ? AssistantChange.OnJson : AssistantChange.OffJson, clock.UtcNow(), cancellationToken);
            await AuditAsync(thread.Kind, thread.ThreadId, on ? "assistant_on" : "assistant_off", caller, cancellationToken);
            return true;
        }, cancellationToken);

    public Task<bool?> MarkReadAsync(ThreadScope thread, long seq, SenderRole role, CancellationToken cancellationToken) =>
        transaction.RunAsync<bool?>(async () =>
        {
            if (await changes.LockAsync(thread, cancellationToken) is not { } locked) return null;
            if (seq > locked.LastSeq) return false;
            var at = clock.UtcNow();
            if (!await IsParticipantAsync(thread, cancellationToken)) await JoinAsync(thread.ThreadId, thread.CallerId, role, at, cancellationToken, isActivity: false);
            var moved = await transaction.ExecuteAsync("UPDATE threads.participants SET last_read_seq = $3 WHERE thread_id = $1 AND user_id = $2 AND last_read_seq < $3",
                p => p.With(thread.ThreadId).With(thread.CallerId).With(seq), cancellationToken);
            if (moved > 0)
                await changes.AppendAsync(thread.ThreadId, EventTypes.Read, thread.CallerId, null, $$"""{"last_read_seq": {{seq}}}""", at, cancellationToken, isActivity: false);
            return true;
        }, cancellationToken);

    public Task<bool> AppendEventAsync(ThreadScope thread, string type, Guid? actorId, JsonElement? data, CancellationToken cancellationToken) =>
        transaction.RunAsync(async () =>
        {
            if (await changes.LockAsync(thread, cancellationToken) is null) return false;
            await changes.AppendAsync(thread.ThreadId, type, actorId, null, data?.GetRawText(), clock.UtcNow(), cancellationToken);
            return true;
        }, cancellationToken);

    public Task<bool> AppendMessageEventAsync(ThreadScope thread, Guid messageId, string type, JsonElement? data, CancellationToken cancellationToken) =>
        transaction.RunAsync(async () =>
        {
            if (!await LockAsync(thread, cancellationToken) || !await HasMessageAsync(thread.ThreadId, messageId, cancellationToken)) return false;
            await changes.AppendAsync(thread.ThreadId, type, null, messageId, data?.GetRawText(), clock.UtcNow(), cancellationToken, isActivity: false);
            return true;
        }, cancellationToken);

    public Task<bool> DeleteAsync(ThreadScope thread, Caller caller, CancellationToken cancellationToken) =>
        transaction.RunAsync(async () =>
        {
            if (!await deletion.RunAsync(thread, cancellationToken)) return false;
            await AuditAsync(thread.Kind, thread.ThreadId, "delete", caller, cancellationToken);
            return true;
        }, cancellationToken);

    public async Task<bool> LockAsync(ThreadScope thread, CancellationToken cancellationToken) => await changes.LockAsync(thread, cancellationToken) is not null;

    public async Task<long?> LastSeqAsync(ThreadScope thread, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand($"SELECT t.last_seq FROM threads.threads t WHERE {ThreadSql.InReach}");
        command.Parameters.WithScope(thread);
        return await command.ExecuteScalarAsync(cancellationToken) as long?;
    }

    async Task SetStatusAsync(ThreadScope thread, bool open, Caller caller, CancellationToken cancellationToken)
    {
        var at = clock.UtcNow();
        await transaction.ExecuteAsync("UPDATE threads.threads SET status = $2, closed_at = CASE $2 WHEN 'closed' THEN $3 END WHERE id = $1",
            p => p.With(thread.ThreadId).With(open ? "open" : "closed").With(at), cancellationToken);
        await changes.AppendAsync(thread.ThreadId, open ? EventTypes.ThreadReopened : EventTypes.ThreadClosed, caller.UserId, null, null, at, cancellationToken);
        await AuditAsync(thread.Kind, thread.ThreadId, open ? "reopen" : "close", caller, cancellationToken);
    }

    async Task<bool> HasMessageAsync(Guid threadId, Guid messageId, CancellationToken cancellationToken)
    {
        await using var batch = await transaction.BatchAsync(cancellationToken);
        batch.Add("SELECT 1 FROM threads.messages WHERE thread_id = $1 AND id = $2 AND retracted_at IS NULL").With(threadId).With(messageId);
        return await batch.ExecuteScalarAsync(cancellationToken) is not null;
    }

    async Task<bool> IsParticipantAsync(ThreadScope thread, CancellationToken cancellationToken)
    {
        await using var batch = await transaction.BatchAsync(cancellationToken);
        batch.Add("SELECT 1 FROM threads.participants WHERE thread_id = $1 AND user_id = $2").With(thread.ThreadId).With(thread.CallerId);
        return await batch.ExecuteScalarAsync(cancellationToken) is not null;
    }

    async Task JoinAsync(Guid threadId, Guid userId, SenderRole role, DateTimeOffset at, CancellationToken cancellationToken, bool isActivity = true)
    {
        var name = MessageRows.Name(role);
        var seq = await changes.AppendAsync(threadId, EventTypes.ParticipantJoined, userId, null, $$"""{"user_id": "{{userId}}", "role": "{{name}}"}""", at, cancellationToken, isActivity);
        await transaction.ExecuteAsync("INSERT INTO threads.participants (thread_id, user_id, role, joined_seq) VALUES ($1, $2, $3, $4)",
            p => p.With(threadId).With(userId).With(name).With(seq), cancellationToken);
    }

    async Task AuditAsync(string kind, Guid threadId, string action, Caller caller, CancellationToken cancellationToken)
    {
        audit.Add(new(caller.UserId, caller.Role.Wire(), $"{kind}.{action}", $"{kind}/{threadId}"));
        await db.SaveChangesAsync(cancellationToken);
    }
}

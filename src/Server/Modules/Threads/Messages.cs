using System.Diagnostics;
using System.Globalization;
using Consilium.Modules.Accounts.Contracts;
using Consilium.Modules.Audit.Contracts;
using Consilium.Modules.Files.Contracts;
using Consilium.Modules.Threads.Contracts;
using Consilium.Platform.Database;
using Consilium.Platform.Idempotency;
using Consilium.Platform.Ids;
using Consilium.Platform.Json;
using Consilium.Platform.Search;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;
using Npgsql;

namespace Consilium.Modules.Threads;

/// <inheritdoc cref="IMessages"/>
internal sealed class Messages(
    NpgsqlDataSource database, ConsiliumDb db, RequestTransaction transaction, MessageWriter writer, AppendMessages append, ThreadChanges changes,
    IThreads threads, IFiles files, MessageFiles shown, IEnumerable<ThreadPolicy> policies, IAuditTrail audit, IHttpContextAccessor http, TimeProvider clock) : IMessages
{
    const string IdIs = "m.id = $5";
    const string TokenIs = "m.sender_id = $4 AND m.client_token = $5";

    public async Task<PostResult> PostAsync(NewMessage message, CancellationToken cancellationToken)
    {
        var pending = new PendingMessage(NewId(message.Kind), Guid.CreateVersion7(), message,
            http.HttpContext?.Connection.RemoteIpAddress?.ToString(), Activity.Current?.TraceId.ToHexString());
        var result = message.Attachments.Count > 0 ? await transaction.RunAsync(() => WriteWithFilesAsync(pending, cancellationToken), cancellationToken)
            : db.Database.CurrentTransaction is null ? await writer.PostAsync(pending).WaitAsync(cancellationToken)
            : await WriteAsync(pending, cancellationToken);
        if (result.Outcome == PostOutcome.UnfitAttachment)
            await audit.RecordAsync(new(message.SenderId, message.SenderAccountRole, "message.post", $"{message.Kind}/{message.ThreadId}", AuditOutcome.Denied), cancellationToken);
        return result.Message is { } written ? result with { Message = await shown.ShowAsync(written, cancellationToken) } : result;
    }

    /// <summary>In the request's transaction: message and files commit together.</summary>
    async Task<PostResult> WriteWithFilesAsync(PendingMessage pending, CancellationToken cancellationToken)
    {
        var message = pending.Message;
        var thread = new ThreadScope(message.ThreadId, message.Kind, message.SenderId, message.Reach);
        if (await threads.LockAsync(thread, cancellationToken)
            && await files.HoldAsync(thread.Files, message.Attachments, message.SenderId, cancellationToken) is { } unfit)
            return message.ClientToken is { } token && await FindRowAsync(thread, TokenIs, token, cancellationToken) is { } first
                ? new(PostOutcome.Replayed, first)
                : new(PostOutcome.UnfitAttachment, null) { Unfit = unfit };
        var result = await WriteAsync(pending, cancellationToken);
        if (result.Outcome == PostOutcome.Posted) await files.AttachAsync(thread.Files, pending.Id, message.Attachments, message.SenderId, cancellationToken);
        return result;
    }

    async Task<PostResult> WriteAsync(PendingMessage pending, CancellationToken cancellationToken)
    {
        var (connection, inside) = ((NpgsqlConnection)db.Database.GetDbConnection(), (NpgsqlTransaction)db.Database.CurrentTransaction!.GetDbTransaction());
        var result = (await append.RunAsync(connection, inside, [pending], cancellationToken))[0];
        if (result.Outcome == PostOutcome.Posted) transaction.AfterCommit(() => append.Announce(pending.Message));
        return result;
    }

    Guid NewId(string kind) => policies.Any(policy => policy.HasRandomIds && policy.Kind == kind) ? RandomIds.New() : Guid.CreateVersion7();

    public async Task<MessagePage?> PageAsync(ThreadScope thread, MessageQuery query, CancellationToken cancellationToken)
    {
        var page = await RowsAsync(thread, query, cancellationToken);
        return page is null ? null : page with { Messages = await shown.ShowAsync(page.Messages, cancellationToken) };
    }

    async Task<MessagePage?> RowsAsync(ThreadScope thread, MessageQuery query, CancellationToken cancellationToken)
    {
        var search = query.Search is null ? null : await SearchTerms.ParseAsync(database, query.Search, cancellationToken);
        IReadOnlyList<Guid> foundInFiles = [];
        if (search is not null)
        {
            // The right first: how long a search takes would tell a stranger what is in the documents.
            if (await threads.LastSeqAsync(thread, cancellationToken) is null) return null;
            foundInFiles = await files.FindItemsAsync(thread.Files, query.Search!, cancellationToken);
        }
        var newest = query is { Before: not null, After: null };
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var command = new NpgsqlCommand { Connection = connection };
        var parameters = command.Parameters;
        parameters.With(thread.ThreadId).With(thread.Kind).With((int)thread.Reach).With(thread.CallerId)
            .With(query.After ?? 0).With(query.Before ?? long.MaxValue).With(query.Limit + 1);
        var role = "";
        if (query.Role is { } wanted)
        {
            parameters.With(MessageRows.Name(wanted));
            role = "AND m.sender_role = $8";
        }
        var found = search?.Condition("m.search_text", parameters);
        if (foundInFiles.Count > 0)
        {
            parameters.With(foundInFiles.ToArray());
            found = string.Create(CultureInfo.InvariantCulture, $" AND ((true{found}) OR m.id = ANY (${parameters.Count}))");
        }
        // The thread's row comes with every message, and alone when there is none: one round trip tells "empty" from "not there".
        command.CommandText = $"""
            SELECT {MessageRows.Columns} FROM threads.threads t
            LEFT JOIN LATERAL (
                SELECT * FROM threads.messages m
                WHERE m.thread_id = t.id AND m.seq > $5 AND m.seq < $6 {role} {found}
                ORDER BY m.seq {(newest ? "DESC" : "")} LIMIT $7) m ON true
            WHERE {ThreadSql.InReach}
            """;
        if (search is null) await command.PrepareAsync(cancellationToken);
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        if (!await rows.ReadAsync(cancellationToken)) return null;
        var messages = new List<ThreadMessage>(query.Limit + 1);
        if (!rows.IsDBNull(0))
        {
            do messages.Add(MessageRows.Read(rows));
            while (await rows.ReadAsync(cancellationToken));
        }
        var more = messages.Count > query.Limit;
        if (more) messages.RemoveAt(query.Limit);
        if (newest) messages.Reverse();
        return new(messages, more);
    }

    public async Task<ThreadMessage?> FindAsync(ThreadScope thread, Guid messageId, CancellationToken cancellationToken) =>
        await FindRowAsync(thread, IdIs, messageId, cancellationToken) is { } message ? await shown.ShowAsync(message, cancellationToken) : null;

    async Task<ThreadMessage?> FindRowAsync<T>(ThreadScope thread, string which, T value, CancellationToken cancellationToken)
    {
        await using var batch = await transaction.BatchAsync(cancellationToken);
        batch.Add($"""
            SELECT {MessageRows.Columns} FROM threads.threads t JOIN threads.messages m ON m.thread_id = t.id AND {which} WHERE {ThreadSql.InReach}
            """).WithScope(thread).With(value);
        await using var row = await batch.ExecuteReaderAsync(cancellationToken);
        return await row.ReadAsync(cancellationToken) ? MessageRows.Read(row) : null;
    }

    public async Task<(ChangeOutcome Outcome, ThreadMessage? Message)> EditAsync(
        ThreadScope thread, Guid messageId, string content, Caller caller, CancellationToken cancellationToken)
    {
        var (outcome, message) = await transaction.RunAsync<(ChangeOutcome, ThreadMessage?)>(async () =>
        {
            if (await changes.LockAsync(thread, cancellationToken) is not { } locked
                || await FindRowAsync(thread, IdIs, messageId, cancellationToken) is not { } message)
                return (ChangeOutcome.NotFound, null);
            if (message.SenderId != caller.UserId) return (ChangeOutcome.NotFound, null);
            if (!locked.IsOpen) return (ChangeOutcome.Closed, null);
            if (message.Retracted) return (ChangeOutcome.Retracted, null);
            var at = clock.UtcNow();
            await KeepVersionAsync(messageId, caller, at, cancellationToken);
            await transaction.ExecuteAsync("UPDATE threads.messages SET content = $2, edited_at = $3 WHERE id = $1",
                p => p.With(messageId).With(content).With(at), cancellationToken);
            await changes.AppendAsync(thread.ThreadId, EventTypes.MessageEdited, caller.UserId, messageId, null, at, cancellationToken);
            await AuditAsync(thread, "message.edit", messageId, caller, cancellationToken);
            return (ChangeOutcome.Done, message with { Content = content, EditedAt = at });
        }, cancellationToken);
        return (outcome, message is null ? null : await shown.ShowAsync(message, cancellationToken));
    }

    public Task<ChangeOutcome> RetractAsync(ThreadScope thread, Guid messageId, bool mayRetractOthers, Caller caller, CancellationToken cancellationToken) =>
        transaction.RunAsync(async () =>
        {
            if (await changes.LockAsync(thread, cancellationToken) is null || await FindRowAsync(thread, IdIs, messageId, cancellationToken) is not { } message)
                return ChangeOutcome.NotFound;
            if (message.SenderId != caller.UserId && !mayRetractOthers) return ChangeOutcome.NotFound;
            if (message.Retracted) return ChangeOutcome.Done;
            var at = clock.UtcNow();
            await KeepVersionAsync(messageId, caller, at, cancellationToken);
            await transaction.ExecuteAsync("UPDATE threads.messages SET content = '', attachment_ids = NULL, retracted_at = $2 WHERE id = $1",
                p => p.With(messageId).With(at), cancellationToken);
            await transaction.ExecuteAsync(StoredAnswer.PurgeSql, p => p.With(messageId), cancellationToken);
            if (message.AttachmentIds.Count > 0) await files.ReleaseAsync(thread.Files, messageId, cancellationToken);
            await changes.AppendAsync(thread.ThreadId, EventTypes.MessageRetracted, caller.UserId, messageId, null, at, cancellationToken);
            await AuditAsync(thread, "message.retract", messageId, caller, cancellationToken);
            return ChangeOutcome.Done;
        }, cancellationToken);

    public async Task<IReadOnlyList<MessageVersion>?> VersionsAsync(ThreadScope thread, Guid messageId, CancellationToken cancellationToken)
    {
        if (await FindRowAsync(thread, IdIs, messageId, cancellationToken) is not { } message) return null;
        if (message.Retracted) return [];
        await using var command = database.CreateCommand(
            "SELECT version, content, replaced_at FROM threads.message_versions WHERE message_id = $1 ORDER BY version");
        command.Parameters.With(messageId);
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        var versions = new List<MessageVersion>();
        while (await rows.ReadAsync(cancellationToken)) versions.Add(new(rows.GetInt32(0), rows.GetString(1), rows.GetFieldValue<DateTimeOffset>(2)));
        return versions;
    }

    Task KeepVersionAsync(Guid messageId, Caller caller, DateTimeOffset at, CancellationToken cancellationToken) =>
        transaction.ExecuteAsync("""
            INSERT INTO threads.message_versions (message_id, version, content, replaced_at, replaced_by)
            SELECT m.id, 1 + (SELECT count(*) FROM threads.message_versions v WHERE v.message_id = m.id), m.content, $2, $3 FROM threads.messages m WHERE m.id = $1
            """, p => p.With(messageId).With(at).With(caller.UserId), cancellationToken);

    async Task AuditAsync(ThreadScope thread, string action, Guid messageId, Caller caller, CancellationToken cancellationToken)
    {
        audit.Add(new(caller.UserId, caller.Role.Wire(), action, $"{thread.Kind}/{thread.ThreadId}", Reason: $"message/{messageId}"));
        await db.SaveChangesAsync(cancellationToken);
    }
}

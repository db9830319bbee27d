using Consilium.Modules.Audit.Contracts;
using Consilium.Modules.Threads.Contracts;
using Consilium.Platform.Database;
using Consilium.Platform.Realtime;
using Npgsql;
using NpgsqlTypes;

namespace Consilium.Modules.Threads;

/// <summary>
/// Appends the messages of one or many requests in one transaction and one round trip. First the threads are locked, always in the order of
/// their ids; the second statement therefore sees everything that was committed before, judges each message, numbers the ones it takes and
/// writes messages, events, participants and audit entries; the companions' statements follow.
/// </summary>
internal sealed class AppendMessages(IEnumerable<IMessageCompanion> companions, Signals signals, TimeProvider clock)
{
    /// <summary>Runs in <paramref name="transaction"/>, or, without one, in a transaction of its own that has committed when this returns.</summary>
    public async Task<PostResult[]> RunAsync(NpgsqlConnection connection, NpgsqlTransaction? transaction, IReadOnlyList<PendingMessage> messages, CancellationToken cancellationToken)
    {
        var at = Platform.Json.Now.UtcNow(clock);
        await using var batch = new NpgsqlBatch(connection, transaction);
        batch.BatchCommands.Add(Lock(messages));
        batch.BatchCommands.Add(Append(messages, at));
        var asking = messages.Where(m => m.Message.AsksAssistant).Select(m => m.Id).ToArray();
        if (asking.Length > 0)
            foreach (var companion in companions) batch.BatchCommands.Add(companion.StatementFor(asking));

        var results = new PostResult[messages.Count];
        await batch.PrepareAsync(cancellationToken);
        await using var rows = await batch.ExecuteReaderAsync(cancellationToken);
        await rows.NextResultAsync(cancellationToken);
        while (await rows.ReadAsync(cancellationToken))
        {
            var index = (int)rows.GetInt64(0) - 1;
            var outcome = Outcome(rows.GetString(1));
            results[index] = new(outcome, outcome switch
            {
                PostOutcome.Posted => Posted(messages[index], rows.GetInt64(2), rows.GetBoolean(3), at),
                PostOutcome.Replayed => MessageRows.Read(rows, at: 4),
                _ => null,
            });
        }
        while (await rows.NextResultAsync(cancellationToken)) { } // so that a companion's failure is seen
        return results;
    }

    /// <summary>Wakes those who follow the thread and those who answer questions. Call it after the commit.</summary>
    public void Announce(NewMessage posted)
    {
        signals.Signal(ThreadTopics.Of(posted.ThreadId));
        if (posted.AsksAssistant)
            foreach (var companion in companions) companion.Committed();
    }

    static NpgsqlBatchCommand Lock(IReadOnlyList<PendingMessage> messages)
    {
        var command = new NpgsqlBatchCommand("SELECT 1 FROM threads.threads WHERE id = ANY($1) ORDER BY id FOR UPDATE");
        command.Parameters.With(messages.Select(m => m.Message.ThreadId).Distinct().ToArray());
        return command;
    }

    static NpgsqlBatchCommand Append(IReadOnlyList<PendingMessage> messages, DateTimeOffset at)
    {
        var command = new NpgsqlBatchCommand(Sql);
        var parameters = command.Parameters;
        parameters.With(at);
        Column(NpgsqlDbType.Uuid, m => m.Id);
        Column(NpgsqlDbType.Uuid, m => m.Message.ThreadId);
        Column(NpgsqlDbType.Text, m => m.Message.Kind);
        Column(NpgsqlDbType.Integer, m => (int)m.Message.Reach);
        Column(NpgsqlDbType.Uuid, m => m.Message.SenderId);
        Column(NpgsqlDbType.Text, m => m.Message.SenderAccountRole);
        Column(NpgsqlDbType.Text, m => MessageRows.Name(m.Message.SenderRole));
        Column(NpgsqlDbType.Text, m => m.Message.SenderName);
        Column(NpgsqlDbType.Text, m => m.Message.Content);
        Column(NpgsqlDbType.Uuid, m => m.Message.ReplyTo);
        Column(NpgsqlDbType.Text, m => m.Message.ClientToken);
        Column(NpgsqlDbType.Uuid, m => m.Message.AsksAssistant ? m.RunId : m.Message.RunId);
        Column(NpgsqlDbType.Boolean, m => m.Message.AsksAssistant);
        Column(NpgsqlDbType.Boolean, m => m.Message.TakesTurn);
        Column(NpgsqlDbType.Boolean, m => m.Message.NeedsTurn);
        Column(NpgsqlDbType.Text, m => m.Message.AiJson);
        Column(NpgsqlDbType.Text, m => m.Address);
        Column(NpgsqlDbType.Text, m => m.TraceId);
        Column(NpgsqlDbType.Text, m => Array(m.AttachmentIds));
        return command;

        void Column<T>(NpgsqlDbType type, Func<PendingMessage, T> value)
        {
            var column = new T[messages.Count];
            for (var i = 0; i < column.Length; i++) column[i] = value(messages[i]);
            parameters.Add(new NpgsqlParameter<T[]> { TypedValue = column, NpgsqlDbType = NpgsqlDbType.Array | type });
        }
    }

    static ThreadMessage Posted(PendingMessage pending, long seq, bool runs, DateTimeOffset at)
    {
        var message = pending.Message;
        return new(pending.Id, message.ThreadId, seq, message.SenderId, message.SenderRole, message.SenderName, message.Content, at, null, false,
            message.ReplyTo, message.AsksAssistant ? runs ? pending.RunId : null : message.RunId, MessageRows.Json(message.AiJson), pending.AttachmentIds);
    }

    /// <summary>As an array's text: arrays of unequal lengths don't travel in one parameter.</summary>
    static string? Array(IReadOnlyList<Guid> ids) => ids.Count == 0 ? null : $"{{{string.Join(',', ids)}}}";

    static PostOutcome Outcome(string name) => name switch
    {
        "posted" => PostOutcome.Posted,
        "replayed" => PostOutcome.Replayed,
        "closed" => PostOutcome.Closed,
        "unknown_reply" => PostOutcome.UnknownReply,
        "turn_taken" => PostOutcome.TurnTaken,
        _ => PostOutcome.NotFound,
    };

    // Reach: 1 own, 2 member, 3 all. A sender's first message brings participant.joined before it, a person's taking the turn assistant.changed;
    // the windows see to it that several messages of one batch to one thread do each only once, and that nothing that needs the turn comes after.
    const string Sql = $"""
        WITH input AS MATERIALIZED (
            SELECT * FROM unnest($2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20) WITH ORDINALITY AS i(
                id, thread_id, kind, reach, sender_id, account_role, sender_role, sender_name, content, reply_to, client_token, run_id,
                asks, takes_turn, needs_turn, ai, address, trace_id, attachment_ids, ord)
        ), admitted AS (
            SELECT i.*, t.last_seq, t.assistant_mode, first.seq AS first_seq, p.user_id IS NULL AS is_new,
                CASE WHEN t.id IS NULL THEN 'not_found'
                     WHEN first.seq IS NOT NULL THEN 'replayed'
                     WHEN t.status = 'closed' THEN 'closed'
                     WHEN i.reply_to IS NOT NULL AND NOT EXISTS (
                        SELECT FROM threads.messages r WHERE r.id = i.reply_to AND r.thread_id = i.thread_id) THEN 'unknown_reply'
                     ELSE 'posted' END AS admission
            FROM input i
            LEFT JOIN threads.participants p ON p.thread_id = i.thread_id AND p.user_id = i.sender_id
            LEFT JOIN threads.threads t ON t.id = i.thread_id AND t.kind = i.kind
                AND (i.reach = 3 OR (i.reach = 1 AND t.owner_id = i.sender_id) OR (i.reach = 2 AND p.user_id IS NOT NULL))
            LEFT JOIN threads.messages first ON first.thread_id = i.thread_id AND first.sender_id = i.sender_id AND first.client_token = i.client_token
        ), turned AS (
            SELECT a.*, assistant_mode = 'on' AND NOT coalesce(bool_or(takes_turn AND admission = 'posted') OVER earlier, false) AS has_turn
            FROM admitted a WINDOW earlier AS (PARTITION BY thread_id ORDER BY ord ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)
        ), judged AS MATERIALIZED (
            SELECT t.*, CASE WHEN admission = 'posted' AND needs_turn AND NOT has_turn THEN 'turn_taken' ELSE admission END AS outcome FROM turned t
        ), once AS (
            SELECT j.*, is_new AND row_number() OVER (PARTITION BY thread_id, sender_id ORDER BY ord) = 1 AS joins,
                takes_turn AND has_turn AS ends_turn, asks AND has_turn AS runs
            FROM judged j WHERE outcome = 'posted'
        ), numbered AS MATERIALIZED (
            SELECT o.*, last_seq + sum(1 + joins::int + ends_turn::int) OVER (PARTITION BY thread_id ORDER BY ord) AS seq FROM once o
        ), counted AS (
            UPDATE threads.threads t SET last_seq = n.last_seq, last_message_at = $1, updated_at = $1,
                assistant_mode = CASE WHEN n.ends_turn THEN 'off' ELSE t.assistant_mode END
            FROM (SELECT thread_id, max(seq)::bigint AS last_seq, bool_or(ends_turn) AS ends_turn FROM numbered GROUP BY thread_id) n
            WHERE t.id = n.thread_id
        ), joined AS (
            INSERT INTO threads.participants (thread_id, user_id, role, joined_seq)
            SELECT thread_id, sender_id, sender_role, seq - 1 - ends_turn::int FROM numbered WHERE joins
        ), evented AS (
            INSERT INTO threads.events (thread_id, seq, type, at, actor_id, message_id, data)
            SELECT thread_id, seq, '{EventTypes.MessagePosted}', $1, sender_id, id, NULL FROM numbered
            UNION ALL
            SELECT thread_id, seq - 1 - ends_turn::int, '{EventTypes.ParticipantJoined}', $1, sender_id, NULL,
                jsonb_build_object('user_id', sender_id, 'role', sender_role) FROM numbered WHERE joins
            UNION ALL
            SELECT thread_id, seq - 1, '{EventTypes.AssistantChanged}', $1, sender_id, NULL, '{AssistantChange.OffJson}' FROM numbered WHERE ends_turn
        ), messaged AS (
            INSERT INTO threads.messages (thread_id, seq, id, sender_id, sender_role, sender_name, content, client_token, reply_to, run_id, ai, attachment_ids, created_at)
            SELECT thread_id, seq, id, sender_id, sender_role, sender_name, content, client_token, reply_to,
                CASE WHEN asks AND NOT runs THEN NULL ELSE run_id END, ai::jsonb, attachment_ids::uuid[], $1 FROM numbered
        ), audited AS (
            INSERT INTO {IAuditTrail.AppendView} (at, actor_id, actor_role, action, resource, outcome, reason, address, trace_id)
            SELECT $1, sender_id, account_role, 'message.post', kind || '/' || thread_id, CASE outcome WHEN 'posted' THEN 'ok' ELSE 'denied' END,
                CASE outcome WHEN 'posted' THEN 'message/' || id ELSE outcome END, address, trace_id FROM judged WHERE outcome <> 'replayed'
        )
        SELECT j.ord, j.outcome, n.seq::bigint, coalesce(n.runs, false), {MessageRows.Columns}
        FROM judged j LEFT JOIN numbered n USING (ord) LEFT JOIN threads.messages m ON m.thread_id = j.thread_id AND m.seq = j.first_seq
        """;
}

/// <summary>A message on its way in, with the ids that it will have.</summary>
internal sealed record PendingMessage(Guid Id, Guid RunId, NewMessage Message, string? Address, string? TraceId)
{
    public IReadOnlyList<Guid> AttachmentIds { get; } = Message.Attachments.Count == 0 ? [] : [.. Message.Attachments.Select(a => a.Id)];
}

using Consilium.Modules.Threads.Contracts;
using Consilium.Platform.Database;
using Npgsql;

namespace Consilium.Modules.Threads;

/// <summary>Reads a thread's numbered events, each with its message and the message's files as they are now.</summary>
internal sealed class EventLog(NpgsqlDataSource database, IServiceScopeFactory scopes)
{
    public const int PageSize = 200;

    /// <summary>At most <see cref="PageSize"/> events after the number, in order.</summary>
    public async Task<IReadOnlyList<ThreadEvent>> ReadAsync(Guid threadId, long after, CancellationToken cancellationToken)
    {
        var events = await RowsAsync(threadId, after, cancellationToken);
        var messages = events.Where(e => e.Message is { AttachmentIds.Count: > 0 }).Select(e => e.Message!).DistinctBy(m => m.Id).ToList();
        if (messages.Count == 0) return events;
        await using var scope = scopes.CreateAsyncScope();
        var shown = (await scope.ServiceProvider.GetRequiredService<MessageFiles>().ShowAsync(messages, cancellationToken)).ToDictionary(m => m.Id);
        return events.ConvertAll(e => e.Message is { } message && shown.TryGetValue(message.Id, out var whole) ? e with { Message = whole } : e);
    }

    async Task<List<ThreadEvent>> RowsAsync(Guid threadId, long after, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var command = new NpgsqlCommand($"""
            SELECT e.seq, e.type, e.at, e.actor_id, e.data::text, {MessageRows.Columns}
            FROM threads.events e LEFT JOIN threads.messages m ON m.id = e.message_id
            WHERE e.thread_id = $1 AND e.seq > $2 ORDER BY e.seq LIMIT $3
            """, connection);
        command.Parameters.With(threadId).With(after).With(PageSize);
        await command.PrepareAsync(cancellationToken);
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        var events = new List<ThreadEvent>();
        while (await rows.ReadAsync(cancellationToken))
        {
            events.Add(new(rows.GetInt64(0), rows.GetString(1), rows.GetFieldValue<DateTimeOffset>(2), rows.Nullable<Guid>(3),
                rows.IsDBNull(5) ? null : MessageRows.Read(rows, 5), MessageRows.Json(rows.NullableString(4))));
        }
        return events;
    }

    /// <summary>The last numbers of those of the threads that exist.</summary>
    public async Task<List<(Guid ThreadId, long LastSeq)>> LastSeqsAsync(Guid[] threadIds, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand("SELECT id, last_seq FROM threads.threads WHERE id = ANY($1)");
        command.Parameters.With(threadIds);
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        var last = new List<(Guid, long)>();
        while (await rows.ReadAsync(cancellationToken)) last.Add((rows.GetGuid(0), rows.GetInt64(1)));
        return last;
    }
}

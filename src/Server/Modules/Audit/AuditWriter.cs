using System.Threading.Channels;
using Consilium.Platform.Errors;
using Npgsql;
using NpgsqlTypes;

namespace Consilium.Modules.Audit;

/// <summary>
/// Writes the entries of many concurrent reads in one statement: whatever came while the last batch was being committed goes together in
/// the next. Every writer is told after its own commit.
/// </summary>
internal sealed class AuditWriter(NpgsqlDataSource database) : BackgroundService
{
    const int MaxBatch = 256;

    readonly Channel<Pending> queue = Channel.CreateBounded<Pending>(new BoundedChannelOptions(4096) { SingleReader = true });

    /// <summary>Completes once the entries are durable; fails when they could not be kept.</summary>
    public Task WriteAsync(Entry[] entries)
    {
        var pending = new Pending(entries);
        return queue.Writer.TryWrite(pending)
            ? pending.Done.Task
            : throw new BusyException(503, TimeSpan.FromSeconds(1), "overloaded", "The server has more work than it can take: try again.");
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var batch = new List<Pending>(MaxBatch);
        while (await queue.Reader.WaitToReadAsync(stoppingToken).AsTask().ContinueWith(t => t is { IsCompletedSuccessfully: true, Result: true }, TaskScheduler.Default))
        {
            while (batch.Count < MaxBatch && queue.Reader.TryRead(out var next)) batch.Add(next);
            try
            {
                await InsertAsync(batch);
                foreach (var pending in batch) pending.Done.TrySetResult();
            }
            catch (Exception fault)
            {
                foreach (var pending in batch) pending.Done.TrySetException(fault);
            }
            batch.Clear();
        }
        while (queue.Reader.TryRead(out var late)) late.Done.TrySetCanceled(CancellationToken.None);
    }

    async Task InsertAsync(List<Pending> batch)
    {
        var entries = batch.SelectMany(pending => pending.Entries).ToList();
        await using var connection = await database.OpenConnectionAsync();
        await using var command = new NpgsqlCommand("""
            INSERT INTO audit.entries (at, actor_id, actor_role, action, resource, outcome, reason, address, trace_id, subject_id)
            SELECT * FROM unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
            """, connection);
        Add(NpgsqlDbType.TimestampTz, e => e.At);
        Add(NpgsqlDbType.Uuid, e => e.ActorId);
        Add(NpgsqlDbType.Text, e => e.ActorRole);
        Add(NpgsqlDbType.Text, e => e.Action);
        Add(NpgsqlDbType.Text, e => e.Resource);
        Add(NpgsqlDbType.Text, e => e.Outcome);
        Add(NpgsqlDbType.Text, e => e.Reason);
        Add(NpgsqlDbType.Text, e => e.Address);
        Add(NpgsqlDbType.Text, e => e.TraceId);
        Add(NpgsqlDbType.Uuid, e => e.SubjectId);
        await command.PrepareAsync();
        await command.ExecuteNonQueryAsync();

        void Add<T>(NpgsqlDbType type, Func<Entry, T> value) =>
            command.Parameters.Add(new() { Value = entries.Select(value).ToArray(), NpgsqlDbType = NpgsqlDbType.Array | type });
    }

    sealed class Pending(Entry[] entries)
    {
        public Entry[] Entries { get; } = entries;
        public TaskCompletionSource Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}

using System.Diagnostics;
using System.Globalization;
using System.Threading.Channels;
using Consilium.Platform.Database;
using Consilium.Platform.Hosting;
using Consilium.Platform.Realtime;
using Npgsql;

namespace Consilium.Modules.Assistant;

/// <summary>
/// Group commit for the texts of all runs of this process: what has come since the last round is written in one statement, and shown after its
/// commit. A run's piece is taken only while the run is held under its fence.
/// </summary>
internal sealed class PieceWriter(NpgsqlDataSource database, RunFeed feed, Signals signals, CrashPoints crash, ILogger<PieceWriter> log) : BackgroundService
{
    /// <summary>From the beginning of a round to the beginning of the next. After a pause, a token waits for nothing but its commit.</summary>
    static readonly TimeSpan Round = TimeSpan.FromMilliseconds(10);

    /// <summary>The pause after a round that failed.</summary>
    static readonly TimeSpan Recovery = TimeSpan.FromMilliseconds(200);

    const int MaxBatch = 500;
    const int MidStream = 3;

    readonly Channel<RunText> offered = Channel.CreateUnbounded<RunText>(new() { SingleReader = true });

    /// <summary>Opens the text of a claim, after what was shown before. Dispose it to give up what is not written.</summary>
    public RunText Open(Run run) => new(run, text => offered.Writer.TryWrite(text));

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var batch = new List<(RunText Text, Piece Piece)>();
        while (await offered.Reader.WaitToReadAsync(stoppingToken))
        {
            var begun = Stopwatch.GetTimestamp();
            batch.Clear();
            while (batch.Count < MaxBatch && offered.Reader.TryRead(out var text))
                if (text.Next() is { } piece) batch.Add((text, piece));
            if (batch.Count == 0) continue;
            var pause = await WriteAsync(batch) ? Round - Stopwatch.GetElapsedTime(begun) : Recovery;
            if (pause > TimeSpan.Zero) await Task.Delay(pause, stoppingToken);
        }
    }

    /// <summary>False when nothing is known to be written.</summary>
    async Task<bool> WriteAsync(List<(RunText Text, Piece Piece)> batch)
    {
        HashSet<(Guid Run, long Fence)> taken;
        try
        {
            taken = await InsertAsync(batch);
        }
        catch (PostgresException refused) when (!refused.IsTransient && batch.Count > 1)
        {
            foreach (var one in batch.ToArray()) await WriteAsync([one]); // the whole was rolled back because of one: find which
            return true;
        }
        catch (PostgresException refused) when (!refused.IsTransient && refused.SqlState.StartsWith("22", StringComparison.Ordinal))
        {
            batch[0].Text.Fail(refused);
            return true;
        }
        catch (Exception fault)
        {
            log.LogWarning("The texts of {Count} answers wait: {Fault}", batch.Count, fault.GetType().Name);
            foreach (var (text, _) in batch) text.NotTaken();
            return false;
        }
        foreach (var (text, piece) in batch)
        {
            if (taken.Contains((text.Run.Id, text.Run.Fence))) Show(text, piece);
            else text.NotTaken(); // locked just now, or lost: whoever keeps the lease finds out
        }
        return true;
    }

    void Show(RunText text, Piece piece)
    {
        text.Taken(piece);
        feed.Offer(text.Run.Id, piece);
        signals.Signal(text.Run.Topic, piece.End.ToString(CultureInfo.InvariantCulture));
        if (text.CountOfPieces == MidStream) crash.Reach(RunCrashPoints.MidStream);
    }

    /// <summary>Returns the claims whose pieces are in now. A piece that was in already, by a commit whose answer was lost, counts as well.</summary>
    async Task<HashSet<(Guid Run, long Fence)>> InsertAsync(List<(RunText Text, Piece Piece)> batch)
    {
        await using var connection = await database.OpenConnectionAsync();
        await using var command = new NpgsqlCommand(Sql, connection);
        command.Parameters.With(batch.ConvertAll(b => b.Text.Run.Id).ToArray()).With(batch.ConvertAll(b => b.Text.Run.Fence).ToArray())
            .With(batch.ConvertAll(b => b.Piece.End).ToArray()).With(batch.ConvertAll(b => b.Piece.Content).ToArray());
        await command.PrepareAsync();
        var taken = new HashSet<(Guid, long)>();
        await using var rows = await command.ExecuteReaderAsync();
        while (await rows.ReadAsync()) taken.Add((rows.GetGuid(0), rows.GetInt64(1)));
        return taken;
    }

    // The weakest lock that keeps claims and ends away, which lock for update. The renewal of a lease is not in its way.
    const string Sql = """
        WITH held AS MATERIALIZED (
            SELECT r.id, r.fence, i.end_offset, i.content
            FROM unnest($1, $2, $3, $4) AS i(run_id, fence, end_offset, content)
            JOIN assistant.runs r ON r.id = i.run_id AND r.fence = i.fence
            WHERE r.status = 'running' FOR KEY SHARE OF r SKIP LOCKED
        ), written AS (
            INSERT INTO assistant.pieces (run_id, end_offset, content) SELECT id, end_offset, content FROM held ON CONFLICT DO NOTHING
        )
        SELECT id, fence FROM held
        """;
}

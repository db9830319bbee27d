using System.Threading.Channels;
using Consilium.Modules.Threads.Contracts;
using Consilium.Platform.Errors;
using Npgsql;

namespace Consilium.Modules.Threads;

/// <summary>
/// Group commit for posts: while one transaction commits, the posts that arrive meanwhile queue up and go together in the next. Nobody is
/// answered before the commit of his own. A thread always goes through the same lane, so lanes never wait for each other's locks.
/// </summary>
internal sealed class MessageWriter(NpgsqlDataSource database, AppendMessages append, ILogger<MessageWriter> log) : BackgroundService
{
    const int Lanes = 4;
    const int MaxBatch = 64;

    /// <summary>How long a stop waits for posts that were accepted: also when the host has lost its patience.</summary>
    static readonly TimeSpan Drain = TimeSpan.FromSeconds(3);

    readonly Channel<Waiting>[] lanes = [.. Enumerable.Range(0, Lanes).Select(_ => Channel.CreateBounded<Waiting>(new BoundedChannelOptions(2048) { SingleReader = true }))];

    /// <summary>Returns after the commit. A fault means that nothing is known to be written: repeat with the same client token.</summary>
    public Task<PostResult> PostAsync(PendingMessage message)
    {
        var waiting = new Waiting(message);
        return lanes[(uint)message.Message.ThreadId.GetHashCode() % Lanes].Writer.TryWrite(waiting)
            ? waiting.Done.Task
            : throw new BusyException(503, TimeSpan.FromSeconds(1), "overloaded", "The server has more work than it can take: try again.");
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Task.WhenAll(lanes.Select(lane => WorkAsync(lane, stoppingToken)));

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        foreach (var lane in lanes) lane.Writer.TryComplete(); // what waits is still written
        if (ExecuteTask is { } working) await working.WaitAsync(Drain, CancellationToken.None).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await base.StopAsync(cancellationToken);
    }

    async Task WorkAsync(Channel<Waiting> lane, CancellationToken stoppingToken)
    {
        _ = stoppingToken; // the lane ends when it is completed and empty, so that accepted posts are written
        Waiting? held = null;
        var batch = new List<Waiting>(MaxBatch);
        var tokens = new HashSet<(Guid, Guid, string)>();
        while (held is not null || await lane.Reader.WaitToReadAsync(CancellationToken.None))
        {
            batch.Clear();
            tokens.Clear();
            while (batch.Count < MaxBatch && (Take(ref held) ?? (lane.Reader.TryRead(out var read) ? read : null)) is { } next)
            {
                var message = next.Message.Message;
                if (message.ClientToken is { } token && !tokens.Add((message.ThreadId, message.SenderId, token)))
                {
                    held = next; // the same post twice at once: the second finds the first committed
                    break;
                }
                batch.Add(next);
            }
            await WriteAsync(batch);
        }
    }

    async Task WriteAsync(List<Waiting> batch)
    {
        PostResult[] results;
        try
        {
            await using var connection = await database.OpenConnectionAsync();
            results = await append.RunAsync(connection, null, batch.ConvertAll(w => w.Message), CancellationToken.None);
        }
        catch (Exception refused) when (batch.Count > 1 && refused is PostgresException { IsTransient: false } or ArgumentException)
        {
            // The whole was rolled back, or never sent, because of one: find which, and let the others through.
            log.LogWarning("A batch of {Count} posts was refused ({Fault}); writing them one by one", batch.Count, (refused as PostgresException)?.SqlState ?? refused.GetType().Name);
            foreach (var waiting in batch.ToArray()) await WriteAsync([waiting]);
            return;
        }
        catch (Exception fault)
        {
            foreach (var waiting in batch) waiting.Done.TrySetException(fault);
            return;
        }
        for (var i = 0; i < results.Length; i++) batch[i].Done.TrySetResult(results[i]);
        for (var i = 0; i < results.Length; i++)
            if (results[i].Outcome == PostOutcome.Posted) Announce(batch[i].Message.Message);
    }

    /// <summary>Here and not by the request, which may have been given up meanwhile.</summary>
    void Announce(NewMessage posted)
    {
        try
        {
            append.Announce(posted);
        }
        catch (Exception fault)
        {
            log.LogError("What should follow a commit failed: {Fault}", Faults.ForLog(fault));
        }
    }

    static Waiting? Take(ref Waiting? held)
    {
        var taken = held;
        held = null;
        return taken;
    }

    sealed class Waiting(PendingMessage message)
    {
        public PendingMessage Message { get; } = message;
        public TaskCompletionSource<PostResult> Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}

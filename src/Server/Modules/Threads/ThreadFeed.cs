using System.Runtime.CompilerServices;
using System.Text.Json;
using Consilium.Modules.Threads.Contracts;
using Consilium.Platform.Json;
using Consilium.Platform.Realtime;
using Npgsql;

namespace Consilium.Modules.Threads;

/// <inheritdoc cref="IThreadFeed"/>
internal sealed class ThreadFeed(EventLog log, Signals signals, IServiceScopeFactory scopes, TimeProvider clock, ILogger<ThreadFeed> logger) : BackgroundService, IThreadFeed
{
    /// <summary>How often the last numbers of followed threads are looked up, for news whose signal was lost.</summary>
    static readonly TimeSpan LookInterval = TimeSpan.FromSeconds(2);

    readonly Lock gate = new();
    readonly Dictionary<Guid, Followed> threads = [];

    /// <summary>How many follow at the moment, in this process.</summary>
    public int Followers
    {
        get { lock (gate) return threads.Values.Sum(followed => followed.Tail.Followers); }
    }

    public async IAsyncEnumerable<ThreadEvent> FollowAsync(ThreadScope thread, long after, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var (tail, follower) = Join(thread.ThreadId, after);
        try
        {
            if (await LastSeqAsync(thread, cancellationToken) is not { } last) yield break;
            if (after > last)
            {
                yield return new(null, EventTypes.Reset, clock.UtcNow(), null, null, JsonSerializer.SerializeToElement(new { last_seq = last }));
                follower.At = last;
            }
            while (true)
            {
                var version = tail.Version;
                var events = await tail.ReadAsync(follower.At, version).WaitAsync(cancellationToken);
                foreach (var happened in events)
                {
                    yield return happened;
                    follower.At = happened.Seq!.Value;
                }
                if (events.Count == EventLog.PageSize || tail.Version != version) continue;

                if (tail.IsGone) yield break;
                await follower.Woken.Reader.WaitToReadAsync(cancellationToken);
                while (follower.Woken.Reader.TryRead(out var note))
                    if (Guid.TryParseExact(note, "N", out var typist) && typist != thread.CallerId)
                        yield return new(null, EventTypes.Typing, clock.UtcNow(), typist, null, null);
                if (thread.Reach == Reach.Member && await LastSeqAsync(thread, cancellationToken) is null) yield break; // no longer takes part
            }
        }
        finally
        {
            Leave(thread.ThreadId, tail, follower);
        }
    }

    public void ShowTyping(Guid threadId, Guid userId) => signals.Signal(ThreadTopics.Of(threadId), userId.ToString("N"));

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(LookInterval, clock);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                await LookAsync(stoppingToken);
            }
            catch (Exception fault) when (fault is NpgsqlException or TimeoutException or System.Net.Sockets.SocketException)
            {
                logger.LogWarning("The followed threads could not be looked at: {Fault}", fault.GetType().Name);
            }
        }
    }

    async Task LookAsync(CancellationToken cancellationToken)
    {
        Dictionary<Guid, ThreadTail> followed;
        lock (gate) followed = threads.ToDictionary(t => t.Key, t => t.Value.Tail);
        if (followed.Count == 0) return;
        foreach (var (threadId, lastSeq) in await log.LastSeqsAsync([.. followed.Keys], cancellationToken))
            if (followed.Remove(threadId, out var tail) && tail.IsBehind(lastSeq)) tail.Wake(null);
        foreach (var deleted in followed.Values) deleted.Wake(ThreadTopics.Gone);
    }

    async Task<long?> LastSeqAsync(ThreadScope thread, CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        return await scope.ServiceProvider.GetRequiredService<IThreads>().LastSeqAsync(thread, cancellationToken);
    }

    (ThreadTail Tail, ThreadTail.Follower Follower) Join(Guid threadId, long after)
    {
        lock (gate)
        {
            if (!threads.TryGetValue(threadId, out var followed))
            {
                var tail = new ThreadTail(threadId, log);
                threads.Add(threadId, followed = new(tail, signals.Listen(ThreadTopics.Of(threadId), tail.Wake)));
            }
            return (followed.Tail, followed.Tail.Join(after));
        }
    }

    void Leave(Guid threadId, ThreadTail tail, ThreadTail.Follower follower)
    {
        lock (gate)
        {
            if (!tail.Leave(follower) || !threads.Remove(threadId, out var followed)) return;
            followed.Subscription.Dispose();
        }
    }

    sealed record Followed(ThreadTail Tail, IDisposable Subscription);
}

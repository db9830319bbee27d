using System.Threading.Channels;
using Consilium.Modules.Threads.Contracts;

namespace Consilium.Modules.Threads;

/// <summary>
/// The end of one thread, shared by everybody in this process who follows it: a change is read from the database once, however many
/// followers it wakes.
/// </summary>
internal sealed class ThreadTail(Guid threadId, EventLog log)
{
    readonly Lock gate = new();
    readonly List<Follower> followers = [];
    Flight? latest;
    long version;
    volatile bool isGone;

    /// <summary>The thread was deleted: there is no more to come.</summary>
    public bool IsGone => isGone;

    /// <summary>Grows with every sign of a change. Read it before reading events: when it has grown since, read again.</summary>
    public long Version => Interlocked.Read(ref version);

    public int Followers
    {
        get { lock (gate) return followers.Count; }
    }

    /// <summary>Whether somebody has not been given an event up to this number yet.</summary>
    public bool IsBehind(long seq)
    {
        lock (gate) return followers.Exists(follower => follower.At < seq);
    }

    /// <summary>Wakes the followers. A change comes without a note; a note is what is shown and not kept, or says that the thread was deleted.</summary>
    public void Wake(string? note)
    {
        if (note == ThreadTopics.Gone) isGone = true;
        if (note is null) Interlocked.Increment(ref version);
        lock (gate)
            foreach (var follower in followers) follower.Woken.Writer.TryWrite(note);
    }

    /// <summary>The events after the number. Readers at the same place share one query, if it began after the change that woke them.</summary>
    public async Task<IReadOnlyList<ThreadEvent>> ReadAsync(long after, long atLeastVersion)
    {
        Flight flight;
        lock (gate)
        {
            flight = latest is { } last && last.After == after && last.Version >= atLeastVersion && !last.Events.IsFaulted
                ? last
                : latest = new(after, Version, log.ReadAsync(threadId, after, CancellationToken.None));
        }
        return await flight.Events;
    }

    public Follower Join(long after)
    {
        Interlocked.Increment(ref version); // whoever comes anew is given nothing that was read before
        var follower = new Follower { At = after };
        lock (gate) followers.Add(follower);
        return follower;
    }

    /// <summary>True when nobody follows any more.</summary>
    public bool Leave(Follower follower)
    {
        lock (gate)
        {
            followers.Remove(follower);
            return followers.Count == 0;
        }
    }

    sealed record Flight(long After, long Version, Task<IReadOnlyList<ThreadEvent>> Events);

    /// <summary>Someone who follows. What overflows may be lost: whoever is woken reads what there is.</summary>
    internal sealed class Follower
    {
        long at;

        /// <summary>The last number it was given.</summary>
        public long At
        {
            get => Interlocked.Read(ref at);
            set => Interlocked.Exchange(ref at, value);
        }

        public Channel<string?> Woken { get; } = Channel.CreateBounded<string?>(new BoundedChannelOptions(8) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true });
    }
}

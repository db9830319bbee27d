using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Security.Claims;
using Consilium.Modules.Accounts.Contracts;

namespace Consilium.Modules.Accounts;

/// <summary>
/// A session or an API key that this process has seen: what the last look at the database said of it, and the signal that ends whatever
/// was opened with it. Times named "timestamp" are of the monotonic clock.
/// </summary>
[SuppressMessage("Design", "CA1001", Justification = "Streams may still listen to the source; without timers it holds nothing to dispose.")]
internal sealed class LiveCredential(Guid id)
{
    readonly CancellationTokenSource ended = new();
    readonly Lock state = new();
    CheckedState? current;
    long staleSince;
    bool streamsDepend;
    volatile bool gone;

    public Guid Id => id;

    /// <summary>Ended, or forgotten because nobody used it: look it up anew.</summary>
    public bool IsGone => gone;

    public long LastUsed { get; set; } = Stopwatch.GetTimestamp();

    public long CheckedAt => Volatile.Read(ref current)?.CheckedAt ?? 0;

    /// <summary>The account, once known.</summary>
    public Guid? UserId => Volatile.Read(ref current)?.Identity.Caller.UserId;

    public bool IsKey => Volatile.Read(ref current)?.Identity.Caller.IsApiKey ?? false;

    /// <summary>The caller, unless it has to be asked for again.</summary>
    public ClaimsPrincipal? Valid(DateTimeOffset now) =>
        !IsGone && Volatile.Read(ref current) is { } known && known.Deadline > now && known.CheckedAt > Volatile.Read(ref staleSince)
            ? known.Principal
            : null;

    public bool NeedsCheck(DateTimeOffset now) => Valid(now) is null;

    public void MarkStale() => Volatile.Write(ref staleSince, Stopwatch.GetTimestamp());

    /// <summary>What a look that began at <paramref name="checkedAt"/> found; an older look never overwrites a newer one.</summary>
    public void Confirm(Caller caller, DateTimeOffset deadline, long checkedAt)
    {
        lock (state)
        {
            if (current is null || current.CheckedAt < checkedAt) current = new(new CallerIdentity(caller), deadline, checkedAt);
        }
    }

    public void End()
    {
        lock (state) gone = true;
        _ = ended.CancelAsync(); // streams end on threads of their own
    }

    /// <summary>Forgets it unless a stream depends on it.</summary>
    public bool TryForget()
    {
        lock (state) return !streamsDepend && (gone = true);
    }

    /// <summary>False when it was forgotten in this moment: take a new one.</summary>
    public bool TryDepend(out CancellationToken token)
    {
        lock (state)
        {
            token = ended.Token;
            streamsDepend = true;
            return !IsGone || ended.IsCancellationRequested;
        }
    }

    sealed record CheckedState(CallerIdentity Identity, DateTimeOffset Deadline, long CheckedAt)
    {
        public ClaimsPrincipal Principal { get; } = new(Identity);
    }
}

namespace Consilium.Tests.Support;

/// <summary>A clock that stands still until <see cref="Advance"/> or <see cref="Jump"/>.</summary>
public sealed class ManualClock(DateTimeOffset start) : TimeProvider
{
    readonly Lock gate = new();
    readonly List<Timer> timers = [];
    DateTimeOffset now = start;

    /// <summary>Begins at the present, so that certificates, tokens and rows of other clocks make sense.</summary>
    public ManualClock() : this(TimeProvider.System.GetUtcNow()) { }

    public override DateTimeOffset GetUtcNow()
    {
        lock (gate) return now;
    }

    public override long GetTimestamp() => GetUtcNow().UtcTicks;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    /// <summary>Goes through the time, and fires each timer when it is due, as often as it is.</summary>
    public void Advance(TimeSpan by)
    {
        var end = GetUtcNow() + by;
        while (NextDue(end) is { } due) due.Fire();
    }

    /// <summary>
    /// Is there at once, as after a night's sleep, and fires each timer that is due by then once. For hours: what works in the background meanwhile would see
    /// them pass within a moment, and the leases of its jobs with them.
    /// </summary>
    public void Jump(TimeSpan by)
    {
        lock (gate) now += by;
        Advance(TimeSpan.Zero);
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new Timer(this, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    Timer? NextDue(DateTimeOffset end)
    {
        lock (gate)
        {
            var due = timers.Where(t => t.DueAt <= end).MinBy(t => t.DueAt);
            now = due is null ? end : due.DueAt > now ? due.DueAt.Value : now;
            due?.Schedule(due.Period);
            return due;
        }
    }

    sealed class Timer(ManualClock clock, TimerCallback callback, object? state) : ITimer
    {
        public DateTimeOffset? DueAt { get; private set; }
        public TimeSpan Period { get; private set; } = Timeout.InfiniteTimeSpan;

        public void Fire() => callback(state);

        public void Schedule(TimeSpan after) => DueAt = after == Timeout.InfiniteTimeSpan || after < TimeSpan.Zero ? null : clock.now + after;

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            lock (clock.gate)
            {
                Period = period == TimeSpan.Zero ? Timeout.InfiniteTimeSpan : period;
                Schedule(dueTime);
                if (!clock.timers.Contains(this)) clock.timers.Add(this);
            }
            if (dueTime == TimeSpan.Zero) clock.Advance(TimeSpan.Zero);
            return true;
        }

        public void Dispose()
        {
            lock (clock.gate) clock.timers.Remove(this);
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}

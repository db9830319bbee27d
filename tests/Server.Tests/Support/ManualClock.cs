namespace Consilium.Tests.Support;

/// <summary>A clock that stands still until <see cref="Advance"/>, which also fires the timers that have become due, in order.</summary>
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

    public void Advance(TimeSpan by)
    {
        var end = GetUtcNow() + by;
        while (NextDue(end) is { } due) due.Fire();
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

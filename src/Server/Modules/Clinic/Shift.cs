using Consilium.Platform.Errors;
using Consilium.Platform.Validation;
using NodaTime;
using NodaTime.TimeZones;

namespace Consilium.Modules.Clinic;

/// <summary>A stretch of time, its end not included.</summary>
internal readonly record struct Stretch(DateTimeOffset Start, DateTimeOffset End);

/// <summary>
/// The hours of a doctor by the clock on the wall where he is: he works while it shows a time from start to end, on every day. An end that is not after
/// the start is on the next day. Without start and end he may be booked at any time. Whoever has left works no more, whatever his hours were.
/// </summary>
/// <remarks>
/// What the wall clock shows decides, so a change of the clock needs no rule of its own: hours that it leaps over are no hours, and hours that it
/// shows twice count twice.
/// </remarks>
internal sealed class Shift
{
    static readonly TimeSpan Day = TimeSpan.FromDays(1);

    readonly TimeSpan start;
    readonly TimeSpan length;
    readonly DateTimeZone zone;

    /// <param name="timeZone">By its IANA name.</param>
    public Shift(TimeOnly? start, TimeOnly? end, string timeZone, bool hasLeft = false)
    {
        HasLeft = hasLeft;
        IsAnyTime = start is null || end is null;
        this.start = start?.ToTimeSpan() ?? TimeSpan.Zero;
        length = IsAnyTime ? Day : end!.Value.ToTimeSpan() - this.start;
        if (length <= TimeSpan.Zero) length += Day;
        zone = TimeZones.Find(timeZone) ?? throw new DomainException(
            "time_zone_unknown", "The doctor's time zone is not in the IANA database: give the doctor one that is, such as Europe/Berlin.");
    }

    /// <summary>Whether his account is closed.</summary>
    public bool HasLeft { get; }

    /// <summary>Whether there are no hours that he keeps to.</summary>
    public bool IsAnyTime { get; }

    /// <summary>Whether all of it lies within his hours; it may go on from one shift into the next where they meet.</summary>
    public bool Contains(Stretch time)
    {
        if (HasLeft) return false;
        if (IsAnyTime) return true;
        var covered = time.Start;
        foreach (var stretch in Between(time.Start, time.End))
            if (stretch.Start <= covered && stretch.End > covered) covered = stretch.End;
        return covered >= time.End;
    }

    /// <summary>His shifts that touch this time, in order: one for each day, or two where the clock has torn it.</summary>
    public IEnumerable<Stretch> Between(DateTimeOffset from, DateTimeOffset to)
    {
        if (HasLeft) return [];
        var offsets = Offsets(from - 2 * Day, to + 2 * Day);
        var shifts = new List<Stretch>();
        for (var day = from.UtcDateTime.Date - 2 * Day; day <= to.UtcDateTime.Date + Day; day += Day)
            shifts.AddRange(On(day, offsets).Where(stretch => stretch.End > from && stretch.Start < to));
        return shifts.OrderBy(stretch => stretch.Start);
    }

    List<Stretch> On(DateTime day, List<(Stretch Time, TimeSpan Offset)> offsets)
    {
        var shift = new List<Stretch>();
        foreach (var (time, offset) in offsets)
        {
            var begins = new DateTimeOffset(day + start - offset);
            var (from, to) = (Later(begins, time.Start), Earlier(begins + length, time.End));
            if (from >= to) continue;
            if (shift.Count > 0 && shift[^1].End == from) shift[^1] = shift[^1] with { End = to };
            else shift.Add(new(from, to));
        }
        return shift;
    }

    /// <summary>The offsets from UTC in force, one after the other.</summary>
    List<(Stretch Time, TimeSpan Offset)> Offsets(DateTimeOffset from, DateTimeOffset to)
    {
        var time = new Interval(Instant.FromDateTimeOffset(from), Instant.FromDateTimeOffset(to));
        return [.. zone.GetZoneIntervals(time).Select(interval => (Within(interval), interval.WallOffset.ToTimeSpan()))];

        Stretch Within(ZoneInterval interval) => new(
            interval.HasStart ? Later(interval.Start.ToDateTimeOffset(), from) : from, interval.HasEnd ? Earlier(interval.End.ToDateTimeOffset(), to) : to);
    }

    static DateTimeOffset Later(DateTimeOffset one, DateTimeOffset other) => one > other ? one : other;

    static DateTimeOffset Earlier(DateTimeOffset one, DateTimeOffset other) => one < other ? one : other;
}

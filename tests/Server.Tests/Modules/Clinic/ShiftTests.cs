using Consilium.Modules.Clinic;
using FsCheck;
using FsCheck.Fluent;
using NodaTime;

namespace Consilium.Tests.Modules.Clinic;

public sealed class ShiftTests
{
    const string Berlin = "Europe/Berlin";
    const string NewYork = "America/New_York";
    const string LordHowe = "Australia/Lord_Howe";

    [Theory]
    [InlineData(Berlin, "08:00", "12:00", "2026-01-15T07:00Z", "2026-01-15T10:30Z", 8)] // an ordinary day
    [InlineData(Berlin, "00:00", "06:00", "2026-03-28T23:00Z", "2026-03-29T03:30Z", 10)] // 02:00 to 03:00 does not exist
    [InlineData(Berlin, "00:00", "06:00", "2026-10-24T22:00Z", "2026-10-25T04:30Z", 14)] // 02:00 to 03:00 comes twice
    [InlineData(Berlin, "22:00", "06:00", "2026-03-28T21:00Z", "2026-03-29T03:30Z", 14)] // over night, an hour shorter
    [InlineData(Berlin, "22:00", "06:00", "2026-10-24T20:00Z", "2026-10-25T04:30Z", 18)]
    [InlineData(Berlin, "02:30", "05:00", "2026-03-29T01:00Z", "2026-03-29T02:30Z", 4)] // begins when the clock has leapt
    [InlineData(NewYork, "00:00", "06:00", "2026-03-08T05:00Z", "2026-03-08T09:30Z", 10)]
    [InlineData(NewYork, "00:00", "06:00", "2026-11-01T04:00Z", "2026-11-01T10:30Z", 14)]
    [InlineData(NewYork, "23:00", "07:00", "2026-11-01T03:00Z", "2026-11-01T11:30Z", 18)]
    [InlineData(LordHowe, "00:00", "06:00", "2026-10-03T13:30Z", "2026-10-03T18:30Z", 11)] // half an hour is left out
    [InlineData(LordHowe, "00:00", "06:00", "2026-04-04T13:00Z", "2026-04-04T19:00Z", 13)] // half an hour comes twice
    public void Half_hours_of_a_shift_on_the_days_when_the_clock_changes(string zone, string start, string end, string first, string last, int count)
    {
        var from = Time(first);

        var slots = Slots.Free(Of(zone, start, end), new(from.AddHours(-1), from.AddHours(12)), TimeSpan.FromMinutes(30), []).ToList();

        slots.Count.ShouldBe(count);
        (slots[0].Start, slots[^1].Start).ShouldBe((from, Time(last)));
        slots.Select(slot => slot.Start).Distinct().Count().ShouldBe(count);
        slots.ShouldAllBe(slot => slot.End - slot.Start == TimeSpan.FromMinutes(30));
    }

    [Fact]
    public void A_shift_wholly_within_the_hours_that_are_left_out_is_none_that_day()
    {
        var shift = Of(Berlin, "02:00", "03:00");
        shift.Between(Time("2026-03-28T12:00Z"), Time("2026-03-29T12:00Z")).ShouldBeEmpty();
        shift.Between(Time("2026-03-29T12:00Z"), Time("2026-03-30T12:00Z")).ShouldBe([new(Time("2026-03-30T00:00Z"), Time("2026-03-30T01:00Z"))]);
    }

    [Fact]
    public void Whoever_has_left_works_at_no_time()
    {
        foreach (var left in (Shift[])[new(null, null, Berlin, hasLeft: true), new(new(8, 0), new(12, 0), Berlin, hasLeft: true)])
        {
            left.Between(Time("2026-01-15T00:00Z"), Time("2026-01-16T00:00Z")).ShouldBeEmpty();
            left.Contains(new(Time("2026-01-15T08:00Z"), Time("2026-01-15T08:30Z"))).ShouldBeFalse();
        }
    }

    [Fact]
    public void A_shift_within_the_hour_that_comes_twice_is_torn_in_two()
    {
        Of(Berlin, "02:15", "02:45").Between(Time("2026-10-24T12:00Z"), Time("2026-10-25T12:00Z"))
            .ShouldBe([new(Time("2026-10-25T00:15Z"), Time("2026-10-25T00:45Z")), new(Time("2026-10-25T01:15Z"), Time("2026-10-25T01:45Z"))]);
    }

    [Fact]
    public void A_booking_may_go_on_from_one_shift_into_the_next_where_they_meet()
    {
        var always = Of(NewYork, "08:00", "08:00");
        always.Contains(new(Time("2026-11-01T11:30Z"), Time("2026-11-01T18:30Z"))).ShouldBeTrue();
        Of(NewYork, "08:00", "07:59").Contains(new(Time("2026-01-15T12:30Z"), Time("2026-01-15T13:30Z"))).ShouldBeFalse();
    }

    [Fact]
    public void A_doctor_without_hours_has_half_hours_all_day_round_by_his_own_midnight()
    {
        var slots = Slots.Free(new Shift(null, null, "Asia/Kolkata"), new(Time("2026-01-15T00:05Z"), Time("2026-01-16T00:05Z")), TimeSpan.FromMinutes(30), []).ToList();
        (slots.Count, slots[0].Start).ShouldBe((47, Time("2026-01-15T00:30Z")));
        Slots.Free(new Shift(null, null, "Asia/Kolkata"), new(Time("2026-01-15T18:00Z"), Time("2026-01-16T18:00Z")), TimeSpan.FromMinutes(420), [])
            .Select(slot => slot.Start).ShouldBe([Time("2026-01-15T18:30Z"), Time("2026-01-16T01:30Z"), Time("2026-01-16T08:30Z")]);
    }

    [Fact]
    public void What_touches_a_booked_time_is_not_free()
    {
        var taken = new Stretch(Time("2026-01-15T08:45Z"), Time("2026-01-15T09:30Z"));
        Slots.Free(Of("UTC", "08:00", "11:00"), new(Time("2026-01-15T00:00Z"), Time("2026-01-16T00:00Z")), TimeSpan.FromMinutes(30), [taken])
            .Select(slot => slot.Start.Hour * 60 + slot.Start.Minute).ShouldBe([480, 570, 600, 630]);
    }

    [Fact]
    public void Slots_are_those_that_a_look_at_the_clock_every_minute_gives()
    {
        string[] zones = [Berlin, NewYork, LordHowe, "UTC", "Asia/Kathmandu", "America/St_Johns", "Pacific/Apia", "Africa/Casablanca"];
        // Days around which the clocks change somewhere, and any other.
        string[] days = ["2026-03-29", "2026-10-25", "2026-03-08", "2026-11-01", "2026-10-04", "2026-04-05", "2026-02-15", "2026-03-22", "2026-06-30"];
        var cases =
            from zone in Gen.Elements(zones)
            from day in Gen.Elements(days)
            from start in Gen.Choose(0, 1439)
            from end in Gen.Choose(0, 1439)
            from coarse in Gen.Choose(0, 2)
            from offset in Gen.Choose(-1800, 900)
            from length in Gen.Choose(1, 3000)
            from minutes in Gen.Choose(5, 480)
            from takenAt in Gen.Choose(-1000, 2000)
            from takenFor in Gen.Choose(5, 480)
            select new Case(zone, coarse == 0 ? start / 30 * 30 : start, coarse == 0 ? end / 30 * 30 : end, Time($"{day}T00:00Z").AddMinutes(offset), length,
                coarse == 0 ? 30 : minutes, takenAt, takenFor);

        Check.One(Config.QuickThrowOnFailure.WithMaxTest(300), Prop.ForAll(Arb.From(cases), one =>
        {
            var shift = Of(one.Zone, one.Start, one.End);
            var window = new Stretch(one.From, one.From.AddMinutes(one.Length));
            var taken = new Stretch(one.From.AddMinutes(one.TakenAt), one.From.AddMinutes(one.TakenAt + one.TakenFor));
            var clock = new PlainClock(one);

            Slots.Free(shift, window, TimeSpan.FromMinutes(one.Minutes), [taken]).Select(slot => slot.Start).ShouldBe(clock.Slots(window, taken));
            shift.Contains(taken).ShouldBe(clock.IsAtWork(taken));
        }));
    }

    static Shift Of(string zone, string start, string end) => new(TimeOnly.Parse(start), TimeOnly.Parse(end), zone);

    static Shift Of(string zone, int start, int end) => new(TimeOnly.MinValue.AddMinutes(start), TimeOnly.MinValue.AddMinutes(end), zone);

    static DateTimeOffset Time(string text) => DateTimeOffset.Parse(text);

    sealed record Case(string Zone, int Start, int End, DateTimeOffset From, int Length, int Minutes, int TakenAt, int TakenFor);

    /// <summary>Looks at the clock on the doctor's wall, minute by minute.</summary>
    sealed class PlainClock(Case of)
    {
        readonly DateTimeZone zone = DateTimeZoneProviders.Tzdb[of.Zone];

        public bool IsAtWork(Stretch time)
        {
            for (var minute = time.Start; minute < time.End; minute = minute.AddMinutes(1))
                if (ShiftAt(minute) is null) return false;
            return true;
        }

        public List<DateTimeOffset> Slots(Stretch window, Stretch taken)
        {
            var slots = new List<DateTimeOffset>();
            DateTime? shift = null;
            var start = default(DateTimeOffset);
            for (var minute = window.Start.AddDays(-3); minute <= window.End.AddDays(1); minute = minute.AddMinutes(1))
            {
                var now = ShiftAt(minute);
                if (now is not null && minute - start == TimeSpan.FromMinutes(of.Minutes) && now == shift) Offer();
                else if (now != shift && shift is not null && minute - start == TimeSpan.FromMinutes(of.Minutes)) Offer();
                if (now != shift) start = minute;
                shift = now;

                void Offer()
                {
                    if (start >= window.Start && minute <= window.End && !(taken.Start < minute && taken.End > start)) slots.Add(start);
                    start = minute;
                }
            }
            return slots;
        }

        /// <summary>The day on which the shift began that the clock says it is time for.</summary>
        DateTime? ShiftAt(DateTimeOffset minute)
        {
            var shown = Instant.FromDateTimeOffset(minute).InZone(zone).ToDateTimeUnspecified();
            var ofDay = (int)shown.TimeOfDay.TotalMinutes;
            if (of.Start < of.End) return ofDay >= of.Start && ofDay < of.End ? shown.Date : null;
            return ofDay >= of.Start ? shown.Date : ofDay < of.End ? shown.Date.AddDays(-1) : null;
        }
    }
}

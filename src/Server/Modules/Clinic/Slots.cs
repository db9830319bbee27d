namespace Consilium.Modules.Clinic;

/// <summary>
/// The free times of a doctor: his shifts cut into pieces of one length, from the beginning of each, without those that touch a booked time. A doctor
/// without hours has them from midnight to midnight.
/// </summary>
internal static class Slots
{
    /// <param name="window">Slots lie wholly within it.</param>
    /// <param name="taken">In any order; may overlap.</param>
    public static IEnumerable<Stretch> Free(Shift shift, Stretch window, TimeSpan length, IReadOnlyCollection<Stretch> taken)
    {
        var booked = taken.OrderBy(time => time.Start).ToArray();
        foreach (var stretch in shift.Between(window.Start, window.End))
        {
            var passed = Math.Max(0, (window.Start - stretch.Start + length - TimeSpan.FromTicks(1)).Ticks / length.Ticks);
            for (var slot = SlotAt(stretch.Start + length * passed); slot.End <= stretch.End && slot.End <= window.End; slot = SlotAt(slot.End))
                if (!IsTaken(slot)) yield return slot;
        }

        Stretch SlotAt(DateTimeOffset start) => new(start, start + length);

        bool IsTaken(Stretch slot) => Array.Exists(booked, time => time.Start < slot.End && time.End > slot.Start);
    }
}

using System.ComponentModel.DataAnnotations;
using Consilium.Platform.Database;
using Consilium.Platform.Errors;
using Consilium.Platform.Json;
using Consilium.Platform.Paging;
using Consilium.Platform.Validation;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace Consilium.Modules.Clinic;

/// <summary>A time that can be booked.</summary>
/// <param name="Start">When it begins.</param>
/// <param name="End">When it is over.</param>
internal sealed record SlotResponse(DateTimeOffset Start, DateTimeOffset End);

/// <summary>Which slots to list.</summary>
/// <param name="From">Slots from this time on (RFC 3339); from now on when it is left out.</param>
/// <param name="To">Slots before this time (RFC 3339): seven days after <c>from</c> when it is left out, and at most 31.</param>
/// <param name="DurationMinutes">How many minutes a slot lasts; 30 when it is left out.</param>
internal sealed record SlotsFilter(
    [property: FromQuery(Name = "from"), MaxLength(AppointmentRules.MaxTime), DataType(DataType.DateTime)] string? From,
    [property: FromQuery(Name = "to"), MaxLength(AppointmentRules.MaxTime), DataType(DataType.DateTime)] string? To,
    [property: FromQuery(Name = "duration_minutes"), Range(Appointment.MinMinutes, Appointment.MaxMinutes)] int? DurationMinutes);

/// <summary>A doctor's free slots, for anybody who has signed in. They tell nothing of who has booked the others.</summary>
internal sealed class GetSlots(RequestTransaction transaction, Placing placing, TimeProvider clock)
{
    const int DefaultDays = 7;
    const int MaxDays = 31;
    const int DefaultMinutes = 30;

    public static void Map(RouteGroupBuilder doctors) => doctors.MapGet("/{id:guid}/slots", (
            Guid id, [AsParameters] SlotsFilter filter, GetSlots useCase, CancellationToken cancellationToken) => useCase.HandleAsync(id, filter, cancellationToken))
        .WithName("GetSlots")
        .WithSummary("List a doctor's free slots")
        .WithDescription("""
            Of one length, within the doctor's shifts by the clock where they are, without what is booked or has passed; all of them, in order. A doctor without shift times has
            slots all day round, one who has left has none.
            """);

    async Task<Results<Ok<Page<SlotResponse>>, ProblemHttpResult>> HandleAsync(Guid doctorId, SlotsFilter filter, CancellationToken cancellationToken)
    {
        var now = clock.UtcNow();
        var (window, problem) = Window(filter, now);
        if (problem is not null) return problem;
        var minutes = filter.DurationMinutes ?? DefaultMinutes;
        if (minutes is < Appointment.MinMinutes or > Appointment.MaxMinutes)
            return Problems.Invalid("duration_minutes", $"must be {Appointment.MinMinutes} to {Appointment.MaxMinutes}.");
        if (await placing.ShiftOfAsync(doctorId, cancellationToken) is not { } shift) return Problems.NotFound();
        if (window.Start < now) window = window with { Start = now };
        if (window.End <= window.Start) return TypedResults.Ok(new Page<SlotResponse>([], null));
        var free = Slots.Free(shift, window, TimeSpan.FromMinutes(minutes), await TakenAsync(doctorId, window, cancellationToken));
        return TypedResults.Ok(new Page<SlotResponse>([.. free.Select(slot => new SlotResponse(slot.Start, slot.End))], null));
    }

    static (Stretch Window, ProblemHttpResult? Problem) Window(SlotsFilter filter, DateTimeOffset now)
    {
        var (from, to) = (now, default(DateTimeOffset));
        if (filter.From is not null && TimeText.QueryFault(filter.From, out from) is { } fromFault) return (default, Problems.Invalid("from", fromFault));
        if (filter.To is null) to = from.AddDays(DefaultDays);
        else if (TimeText.QueryFault(filter.To, out to) is { } toFault) return (default, Problems.Invalid("to", toFault));
        if (to <= from) return (default, Problems.Invalid("to", "must be after from."));
        return to - from > TimeSpan.FromDays(MaxDays) ? (default, Problems.Invalid("to", $"must be at most {MaxDays} days after from.")) : (new(from, to), null);
    }

    async Task<List<Stretch>> TakenAsync(Guid doctorId, Stretch window, CancellationToken cancellationToken)
    {
        await using var batch = await transaction.BatchAsync(cancellationToken);
        batch.Add($"""
            SELECT a.starts_at, a.ends_at FROM clinic.appointments a
            WHERE a.doctor_id = $1 AND {Placing.HoldsTime} AND a.starts_at < $3 AND a.ends_at > $2 AND a.starts_at > $2 - {Placing.Longest}
            """).With(doctorId).With(window.Start).With(window.End);
        await using var rows = await batch.ExecuteReaderAsync(cancellationToken);
        var taken = new List<Stretch>();
        while (await rows.ReadAsync(cancellationToken)) taken.Add(new(rows.GetFieldValue<DateTimeOffset>(0), rows.GetFieldValue<DateTimeOffset>(1)));
        return taken;
    }
}

using System.ComponentModel.DataAnnotations;
using System.Text.Json;
using Consilium.Modules.Accounts.Contracts;
using Consilium.Modules.Care.Contracts;
using Consilium.Platform.Database;
using Consilium.Platform.Errors;
using Consilium.Platform.Json;
using Consilium.Platform.Text;
using Consilium.Platform.Validation;
using FluentValidation;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace Consilium.Modules.Clinic;

/// <summary>What is absent stays as it is; null clears <c>extras</c> and <c>hospital_id</c>.</summary>
/// <param name="TimeSlot">When it begins: RFC 3339, with an offset from UTC. Another time makes it rescheduled.</param>
/// <param name="DurationMinutes">5 to 480.</param>
/// <param name="Type">regular, remote or emergency.</param>
/// <param name="Extras">An object or a text, at most 4096 bytes.</param>
/// <param name="HospitalId">Where the doctor works.</param>
/// <param name="OverrideReason">Of an emergency that may lie on top of booked time or outside the doctor's shift: why.</param>
internal sealed record ChangeAppointmentRequest(
    [property: MaxLength(AppointmentRules.MaxTime), DataType(DataType.DateTime), RefusesNull] string? TimeSlot = null,
    [property: RefusesNull] int? DurationMinutes = null, [property: RefusesNull] string? Type = null, JsonElement? Extras = null, Guid? HospitalId = null, string? OverrideReason = null);

internal sealed class ChangeAppointmentValidator : AbstractValidator<ChangeAppointmentRequest>
{
    public ChangeAppointmentValidator()
    {
        RuleFor(r => r.TimeSlot).TimeSlot();
        RuleFor(r => r.DurationMinutes).DurationMinutes();
        RuleFor(r => r.Type).AppointmentType();
        RuleFor(r => r.Extras).Extras();
        RuleFor(r => r.OverrideReason).OptionalText(Appointment.MaxReason);
    }
}

/// <summary>Moves an appointment, or changes what is said about it, while it is open: the patient's side, its doctor, its hospital, administrators.</summary>
internal sealed class ChangeAppointment(
    ConsiliumDb db, RequestTransaction transaction, AppointmentAccess access, Placing placing, Reminders reminders, PatientChanges changes, TimeProvider clock)
{
    const string Rescheduled = "appointment.rescheduled";
    const string Changed = "appointment.changed";

    public static void Map(RouteGroupBuilder appointments) => appointments.MapPut("/{id:guid}", (
            Guid id, ChangeAppointmentRequest request, Caller caller, HttpContext http, ChangeAppointment useCase) =>
            useCase.HandleAsync(id, request, PartialUpdate.Of(http), caller, http.RequestAborted))
        .RequireRoles(PatientRule.Readers)
        .WithSummary("Reschedule or change an appointment")
        .WithDescription("""
            For the patient's side, its doctor, its hospital and administrators, while it is scheduled or rescheduled (otherwise 409 `appointment_closed`). Another time makes
            it `rescheduled` and is refused as in booking: 409 `doctor_busy`, `patient_busy`, `outside_shift`, `doctor_has_left`. A member that is left out stays; null clears
            `extras` and `hospital_id`, and is refused for the others, which cannot be empty.
            """);

    async Task<Results<Ok<AppointmentResponse>, ProblemHttpResult>> HandleAsync(
        Guid id, ChangeAppointmentRequest request, PartialUpdate update, Caller caller, CancellationToken cancellationToken)
    {
        if (update.FaultOf(nameof(request.TimeSlot), nameof(request.DurationMinutes), nameof(request.Type)) is { } fault) return fault;
        var (changed, problem) = await transaction.RunAsync(() => ChangeAsync(id, request, update, caller, cancellationToken), cancellationToken);
        return problem is null ? TypedResults.Ok(AppointmentResponse.Of(changed!)) : problem;
    }

    async Task<(Appointment? Changed, ProblemHttpResult? Problem)> ChangeAsync(
        Guid id, ChangeAppointmentRequest request, PartialUpdate update, Caller caller, CancellationToken cancellationToken)
    {
        var (grounds, problem) = await access.LockAsync(id, caller, Changed, AppointmentAccess.AllowChanges, cancellationToken);
        if (grounds is null) return (null, problem);
        var appointment = await db.Set<Appointment>().SingleAsync(a => a.Id == id, cancellationToken);
        if (!appointment.IsOpen)
            return (null, Problems.Conflict("appointment_closed", $"This appointment is {appointment.Status.Wire()}: book another one."));
        var now = clock.UtcNow();
        var startsAt = request.TimeSlot is { } slot ? TimeText.Of(slot) : appointment.StartsAt;
        if (await FaultAsync(appointment, startsAt, request, grounds, now, cancellationToken) is { } fault) return (null, fault);

        appointment.Describe(
            AppointmentNames.ParseType(request.Type) ?? appointment.Type,
            update.Clears(nameof(request.Extras)) ? null : AppointmentRules.TextOf(request.Extras) ?? appointment.Extras,
            update.Value(nameof(request.HospitalId), request.HospitalId, appointment.HospitalId), now);
        var duration = request.DurationMinutes is { } minutes ? TimeSpan.FromMinutes(minutes) : appointment.Duration;
        var isMoved = startsAt != appointment.StartsAt || duration != appointment.Duration;
        access.Add(appointment, caller, isMoved ? Rescheduled : Changed, grounds);
        if (isMoved || (appointment.Overrides && appointment.Type != AppointmentType.Emergency))
        {
            if (await MoveAsync(appointment, startsAt, duration, request.OverrideReason, grounds, now, cancellationToken) is { } busy) return (null, busy);
        }
        else
        {
            await db.SaveChangesAsync(cancellationToken);
        }
        changes.Announce(appointment.PatientId, PatientChange.Appointment);
        return (appointment, null);
    }

    /// <summary>Null when it has its new place.</summary>
    async Task<ProblemHttpResult?> MoveAsync(
        Appointment appointment, DateTimeOffset startsAt, TimeSpan duration, string? givenReason, string grounds, DateTimeOffset now, CancellationToken cancellationToken)
    {
        if (await placing.ShiftOfAsync(appointment.DoctorId, cancellationToken) is not { } shift) return Problems.NotFound();
        var reason = givenReason.TrimmedOrNull() ?? appointment.OverrideReason;
        appointment.Move(startsAt, duration, now);
        if (await placing.SaveAsync(appointment, shift, AppointmentAccess.AllowOutcomes(grounds) ? reason : null, cancellationToken) is { } busy) return busy;
        await reminders.QueueAsync(appointment, cancellationToken);
        return null;
    }

    async Task<ProblemHttpResult?> FaultAsync(
        Appointment appointment, DateTimeOffset startsAt, ChangeAppointmentRequest request, string grounds, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var isPatients = Grounds.ArePatients(grounds);
        if (isPatients && startsAt != appointment.StartsAt && startsAt < now) return Problems.Invalid("time_slot", "has passed.");
        if (isPatients && !VisibleText.IsBlank(request.OverrideReason))
            return Problems.Invalid("override_reason", "is for doctors, hospitals and administrators.");
        if (request.HospitalId is not { } hospital || hospital == appointment.HospitalId) return null;
        if (grounds == AppointmentAccess.ItsHospital) return Problems.Invalid("hospital_id", "must be your own.");
        return await placing.WorksAtAsync(appointment.DoctorId, hospital, cancellationToken)
            ? null
            : Problems.Invalid("hospital_id", "is no hospital that the doctor works at.");
    }
}

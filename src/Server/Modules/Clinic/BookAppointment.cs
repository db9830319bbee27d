using System.ComponentModel.DataAnnotations;
using System.Text.Json;
using Consilium.Modules.Accounts.Contracts;
using Consilium.Modules.Care.Contracts;
using Consilium.Platform.Database;
using Consilium.Platform.Errors;
using Consilium.Platform.Idempotency;
using Consilium.Platform.Json;
using Consilium.Platform.Text;
using Consilium.Platform.Validation;
using FluentValidation;
using Microsoft.AspNetCore.Http.HttpResults;
using NpgsqlTypes;

namespace Consilium.Modules.Clinic;

/// <summary>An appointment to book.</summary>
/// <param name="DoctorId">The doctor.</param>
/// <param name="PatientId">The patient.</param>
/// <param name="TimeSlot">When it begins: RFC 3339, with an offset from UTC.</param>
/// <param name="HospitalId">Where the doctor works. For hospitals it is their own.</param>
/// <param name="DurationMinutes">5 to 480; 30 when absent.</param>
/// <param name="Type">regular (when absent), remote or emergency.</param>
/// <param name="Extras">An object or a text, at most 4096 bytes.</param>
/// <param name="OverrideReason">Of an emergency that may lie on top of booked time or outside the doctor's shift: why.</param>
internal sealed record BookAppointmentRequest(
    Guid? DoctorId, Guid? PatientId, [property: MaxLength(AppointmentRules.MaxTime), DataType(DataType.DateTime)] string? TimeSlot,
    Guid? HospitalId = null, int? DurationMinutes = null, string? Type = null, JsonElement? Extras = null, string? OverrideReason = null);

internal sealed class BookAppointmentValidator : AbstractValidator<BookAppointmentRequest>
{
    public BookAppointmentValidator()
    {
        RuleFor(r => r.DoctorId).NotNull().WithMessage("is required.");
        RuleFor(r => r.PatientId).NotNull().WithMessage("is required.");
        RuleFor(r => r.TimeSlot).NotNull().WithMessage("is required.");
        RuleFor(r => r.TimeSlot).TimeSlot();
        RuleFor(r => r.DurationMinutes).DurationMinutes();
        RuleFor(r => r.Type).AppointmentType();
        RuleFor(r => r.Extras).Extras();
        RuleFor(r => r.OverrideReason).OptionalText(Appointment.MaxReason);
    }
}

/// <summary>
/// Books a doctor's time for a patient: the patient or a related user, a doctor for himself with patients of his, a hospital for doctors and patients of
/// its own, administrators.
/// </summary>
internal sealed class BookAppointment(
    ConsiliumDb db, RequestTransaction transaction, AppointmentAccess access, AccessLog log, Placing placing, Reminders reminders, PatientChanges changes, TimeProvider clock)
{
    const string Action = "appointment.booked";
    const int DefaultMinutes = 30;

    public static void Map(RouteGroupBuilder appointments) => appointments.MapPost("", (
            BookAppointmentRequest request, Caller caller, BookAppointment useCase, CancellationToken cancellationToken) =>
            useCase.HandleAsync(request, caller, cancellationToken))
        .RequireRoles(PatientRule.Readers)
        .JudgesReplays<RouteHandlerBuilder, BookAppointment>((useCase, replay) => useCase.ReplayRefusalAsync(replay))
        .WithSummary("Book an appointment")
        .WithDescription("""
            Patients book for themselves, related users for those they look after, doctors for themselves with their patients, hospitals for their doctors and patients; administrators for all.
            Doctor and patient must be free (409 `doctor_busy`, `patient_busy`), and the doctor at work (409 `outside_shift`). An emergency with an `override_reason`, by a
            doctor, a hospital or an administrator, is booked all the same. Only they write down what has passed. Nobody books a doctor whose account is closed (409
            `doctor_has_left`).
            """);

    async Task<Results<Created<AppointmentResponse>, ProblemHttpResult>> HandleAsync(
        BookAppointmentRequest request, Caller caller, CancellationToken cancellationToken)
    {
        var (booked, problem) = await transaction.RunAsync(() => BookAsync(request, caller, cancellationToken), cancellationToken);
        return problem is null ? TypedResults.Created($"{ClinicModule.Appointments}/{booked!.Id}", AppointmentResponse.Of(booked)) : problem;
    }

    async Task<(Appointment? Booked, ProblemHttpResult? Problem)> BookAsync(BookAppointmentRequest request, Caller caller, CancellationToken cancellationToken)
    {
        var booking = BookingOf(request, caller);
        if (await FindPartiesAsync(booking.DoctorId, booking.PatientId, booking.HospitalId, caller, cancellationToken) is not { } parties)
        {
            await log.ReadAsync(caller, booking.PatientId, Action, $"patient/{booking.PatientId}", grounds: null, cancellationToken);
            return (null, Problems.NotFound());
        }
        var now = clock.UtcNow();
        var reason = request.OverrideReason.TrimmedOrNull();
        if (Fault(booking, reason, parties, caller, now) is { } fault) return (null, fault);

        var appointment = Appointment.Book(Guid.CreateVersion7(), booking, caller.UserId, now);
        db.Add(appointment);
        access.Add(appointment, caller, Action, parties.Grounds);
        if (await placing.SaveAsync(appointment, parties.Shift, reason, cancellationToken) is { } busy) return (null, busy);
        await reminders.QueueAsync(appointment, cancellationToken);
        changes.Announce(appointment.PatientId, PatientChange.Appointment);
        return (appointment, null);
    }

    /// <summary>Null when the caller may book the two for each other still. The appointment that is shown again counts as read.</summary>
    async Task<IResult?> ReplayRefusalAsync(Replay replay)
    {
        var (caller, cancellationToken) = (replay.Http.Caller(), replay.Http.RequestAborted);
        if (replay.InBody("doctor_id") is not { } doctorId || replay.InBody("patient_id") is not { } patientId) return null; // it was taken away
        var grounds = (await FindPartiesAsync(doctorId, patientId, replay.InBody("hospital_id"), caller, cancellationToken))?.Grounds;
        if (grounds is null || replay.IsShown)
            await log.ReadAsync(caller, patientId, "appointment.read", $"appointment/{replay.InBody("id")}", grounds, cancellationToken);
        return grounds is null ? Problems.NotFound() : null;
    }

    static AppointmentBooking BookingOf(BookAppointmentRequest request, Caller caller) => new(
        request.DoctorId!.Value, request.PatientId!.Value, request.HospitalId ?? (caller.Is(Role.Hospital) ? caller.UserId : null),
        TimeText.Of(request.TimeSlot!), TimeSpan.FromMinutes(request.DurationMinutes ?? DefaultMinutes),
        AppointmentNames.ParseType(request.Type) ?? AppointmentType.Regular, AppointmentRules.TextOf(request.Extras));

    static ProblemHttpResult? Fault(AppointmentBooking booking, string? reason, Parties parties, Caller caller, DateTimeOffset now)
    {
        var isPatients = Grounds.ArePatients(parties.Grounds);
        if (isPatients && booking.StartsAt < now) return Problems.Invalid("time_slot", "has passed.");
        if (booking.HospitalId is { } hospital)
        {
            if (parties.Grounds == Grounds.Hospital && hospital != caller.UserId) return Problems.Invalid("hospital_id", "must be your own.");
            if (!parties.DoctorWorksThere) return Problems.Invalid("hospital_id", "is no hospital that the doctor works at.");
        }
        if (reason is null) return null;
        if (isPatients) return Problems.Invalid("override_reason", "is for doctors, hospitals and administrators.");
        return booking.Type == AppointmentType.Emergency ? null : Problems.Invalid("override_reason", "is for emergencies.");
    }

    /// <summary>Null when there is no such doctor, or no patient whom the caller may book him for.</summary>
    async Task<Parties?> FindPartiesAsync(Guid doctorId, Guid patientId, Guid? hospitalId, Caller caller, CancellationToken cancellationToken)
    {
        await using var batch = await transaction.BatchAsync(cancellationToken);
        batch.Add($"""
            SELECT access.grounds, {Placing.ShiftColumns},
                   EXISTS (SELECT 1 FROM {CareViews.HospitalDoctors} hd JOIN {CareViews.Hospitals} h ON h.id = hd.hospital_id WHERE hd.doctor_id = d.id AND hd.hospital_id = $5)
            FROM {CareViews.Doctors} d CROSS JOIN {CareViews.Patients} p
            CROSS JOIN LATERAL (
                SELECT '{Grounds.Admin}' AS grounds WHERE $2
                UNION ALL SELECT reader.grounds FROM {CareViews.Readers} reader
                WHERE reader.patient_id = p.id AND reader.reader_id = $1
                  AND (reader.grounds = '{Grounds.Own}' OR reader.grounds LIKE '{Grounds.Related}%'
                       OR (reader.grounds = '{Grounds.Doctor}' AND d.id = $1)
                       OR (reader.grounds = '{Grounds.Hospital}' AND EXISTS (
                            SELECT 1 FROM {CareViews.HospitalDoctors} own WHERE own.hospital_id = $1 AND own.doctor_id = d.id)))
                LIMIT 1) access
            WHERE d.id = $3 AND p.id = $4
            """).By(caller).With(doctorId).With(patientId).With(NpgsqlDbType.Uuid, hospitalId);
        await using var row = await batch.ExecuteReaderAsync(cancellationToken);
        return await row.ReadAsync(cancellationToken) ? new(row.GetString(0), Placing.ReadShift(row, 1), row.GetBoolean(5)) : null;
    }

    sealed record Parties(string Grounds, Shift Shift, bool DoctorWorksThere);
}

using Consilium.Modules.Care.Contracts;
using Consilium.Platform.Database;
using Consilium.Platform.Errors;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace Consilium.Modules.Clinic;

/// <summary>
/// Puts an appointment into the time of its doctor and its patient, or says who is busy. That nobody is booked twice is a rule of the table: its exclusion
/// constraints have the last word. That nothing ordinary comes to lie on an emergency is looked up, and holds because all who place something in the
/// same person's time take turns (see docs/appointments.md).
/// </summary>
internal sealed class Placing(ConsiliumDb db, RequestTransaction transaction)
{
    /// <summary>Statuses of appointments that hold their time, as a condition on <c>a</c>.</summary>
    public const string HoldsTime = "a.status IN ('scheduled', 'rescheduled') AND a.deleted_at IS NULL";

    /// <summary>What starts earlier than so long before a time has ended by then, whatever it is: lets the indexes by start serve.</summary>
    public const string Longest = "interval '480 minutes'";

    /// <summary>What <see cref="ReadShift"/> reads, of a doctor <c>d</c>.</summary>
    public const string ShiftColumns = $"d.shift_time_start, d.shift_time_end, d.time_zone, {CareViews.DoctorHasLeft}";

    // In the order of the keys, so that nobody waits in a circle.
    const string TakeTurn = """
        SELECT pg_advisory_xact_lock(person.key)
        FROM (SELECT DISTINCT hashtextextended('clinic.time ' || id, 0) AS key FROM unnest(ARRAY[$1::text, $2::text]) id ORDER BY key) person
        """;

    const string Overlaps = $"{HoldsTime} AND a.starts_at < $4 AND a.ends_at > $3 AND a.starts_at > $3 - {Longest} AND a.id <> $5";

    const string FindBusy = $"""
        (SELECT true FROM clinic.appointments a WHERE a.doctor_id = $1 AND {Overlaps} LIMIT 1)
        UNION ALL (SELECT false FROM clinic.appointments a WHERE a.patient_id = $2 AND {Overlaps} LIMIT 1)
        LIMIT 1
        """;

    /// <summary>Saves the appointment, with everything else that waits to be saved, where it is now.</summary>
    /// <param name="overrideReason">Where an emergency may override: why. It is tried as an ordinary appointment first.</param>
    /// <returns>Null when it has its place; otherwise nothing is saved.</returns>
    public async Task<ProblemHttpResult?> SaveAsync(Appointment appointment, Shift shift, string? overrideReason, CancellationToken cancellationToken)
    {
        if (shift.HasLeft) return Problem(Refusal.DoctorHasLeft);
        var mayOverride = appointment.Type == AppointmentType.Emergency && overrideReason is not null;
        var refusal = shift.Contains(new(appointment.StartsAt, appointment.EndsAt)) ? null : (Refusal?)Refusal.OutsideShift;
        if (!mayOverride)
        {
            // Most of many who want one time hear so without waiting for their turn.
            refusal ??= await FindBusyAsync(appointment, inTurn: false, cancellationToken);
            if (refusal is not null) return Problem(refusal.Value);
        }
        var busy = await FindBusyAsync(appointment, inTurn: true, cancellationToken);
        refusal ??= busy ?? await TrySaveAsync(cancellationToken);
        if (refusal is null) return null;
        if (!mayOverride) return Problem(refusal.Value);
        appointment.Override(overrideReason!);
        await db.SaveChangesAsync(cancellationToken);
        return null;
    }

    /// <summary>The doctor's hours; null when there is no such doctor.</summary>
    public async Task<Shift?> ShiftOfAsync(Guid doctorId, CancellationToken cancellationToken)
    {
        await using var batch = await transaction.BatchAsync(cancellationToken);
        batch.Add($"SELECT {ShiftColumns} FROM {CareViews.Doctors} d WHERE d.id = $1").With(doctorId);
        await using var row = await batch.ExecuteReaderAsync(cancellationToken);
        return await row.ReadAsync(cancellationToken) ? ReadShift(row, 0) : null;
    }

    /// <summary>From the four columns of <see cref="ShiftColumns"/>.</summary>
    public static Shift ReadShift(NpgsqlDataReader row, int column) =>
        new(row.Nullable<TimeOnly>(column), row.Nullable<TimeOnly>(column + 1), row.GetString(column + 2), row.GetBoolean(column + 3));

    /// <summary>Whether the doctor is mapped to the hospital.</summary>
    public async Task<bool> WorksAtAsync(Guid doctorId, Guid hospitalId, CancellationToken cancellationToken)
    {
        await using var batch = await transaction.BatchAsync(cancellationToken);
        batch.Add($"""
            SELECT 1 FROM {CareViews.HospitalDoctors} hd JOIN {CareViews.Hospitals} h ON h.id = hd.hospital_id WHERE hd.doctor_id = $1 AND hd.hospital_id = $2
            """).With(doctorId).With(hospitalId);
        return await batch.ExecuteScalarAsync(cancellationToken) is not null;
    }

    async Task<Refusal?> TrySaveAsync(CancellationToken cancellationToken)
    {
        try
        {
            await db.SaveChangesAsync(cancellationToken); // behind a savepoint: after a refusal the transaction goes on
            return null;
        }
        catch (DbUpdateException fault) when (fault.InnerException is PostgresException { SqlState: PostgresErrorCodes.ExclusionViolation } refused)
        {
            return refused.ConstraintName == "doctor_is_free" ? Refusal.DoctorBusy : Refusal.PatientBusy;
        }
    }

    /// <param name="inTurn">Waits until nobody else places anything in the doctor's or the patient's time, and keeps the turn until the transaction ends.</param>
    async Task<Refusal?> FindBusyAsync(Appointment appointment, bool inTurn, CancellationToken cancellationToken)
    {
        await using var batch = await transaction.BatchAsync(cancellationToken);
        if (inTurn) batch.Add(TakeTurn).With(appointment.DoctorId.ToString()).With(appointment.PatientId.ToString());
        batch.Add(FindBusy).With(appointment.DoctorId).With(appointment.PatientId).With(appointment.StartsAt).With(appointment.EndsAt).With(appointment.Id);
        await using var row = await batch.ExecuteReaderAsync(cancellationToken);
        if (inTurn) await row.NextResultAsync(cancellationToken);
        return await row.ReadAsync(cancellationToken) ? row.GetBoolean(0) ? Refusal.DoctorBusy : Refusal.PatientBusy : null;
    }

    static ProblemHttpResult Problem(Refusal refusal) => refusal switch
    {
        Refusal.DoctorBusy => Problems.Conflict("doctor_busy", "The doctor has another appointment at this time."),
        Refusal.DoctorHasLeft => Problems.Conflict("doctor_has_left", "The doctor's account is closed: choose another doctor."),
        Refusal.PatientBusy => Problems.Conflict("patient_busy", "The patient has another appointment at this time."),
        _ => Problems.Conflict("outside_shift", "The doctor does not work at this time: ask for his free slots."),
    };

    enum Refusal { DoctorHasLeft, DoctorBusy, PatientBusy, OutsideShift }
}

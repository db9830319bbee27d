namespace Consilium.Modules.Clinic;

/// <summary>How doctor and patient meet.</summary>
internal enum AppointmentType { Regular, Remote, Emergency }

/// <summary>What has become of an appointment.</summary>
internal enum AppointmentStatus { Scheduled, Rescheduled, Completed, Cancelled, NoShow }

/// <summary>
/// A time that a doctor and a patient have for each other. It holds both until it is completed, cancelled, missed or taken back, which are final.
/// </summary>
internal sealed class Appointment
{
    public const int MinMinutes = 5;
    public const int MaxMinutes = 480;
    public const int MaxReason = 500;

    Appointment() { }

    public Guid Id { get; private set; }
    public Guid DoctorId { get; private set; }
    public Guid PatientId { get; private set; }
    public Guid? HospitalId { get; private set; }
    public DateTimeOffset StartsAt { get; private set; }
    public DateTimeOffset EndsAt { get; private set; }
    public AppointmentType Type { get; private set; }
    public AppointmentStatus Status { get; private set; }

    /// <summary>JSON as it was sent: an object or a text.</summary>
    public string? Extras { get; private set; }

    /// <summary>Whether it lies on top of what was booked before, or outside the doctor's shift: emergencies alone.</summary>
    public bool Overrides { get; private set; }

    public string? OverrideReason { get; private set; }
    public Guid? CancelledBy { get; private set; }
    public string? CancellationReason { get; private set; }

    /// <summary>Of the changes that a calendar should know of (RFC 5545); what was to be said about an earlier one is out of date.</summary>
    public int Sequence { get; private set; }

    public Guid CreatedBy { get; private set; }
    public DateTimeOffset CreatedAt { get; private set; }
    public DateTimeOffset UpdatedAt { get; private set; }
    public DateTimeOffset? DeletedAt { get; private set; }

    public bool IsOpen => Status.IsOpen();

    public TimeSpan Duration => EndsAt - StartsAt;

    public static Appointment Book(Guid id, AppointmentBooking booking, Guid by, DateTimeOffset at) => new()
    {
        Id = id,
        DoctorId = booking.DoctorId,
        PatientId = booking.PatientId,
        HospitalId = booking.HospitalId,
        StartsAt = booking.StartsAt,
        EndsAt = booking.StartsAt + booking.Duration,
        Type = booking.Type,
        Extras = booking.Extras,
        CreatedBy = by,
        CreatedAt = at,
        UpdatedAt = at,
    };

    /// <summary>Gives it another time, as an ordinary appointment. Where the start stays, it counts as no other time: only its end moves.</summary>
    public void Move(DateTimeOffset startsAt, TimeSpan duration, DateTimeOffset at)
    {
        if (startsAt != StartsAt) Status = AppointmentStatus.Rescheduled;
        (StartsAt, EndsAt, Overrides, OverrideReason) = (startsAt, startsAt + duration, false, null);
        Changed(at);
    }

    /// <summary>Lays it on top of whatever is booked.</summary>
    public void Override(string reason) => (Overrides, OverrideReason) = (true, reason);

    /// <summary>What is said about it; null leaves it as it is.</summary>
    public void Describe(AppointmentType type, string? extras, Guid? hospitalId, DateTimeOffset at) =>
        (Type, Extras, HospitalId, UpdatedAt) = (type, extras, hospitalId, at);

    /// <summary>False, and nothing is changed, when it is over in another way already.</summary>
    public bool Cancel(string? reason, Guid by, DateTimeOffset at)
    {
        if (!End(AppointmentStatus.Cancelled, at)) return false;
        (CancelledBy, CancellationReason) = (by, reason);
        return true;
    }

    /// <summary>Says how it ended: completed or missed. False, and nothing is changed, when no step leads there.</summary>
    public bool Conclude(AppointmentStatus outcome, DateTimeOffset at) =>
        outcome is AppointmentStatus.Completed or AppointmentStatus.NoShow && End(outcome, at);

    /// <summary>Takes it back: from now on it never was.</summary>
    public void Delete(DateTimeOffset at)
    {
        DeletedAt = at;
        Changed(at);
    }

    bool End(AppointmentStatus outcome, DateTimeOffset at)
    {
        if (!IsOpen) return false;
        Status = outcome;
        Changed(at);
        return true;
    }

    void Changed(DateTimeOffset at)
    {
        Sequence++;
        UpdatedAt = at;
    }
}

/// <summary>What is to be booked.</summary>
internal sealed record AppointmentBooking(
    Guid DoctorId, Guid PatientId, Guid? HospitalId, DateTimeOffset StartsAt, TimeSpan Duration, AppointmentType Type, string? Extras);

/// <summary>The names of types and statuses on the wire and in the database. Exact names alone; null for anything else.</summary>
internal static class AppointmentNames
{
    static readonly string[] Types = ["regular", "remote", "emergency"];
    static readonly string[] Statuses = ["scheduled", "rescheduled", "completed", "cancelled", "no_show"];

    public static string Wire(this AppointmentType type) => Types[(int)type];

    public static string Wire(this AppointmentStatus status) => Statuses[(int)status];

    /// <summary>Whether the time is held: nothing else may be booked there.</summary>
    public static bool IsOpen(this AppointmentStatus status) => status is AppointmentStatus.Scheduled or AppointmentStatus.Rescheduled;

    public static AppointmentType? ParseType(string? name) => Array.IndexOf(Types, name) is >= 0 and var index ? (AppointmentType)index : null;

    public static AppointmentStatus? ParseStatus(string? name) => Array.IndexOf(Statuses, name) is >= 0 and var index ? (AppointmentStatus)index : null;
}

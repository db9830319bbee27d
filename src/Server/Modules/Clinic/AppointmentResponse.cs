using System.Text.Json;
using Consilium.Platform.Database;
using Consilium.Platform.Idempotency;
using Npgsql;

namespace Consilium.Modules.Clinic;

/// <summary>An appointment, as everybody who may see it sees it.</summary>
/// <param name="Id">The id of the appointment.</param>
/// <param name="DoctorId">The doctor.</param>
/// <param name="PatientId">The patient.</param>
/// <param name="HospitalId">The hospital where it takes place; null for none.</param>
/// <param name="TimeSlot">When it begins.</param>
/// <param name="DurationMinutes">How many minutes it lasts.</param>
/// <param name="Type">How they meet.</param>
/// <param name="Status">What has become of it.</param>
/// <param name="Extras">An object or a text, as it was sent.</param>
/// <param name="Overrides">Whether it is an emergency on top of what was booked before, or outside the doctor's shift.</param>
/// <param name="OverrideReason">Why an emergency lies on top of booked time or outside the shift; null otherwise.</param>
/// <param name="CancelledBy">The account that cancelled it.</param>
/// <param name="CancellationReason">Why it was cancelled; null otherwise.</param>
/// <param name="CreatedAt">When it was booked.</param>
/// <param name="UpdatedAt">When it was last changed.</param>
internal sealed record AppointmentResponse(
    Guid Id, Guid DoctorId, Guid PatientId, Guid? HospitalId, DateTimeOffset TimeSlot, int DurationMinutes, AppointmentType Type, AppointmentStatus Status,
    JsonElement? Extras, bool Overrides, string? OverrideReason, Guid? CancelledBy, string? CancellationReason, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt)
    : IHasResourceId
{
    /// <summary>From <c>clinic.appointments a</c>.</summary>
    public const string Columns = """
        a.id, a.doctor_id, a.patient_id, a.hospital_id, a.starts_at, a.ends_at, a.type, a.status, a.extras, a.overrides, a.override_reason, a.cancelled_by,
        a.cancellation_reason, a.created_at, a.updated_at
        """;

    public const int ColumnCount = 15;

    public static AppointmentResponse Read(NpgsqlDataReader row)
    {
        var (startsAt, endsAt) = (row.GetFieldValue<DateTimeOffset>(4), row.GetFieldValue<DateTimeOffset>(5));
        return new(
            row.GetGuid(0), row.GetGuid(1), row.GetGuid(2), row.Nullable<Guid>(3), startsAt, Minutes(endsAt - startsAt),
            AppointmentNames.ParseType(row.GetString(6))!.Value, AppointmentNames.ParseStatus(row.GetString(7))!.Value, Json(row.NullableString(8)), row.GetBoolean(9),
            row.NullableString(10), row.Nullable<Guid>(11), row.NullableString(12), row.GetFieldValue<DateTimeOffset>(13), row.GetFieldValue<DateTimeOffset>(14));
    }

    public static AppointmentResponse Of(Appointment a) => new(
        a.Id, a.DoctorId, a.PatientId, a.HospitalId, a.StartsAt, Minutes(a.Duration), a.Type, a.Status, Json(a.Extras), a.Overrides, a.OverrideReason, a.CancelledBy,
        a.CancellationReason, a.CreatedAt, a.UpdatedAt);

    static int Minutes(TimeSpan duration) => (int)duration.TotalMinutes;

    static JsonElement? Json(string? text)
    {
        if (text is null) return null;
        using var document = JsonDocument.Parse(text);
        return document.RootElement.Clone();
    }
}

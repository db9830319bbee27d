using Consilium.Platform.Database;
using Npgsql;

namespace Consilium.Modules.Care;

/// <summary>A doctor as every signed-in user sees them. The shift is local time in <c>time_zone</c>; an end before the start is on the next day.</summary>
/// <param name="Id">The id of the doctor, which is the account's id too.</param>
/// <param name="Name">The doctor's full name.</param>
/// <param name="Photo">The address of a picture; null when there is none.</param>
/// <param name="Designation">What the doctor is called at work; null when it was not told.</param>
/// <param name="Experience">The doctor's experience in words or years; null when it was not told.</param>
/// <param name="Details">What patients should know about the doctor; null when nothing was told.</param>
/// <param name="Contact">How to reach the doctor; null when it was not told.</param>
/// <param name="Specialities">What the doctor practises.</param>
/// <param name="ShiftTimeStart">When the shift begins, local time; null where the doctor told no shift.</param>
/// <param name="ShiftTimeEnd">When the shift ends, local time; null where the doctor told no shift.</param>
/// <param name="TimeZone">The IANA time zone of the shift.</param>
/// <param name="CreatedAt">When the profile was created.</param>
/// <param name="UpdatedAt">When the profile was last changed.</param>
internal sealed record DoctorResponse(
    Guid Id, string Name, string? Photo, string? Designation, string? Experience, string? Details, string? Contact, IReadOnlyList<string> Specialities,
    TimeOnly? ShiftTimeStart, TimeOnly? ShiftTimeEnd, string TimeZone, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt)
{
    public static DoctorResponse Of(Doctor doctor) => new(
        doctor.Id, doctor.Name, doctor.Photo, doctor.Designation, doctor.Experience, doctor.Details, doctor.Contact, doctor.Specialities,
        doctor.ShiftTimeStart, doctor.ShiftTimeEnd, doctor.TimeZone, doctor.CreatedAt, doctor.UpdatedAt);
}

/// <summary>Doctors as rows of a query.</summary>
internal static class DoctorRows
{
    /// <summary>Of <c>care.doctors</c> as <c>d</c>.</summary>
    public const string Columns =
        "d.id, d.name, d.photo, d.designation, d.experience, d.details, d.contact, d.specialities, d.shift_time_start, d.shift_time_end, d.time_zone, d.created_at, d.updated_at";

    /// <summary>How many columns these are: what follows them has this ordinal.</summary>
    public const int Width = 13;

    public static DoctorResponse Read(NpgsqlDataReader row) => new(
        row.GetGuid(0), row.GetString(1), row.NullableString(2), row.NullableString(3), row.NullableString(4), row.NullableString(5), row.NullableString(6),
        row.GetFieldValue<string[]>(7), row.Nullable<TimeOnly>(8), row.Nullable<TimeOnly>(9), row.GetString(10),
        row.GetFieldValue<DateTimeOffset>(11), row.GetFieldValue<DateTimeOffset>(12));
}

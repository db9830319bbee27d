using System.Text.Json.Serialization;
using Consilium.Platform.Database;
using Npgsql;

namespace Consilium.Modules.Care;

/// <summary>A patient's profile, for those who may read the patient's data.</summary>
/// <param name="Id">The id of the patient. For a patient with an account of their own it is the account's id.</param>
/// <param name="UserId">The patient's own account, or the one that added the dependant.</param>
/// <param name="Name">The patient's full name.</param>
/// <param name="Dob">The date of birth; null when it is not known.</param>
/// <param name="Age">In years: from the date of birth where it is known, else as told.</param>
/// <param name="Gender">The patient's gender; null when it was not told.</param>
/// <param name="Contact">How to reach the patient; null when it was not told.</param>
/// <param name="Photo">The address of a picture; null when there is none.</param>
/// <param name="BloodGroup">The blood group; null when it is not known.</param>
/// <param name="Height">In centimetres.</param>
/// <param name="Weight">In kilograms.</param>
/// <param name="MedicalInfo">Allergies, medications and conditions.</param>
/// <param name="EmergencyContactName">Whom to call in an emergency; null when nobody was told.</param>
/// <param name="EmergencyContactNumber">The number to call in an emergency; null when none was told.</param>
/// <param name="Address">The postal address; null when it was not told.</param>
/// <param name="CreatedAt">When the profile was created.</param>
/// <param name="UpdatedAt">When the profile was last changed.</param>
/// <param name="Relation">Among the patients of an account: what its owner is to the patient.</param>
internal sealed record PatientResponse(
    Guid Id, Guid? UserId, string Name, DateOnly? Dob, int? Age, string? Gender, string? Contact, string? Photo, string? BloodGroup, decimal? Height,
    decimal? Weight, MedicalInfo MedicalInfo, string? EmergencyContactName, string? EmergencyContactNumber, string? Address, DateTimeOffset CreatedAt,
    DateTimeOffset UpdatedAt, [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] Relation? Relation = null)
{
    /// <summary>Who it is and nothing else, for those who may not read the patient's data.</summary>
    public PatientResponse InBrief() => new(
        Id, UserId: null, Name, Dob, Age: null, Gender, Contact: null, Photo: null, BloodGroup: null, Height: null, Weight: null, new([], [], []),
        EmergencyContactName: null, EmergencyContactNumber: null, Address: null, CreatedAt, UpdatedAt);

    public static PatientResponse Of(Patient patient, TimeProvider clock) => new(
        patient.Id, patient.UserId, patient.Name, patient.Dob, patient.Dob is { } dob ? Patient.AgeOf(dob, Patient.Today(clock)) : patient.Age, patient.Gender,
        patient.Contact, patient.Photo, patient.BloodGroup, patient.Height, patient.Weight, new(patient.Allergies, patient.Medications, patient.Conditions),
        patient.EmergencyContactName, patient.EmergencyContactNumber, patient.Address, patient.CreatedAt, patient.UpdatedAt);
}

/// <summary>What is known about a patient in three lists.</summary>
/// <param name="Allergies">What the patient is allergic to.</param>
/// <param name="Medications">What the patient takes.</param>
/// <param name="Conditions">What the patient is known to have.</param>
internal sealed record MedicalInfo(IReadOnlyList<string> Allergies, IReadOnlyList<string> Medications, IReadOnlyList<string> Conditions);

/// <summary>Patients as rows of a query.</summary>
internal static class PatientRows
{
    /// <summary>Of <c>care.patients</c> as <c>p</c>.</summary>
    public const string Columns = """
        p.id, p.user_id, p.name, p.dob, p.age, p.gender, p.contact, p.photo, p.blood_group, p.height, p.weight, p.allergies, p.medications, p.conditions,
        p.emergency_contact_name, p.emergency_contact_number, p.address, p.created_at, p.updated_at
        """;

    /// <summary>How many columns these are: what follows them has this ordinal.</summary>
    public const int Width = 19;

    /// <param name="clock">For the age today.</param>
    public static PatientResponse Read(NpgsqlDataReader row, TimeProvider clock)
    {
        var dob = row.Nullable<DateOnly>(3);
        return new(
            row.GetGuid(0), row.GetGuid(1), row.GetString(2), dob, dob is null ? row.Nullable<int>(4) : Patient.AgeOf(dob.Value, Patient.Today(clock)),
            row.NullableString(5), row.NullableString(6), row.NullableString(7), row.NullableString(8), row.Nullable<decimal>(9), row.Nullable<decimal>(10),
            new(row.GetFieldValue<string[]>(11), row.GetFieldValue<string[]>(12), row.GetFieldValue<string[]>(13)),
            row.NullableString(14), row.NullableString(15), row.NullableString(16), row.GetFieldValue<DateTimeOffset>(17), row.GetFieldValue<DateTimeOffset>(18));
    }
}

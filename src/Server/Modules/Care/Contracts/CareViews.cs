namespace Consilium.Modules.Care.Contracts;

/// <summary>What other modules may join in their own statements.</summary>
internal static class CareViews
{
    /// <summary>(patient_id, reader_id, grounds): see <see cref="PatientRule"/></summary>
    public const string Readers = "care.access_readers";

    /// <summary>(id, user_id, name, search_text)</summary>
    public const string Patients = "care.access_patients";

    /// <summary>(id, name, shift_time_start, shift_time_end, time_zone)</summary>
    public const string Doctors = "care.access_doctors";

    /// <summary>(id, name)</summary>
    public const string Hospitals = "care.access_hospitals";

    /// <summary>(hospital_id, doctor_id)</summary>
    public const string HospitalDoctors = "care.access_hospital_doctors";

    /// <summary>Whether the account of a doctor <c>d</c> is closed, as a condition.</summary>
    public const string DoctorHasLeft = "EXISTS (SELECT 1 FROM accounts.access_users account WHERE account.id = d.id AND NOT account.is_active)";
}

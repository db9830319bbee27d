using Consilium.Platform.OpenApi;

namespace Consilium.Modules.Care;

/// <summary>What the API's document shows with the bodies of profiles.</summary>
[BodyExamples]
internal static class ProfileExamples
{
    static readonly Guid HospitalId = new("0199c0de-7a00-7000-8000-0000000000c1");
    static readonly Guid DoctorId = new("0199c0de-7a00-7000-8000-0000000000c2");
    static readonly Guid PatientId = new("0199c0de-7a00-7000-8000-0000000000c3");
    static readonly DateTimeOffset At = new(2026, 1, 31, 9, 30, 0, TimeSpan.Zero);

    const string Password = "four plain words here";

    static SignUpDoctorRequest SignUpDoctor => new()
    {
        Email = "doctor.example@example.com", Password = Password, Name = "Doctor Example", Designation = "Cardiologist", Experience = "12 years",
        Specialities = ["Cardiology"], ShiftTimeStart = "09:00", ShiftTimeEnd = "17:00", TimeZone = "Europe/Berlin",
    };

    static SignUpDoctorRequest SignUpDoctorWithoutShift =>
        new() { Email = "doctor.example@example.com", Password = Password, Name = "Doctor Example" };

    static SignUpHospitalRequest SignUpHospital => new()
    {
        Email = "hospital.example@example.com", Password = Password, Name = "Example Hospital", City = "Sampletown", Specialities = ["Cardiology"],
        Website = "https://hospital.example.com",
    };

    static SignUpPatientRequest SignUpPatient => new()
    {
        Email = "patient.example@example.com", Password = Password, Name = "Patient Example", Dob = new(1990, 1, 31), Gender = "other", BloodGroup = "0+",
        Height = 172.5m, Weight = 68, Allergies = ["Penicillin"], Medications = [], Conditions = [],
    };

    static CreateHospitalRequest CreateHospital => new()
    {
        Name = "Example Hospital", City = "Sampletown", Email = "hospital.example@example.com", Specialities = ["Cardiology"], Website = "https://hospital.example.com",
    };

    static UpdateHospitalRequest UpdateHospital => new() { Contact = "+00 0000 0000", Specialities = ["Cardiology", "Surgery"] };

    static UpdateDoctorRequest UpdateDoctor => new() { ShiftTimeStart = "20:00", ShiftTimeEnd = "06:00", TimeZone = "Europe/Berlin" };

    static UpdateDoctorRequest UpdateDoctorWithoutShift => new() { Designation = "Head of cardiology" };

    static UpdatePatientRequest UpdatePatient => new() { Weight = 69.5m, Allergies = ["Penicillin", "Pollen"] };

    static AddDependantRequest AddDependant => new() { Name = "Child Example", Dob = new(2020, 2, 29), Relation = Relation.Parent };

    static HospitalResponse Hospital => new(
        HospitalId, "Example Hospital", "1 Example Street", "Sampletown", State: null, Country: null, "+00 0000 0000", PinCode: null, "hospital.example@example.com",
        ["Cardiology"], Link: null, "https://hospital.example.com", At, At);

    static DoctorResponse Doctor => new(
        DoctorId, "Doctor Example", Photo: null, "Cardiologist", "12 years", Details: null, Contact: null, ["Cardiology"], new(9, 0), new(17, 0), "Europe/Berlin", At, At);

    static PatientResponse Patient => new(
        PatientId, PatientId, "Patient Example", new(1990, 1, 31), 36, "other", Contact: null, Photo: null, "0+", 172.5m, 68, new(["Penicillin"], [], []),
        EmergencyContactName: null, EmergencyContactNumber: null, Address: null, At, At);
}

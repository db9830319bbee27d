using Consilium.Platform.OpenApi;

namespace Consilium.Modules.Care;

/// <summary>What the API's document shows with the bodies of profiles.</summary>
[BodyExamples]
internal static class ProfileExamples
{
    const string Password = "four plain words here";

    static SignUpDoctorRequest SignUpDoctor => new()
    {
        Email = "doctor.example@example.com", Password = Password, Name = "Doctor Example", Designation = "Cardiologist", Experience = "12 years",
        Specialities = ["Cardiology"], ShiftTimeStart = "09:00", ShiftTimeEnd = "17:00", TimeZone = "Europe/Berlin",
    };

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
}

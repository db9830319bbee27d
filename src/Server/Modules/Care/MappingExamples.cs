using Consilium.Modules.Care.Contracts;
using Consilium.Platform.OpenApi;

namespace Consilium.Modules.Care;

/// <summary>What the API's document shows with the bodies of mappings and live hints.</summary>
[BodyExamples]
internal static class MappingExamples
{
    static readonly Guid HospitalId = new("0199c0de-7a00-7000-8000-0000000000c1");
    static readonly Guid DoctorId = new("0199c0de-7a00-7000-8000-0000000000c2");
    static readonly Guid PatientId = new("0199c0de-7a00-7000-8000-0000000000c3");
    static readonly Guid UserId = new("0199c0de-7a00-7000-8000-0000000000c4");
    static readonly DateTimeOffset At = new(2026, 1, 31, 9, 30, 0, TimeSpan.Zero);

    static HospitalDoctorRequest HospitalDoctor => new(HospitalId, DoctorId);

    static HospitalPatientRequest HospitalPatient => new(HospitalId, PatientId);

    static DoctorPatientRequest DoctorPatient => new(DoctorId, PatientId);

    static UserPatientRequest UserPatient => new(UserId, PatientId, Relation.Parent);

    static MappingResponse Mapping => MappingKind.DoctorPatient.Of(new("0199c0de-7a00-7000-8000-000000000401"), DoctorId, PatientId, relation: null, At);

    static PatientHint Hint => PatientHint.Of(PatientId, PatientChange.Report, At);
}

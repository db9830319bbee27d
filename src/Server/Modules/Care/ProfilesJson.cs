using System.Text.Json.Serialization;
using Consilium.Platform.Paging;

namespace Consilium.Modules.Care;

/// <summary>Serializers of profiles made at compile time.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(HospitalResponse))]
[JsonSerializable(typeof(Page<HospitalResponse>))]
[JsonSerializable(typeof(DoctorResponse))]
[JsonSerializable(typeof(Page<DoctorResponse>))]
[JsonSerializable(typeof(PatientResponse))]
[JsonSerializable(typeof(Page<PatientResponse>))]
internal sealed partial class ProfilesJson : JsonSerializerContext;

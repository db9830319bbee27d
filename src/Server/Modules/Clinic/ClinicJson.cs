using System.Text.Json.Serialization;
using Consilium.Platform.Paging;

namespace Consilium.Modules.Clinic;

/// <summary>Serializers made at compile time.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(AppointmentResponse))]
[JsonSerializable(typeof(Page<AppointmentResponse>))]
[JsonSerializable(typeof(Page<SlotResponse>))]
[JsonSerializable(typeof(Page<ReminderResponse>))]
internal sealed partial class ClinicJson : JsonSerializerContext;

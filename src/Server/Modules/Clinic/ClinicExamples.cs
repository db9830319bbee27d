using System.Text.Json;
using Consilium.Platform.OpenApi;

namespace Consilium.Modules.Clinic;

/// <summary>What the API's document shows with this door's bodies.</summary>
[BodyExamples]
internal static class ClinicExamples
{
    static readonly Guid AppointmentId = new("0199c0de-7a00-7000-8000-000000000501");
    static readonly Guid DoctorId = new("0199c0de-7a00-7000-8000-0000000000d1");
    static readonly Guid PatientId = new("0199c0de-7a00-7000-8000-0000000000e1");
    static readonly DateTimeOffset At = new(2026, 1, 31, 9, 30, 0, TimeSpan.Zero);
    static readonly DateTimeOffset Slot = new(2026, 2, 2, 8, 0, 0, TimeSpan.Zero);

    static BookAppointmentRequest Book => new(DoctorId, PatientId, "2026-02-02T09:00:00+01:00", DurationMinutes: 30, Type: "regular", Extras: Note);

    static ChangeAppointmentRequest Change => new("2026-02-03T09:00:00+01:00");

    static CancelAppointmentRequest Cancel => new("Has another appointment.");

    static SetAppointmentStatusRequest SetStatus => new("completed");

    static AppointmentResponse Appointment => new(
        AppointmentId, DoctorId, PatientId, HospitalId: null, Slot, 30, AppointmentType.Regular, AppointmentStatus.Scheduled, Note, Overrides: false, OverrideReason: null,
        CancelledBy: null, CancellationReason: null, At, At);

    static SlotResponse FreeSlot => new(Slot, Slot.AddMinutes(30));

    static ReminderResponse Reminder => new(
        new("0199c0de-7a00-7000-8000-000000000601"), AppointmentId, PatientId, DoctorId, Slot, AppointmentStatus.Scheduled, Slot.AddDays(-1), ReadAt: null);

    static JsonElement Note => JsonSerializer.SerializeToElement(new { room = "2" });
}

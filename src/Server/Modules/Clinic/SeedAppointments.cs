using Consilium.Platform.Seeding;

namespace Consilium.Modules.Clinic;

/// <summary>Invented appointments, half of them past: doctors see their own patients in half hours from eight, one after the other.</summary>
internal sealed class SeedAppointments : ISeeder
{
    const int SlotsADay = 16;
    static readonly TimeSpan Slot = TimeSpan.FromMinutes(30);

    public int Order => 4;

    public Task RunAsync(SeedPlan plan, SeedWriter writer, CancellationToken cancellationToken) => writer.CopyAsync("appointments",
        "clinic.appointments (id, doctor_id, patient_id, hospital_id, starts_at, ends_at, type, status, cancelled_by, cancellation_reason, created_by, created_at, updated_at)",
        plan.Appointments, Enumerable.Range(0, plan.Appointments).Select(i => Appointment(plan, i)), cancellationToken);

    /// <summary>A patient is always seen by the same doctor, so that neither is in two places at once.</summary>
    static object?[] Appointment(SeedPlan plan, int i)
    {
        var doctors = Math.Min(plan.Doctors, plan.Patients);
        var (dice, doctor, slot) = (plan.DiceFor("appointment", i), i % doctors, i / doctors);
        var patient = doctor + doctors * (slot % (plan.Patients / doctors));
        var lastDay = plan.Appointments / doctors / SlotsADay;
        var day = slot / SlotsADay - lastDay / 2;
        var startsAt = plan.Now.AddDays(day - (lastDay == 0 && slot % 2 == 0 ? 1 : 0)).AddHours(8) + slot % SlotsADay * Slot;
        var status = startsAt > plan.Now.AddDays(1) ? "scheduled" : dice.Below(10) switch { 0 => "cancelled", 1 => "no_show", _ => "completed" };
        var cancelled = status == "cancelled";
        var (patientId, at) = (plan.Id("patient", patient), startsAt.AddDays(-14));
        return [plan.Id("appointment", i), plan.Id("doctor", doctor), patientId, plan.Id("hospital", doctor % plan.Hospitals), startsAt, startsAt + Slot,
            dice.Below(3) == 0 ? "remote" : "regular", status, cancelled ? patientId : null, cancelled ? "Better by itself" : null, patientId, at, at];
    }
}

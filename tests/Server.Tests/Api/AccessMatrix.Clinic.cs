namespace Consilium.Tests.Api;

internal static partial class AccessMatrix
{
    static IEnumerable<AccessRule> Clinic()
    {
        const string root = "/api/v1/appointments";
        const string one = $"{root}/{{id:guid}}";
        Who[] neverChange = [Who.Staff, Who.Program];
        Who[] changers = [Who.Patient, Who.Relative, Who.Treating, Who.Hospital, Who.Admin];
        Who[] concluders = [Who.Treating, Who.Hospital, Who.Admin];
        Who[] patientsSide = [Who.Patient, Who.Relative];

        yield return new($"POST {root}", world => Task.FromResult(new Call(root, new()
        {
            ["doctor_id"] = $"{world.Id(Who.Treating)}", ["patient_id"] = $"{Patient(world)}", ["time_slot"] = world.NextTime(),
        })), changers, neverChange);
        yield return new($"GET {root}", Get(world => $"{root}?patient_id={Patient(world)}"), AllBut(Staff), Staff) { Shows = (Readers, Patient), Absent = 200 };
        yield return new($"GET {root}", Get(_ => root), AllBut(Staff), Staff) { Case = "of all", Shows = (Readers, Patient) };
        yield return new($"GET {root}/patient/{{id:guid}}", Of("appointments/patient", Who.Patient), Readers, Staff) { Shows = (Readers, Patient) };
        yield return new($"GET {root}/doctor/{{id:guid}}", Of("appointments/doctor", Who.Treating), Readers, Staff) { Shows = (Readers, Patient) };
        yield return new($"GET {root}/hospital/{{id:guid}}", Of("appointments/hospital", Who.Hospital), [.. Readers, Who.Colleague], Staff) { Shows = (Readers, Patient) };
        yield return new($"GET {one}", Get(world => $"{root}/{world.AppointmentId}"), Readers, Staff);
        yield return new($"GET {one}/calendar.ics", Get(world => $"{root}/{world.AppointmentId}/calendar.ics"), Readers, Staff);
        yield return new($"PUT {one}", async world => new($"{root}/{await BookedAsync(world)}", new() { ["extras"] = "x" }), changers, neverChange);
        yield return new($"PUT {one}/cancel", async world => new($"{root}/{await BookedAsync(world)}/cancel", new() { ["cancellation_reason"] = "x" }), changers, neverChange);
        yield return new($"PUT {one}/status", async world => new($"{root}/{await BookedAsync(world)}/status", new() { ["status"] = "completed" }), concluders, neverChange)
            { NotThis = patientsSide };
        yield return new($"DELETE {one}", async world => new($"{root}/{await BookedAsync(world)}"), concluders, neverChange) { NotThis = patientsSide };

        // With another doctor and at no hospital: those who read the patient's data see it, and change nothing.
        yield return new($"GET {one}", async world => new($"{root}/{await ElsewhereAsync(world)}"), [.. Readers, Who.ForeignDoctor], Staff) { Case = "elsewhere" };
        yield return new($"PUT {one}", async world => new($"{root}/{await ElsewhereAsync(world)}", new() { ["extras"] = "x" }),
            [.. patientsSide, Who.ForeignDoctor, Who.Admin], neverChange) { Case = "elsewhere", NotThis = [Who.Treating, Who.Hospital] };
        yield return new($"PUT {one}/cancel", async world => new($"{root}/{await ElsewhereAsync(world)}/cancel", new() { ["cancellation_reason"] = "x" }),
            [.. patientsSide, Who.ForeignDoctor, Who.Admin], neverChange) { Case = "elsewhere", NotThis = [Who.Treating, Who.Hospital] };

        yield return new("GET /api/v1/doctors/{id:guid}/slots", Of("doctors", Who.Treating, "/slots"), SignedIn, [Who.Program]);
        yield return new($"GET {root}/reminders", Get(_ => $"{root}/reminders"), AllBut(Staff), Staff) { Shows = ([], Patient) };
        yield return new($"PUT {root}/reminders/{{id:guid}}/read", async world => new($"{root}/reminders/{await ReminderAsync(world)}/read"), [Who.Patient], neverChange);
    }

    static Task<Guid> BookedAsync(AccessWorld world) => world.BookAsync(world.Id(Who.Treating), world.Id(Who.Hospital));

    static Task<Guid> ElsewhereAsync(AccessWorld world) => world.BookAsync(world.Id(Who.ForeignDoctor), hospitalId: null);

    static async Task<Guid> ReminderAsync(AccessWorld world)
    {
        var id = Guid.CreateVersion7();
        await world.Database.ExecuteAsync("INSERT INTO clinic.reminders (id, appointment_id, recipient_id, patient_id, at) VALUES ($1, $2, $3, $3, now() + $4)",
            id, world.AppointmentId, Patient(world), TimeSpan.FromSeconds(Random.Shared.Next()));
        return id;
    }
}

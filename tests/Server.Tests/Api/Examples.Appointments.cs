using System.Text.Json.Nodes;
using Consilium.Tests.Modules.Cases;
using Consilium.Tests.Modules.Clinic;

namespace Consilium.Tests.Api;

internal static partial class Examples
{
    static int appointmentDay;

    static void Appointments(Dictionary<string, Func<CaseServer, Task<Example>>> all)
    {
        const string root = ClinicCalls.Root;
        const string one = $"{root}/{{id:guid}}";
        all[$"POST {root}"] = async s => new(s.Admin, root, await BookingAsync(s));
        all[$"GET {root}"] = s => Example(s.Admin, root);
        foreach (var (kind, member) in ((string, string)[])[("doctor", "doctor_id"), ("patient", "patient_id"), ("hospital", "hospital_id")])
            all[$"GET {root}/{kind}/{{id:guid}}"] = async s => new(s.Admin, $"{root}/{kind}/{(await BookedAsync(s)).Id(member)}");
        all[$"GET {one}"] = async s => new(s.Admin, $"{root}/{(await BookedAsync(s)).Id()}");
        all[$"GET {one}/calendar.ics"] = async s => new(s.Admin, $"{root}/{(await BookedAsync(s)).Id()}/calendar.ics");
        all[$"PUT {one}"] = async s => new(s.Admin, $"{root}/{(await BookedAsync(s)).Id()}", []);
        all[$"PUT {one}/cancel"] = async s => new(s.Admin, $"{root}/{(await BookedAsync(s)).Id()}/cancel", new() { ["cancellation_reason"] = "x" });
        all[$"PUT {one}/status"] = async s => new(s.Admin, $"{root}/{(await BookedAsync(s)).Id()}/status", new() { ["status"] = "completed" });
        all[$"DELETE {one}"] = async s => new(s.Admin, $"{root}/{(await BookedAsync(s)).Id()}");
        all[$"GET {root}/reminders"] = s => Example(s.Admin, $"{root}/reminders");
        all[$"PUT {root}/reminders/{{id:guid}}/read"] = async s => new(s.Admin, $"{root}/reminders/{await ReminderAsync(s)}/read");
        all["GET /api/v1/doctors/{id:guid}/slots"] = async s => new(s.Owner, $"/api/v1/doctors/{(await PracticeAsync(s)).Doctor}/slots") { IsForAll = true };
    }

    static async Task<JsonObject> BookingAsync(CaseServer server)
    {
        var (doctor, patient, _) = await PracticeAsync(server);
        return new() { ["doctor_id"] = doctor, ["patient_id"] = patient, ["time_slot"] = "2097-01-31T09:30:00Z" };
    }

    static async Task<System.Text.Json.JsonElement> BookedAsync(CaseServer server)
    {
        var (doctor, patient, hospital) = await PracticeAsync(server);
        return await server.Admin.BookAsync(doctor, patient, ClinicCalls.InDays(50 + Interlocked.Increment(ref appointmentDay)), hospitalId: hospital);
    }

    static async Task<Guid> ReminderAsync(CaseServer server)
    {
        var id = Guid.CreateVersion7();
        var appointment = await BookedAsync(server);
        await server.Database.ExecuteAsync("INSERT INTO clinic.reminders (id, appointment_id, recipient_id, patient_id, at) VALUES ($1, $2, $3, $4, now())",
            id, appointment.Id(), server.Admin.UserId, appointment.Id("patient_id"));
        return id;
    }

    /// <summary>A doctor, a patient and a hospital that nobody else has to do with.</summary>
    static async Task<(Guid Doctor, Guid Patient, Guid Hospital)> PracticeAsync(CaseServer server)
    {
        var (doctor, patient, hospital) = (Guid.CreateVersion7(), Guid.CreateVersion7(), Guid.CreateVersion7());
        await server.Database.ExecuteAsync("""
            WITH doctor AS (INSERT INTO care.doctors (id, name, created_at, updated_at) VALUES ($1, 'A doctor', now(), now()) RETURNING id),
                 patient AS (INSERT INTO care.patients (id, user_id, name, created_at, updated_at) VALUES ($2, $2, 'A patient', now(), now()) RETURNING id),
                 hospital AS (INSERT INTO care.hospitals (id, name, created_at, updated_at) VALUES ($3, 'A hospital', now(), now()) RETURNING id)
            SELECT 1
            """, doctor, patient, hospital);
        await server.Database.ExecuteAsync(
            "INSERT INTO care.hospital_doctors (id, hospital_id, doctor_id, created_by, created_at) VALUES ($1, $2, $3, $2, now())", Guid.CreateVersion7(), hospital, doctor);
        return (doctor, patient, hospital);
    }
}

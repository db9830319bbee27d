using System.Net.Http.Headers;
using System.Text.Json;
using Consilium.Tests.Modules.Files;

namespace Consilium.Tests.Modules.Clinic;

/// <summary>A practice from its first day to its first patient's report, as its people meet it: over HTTP alone.</summary>
public sealed class StoryTests(Server server) : IClassFixture<Server>
{
    static readonly TimeSpan Day = TimeSpan.FromDays(1);

    [Fact]
    public async Task From_the_first_sign_up_to_a_report_that_its_patient_has_read()
    {
        using var anonymous = server.Anonymous();
        using var hospital = await SignUpAsync(anonymous, "hospital", new { city = "Springfield", specialities = (string[])["cardiology"] });
        using var doctor = await SignUpAsync(anonymous, "doctor", new { designation = "Cardiologist", shift_time_start = "08:00", shift_time_end = "18:00", time_zone = "UTC" });
        using var second = await SignUpAsync(anonymous, "doctor", new { designation = "Dermatologist" });
        using var patient = await SignUpAsync(anonymous, "patient", new { gender = "other", allergies = (string[])["penicillin"], age = 47 });
        using var admin = await server.SignInAsync("admin@example.com", "admin123");
        var (hospitalId, doctorId, patientId) = (hospital.UserId, doctor.UserId, patient.UserId);

        (await doctor.GetAsync($"/api/v1/patients/{patientId}")).StatusCode.ShouldBe(System.Net.HttpStatusCode.NotFound); // nobody has mapped them yet
        await CreatedAsync(admin, "/api/v1/mappings/hospital-doctor", new { hospital_id = hospitalId, doctor_id = doctorId });
        await CreatedAsync(admin, "/api/v1/mappings/hospital-patient", new { hospital_id = hospitalId, patient_id = patientId });
        await CreatedAsync(admin, "/api/v1/mappings/doctor-patient", new { doctor_id = doctorId, patient_id = patientId });
        (await doctor.GetJsonAsync($"/api/v1/patients/{patientId}")).GetProperty("medical_info").GetProperty("allergies")[0].GetString().ShouldBe("penicillin");

        var appointment = await BookMoveAndCancelAsync(patient, doctor, doctorId, patientId, hospitalId);
        var (report, document) = await WriteRecordAsync(doctor, patientId);
        await ReadRecordAsync(patient, patientId, report, document);
        await DownloadOnceAsync(patient, anonymous, document);

        var log = (await patient.GetJsonAsync($"/api/v1/patients/{patientId}/access-log?limit=200")).Items();
        var read = log.Select(entry => (Actor: entry.Id("actor_id"), Action: entry.Text("action"))).ToList();
        read.ShouldContain((doctorId, "patient.read"));
        read.ShouldContain((patientId, "report.read"));
        read.ShouldContain((patientId, "case_history.read"));
        read.ShouldContain((patientId, "document.download"));
        log.First(entry => entry.Id("actor_id") == doctorId).Text("reason").ShouldBe("treating doctor");
        log.ShouldAllBe(entry => entry.Text("outcome") == "ok");

        await SeesNothingAsync(second, patientId, appointment, report, document);
        var refused = (await admin.GetJsonAsync($"/api/v1/patients/{patientId}/access-log?outcome=denied&limit=200")).Items();
        refused.ShouldContain(entry => entry.Id("actor_id") == second.UserId);
        refused.ShouldContain(entry => entry.Id("actor_id") == doctorId); // before they were mapped
    }

    static async Task<Guid> BookMoveAndCancelAsync(Client patient, Client doctor, Guid doctorId, Guid patientId, Guid hospitalId)
    {
        var from = DateTimeOffset.UtcNow.Date.AddDays(2);
        var slots = (await patient.GetJsonAsync($"/api/v1/doctors/{doctorId}/slots?from={Wire(from)}&to={Wire(from + Day)}")).Items();
        slots.Count.ShouldBe(20); // ten hours of half hours
        var (first, later) = (slots[3].Text("start")!, slots[8].Text("start")!);

        var booked = await CreatedAsync(patient, "/api/v1/appointments",
            new { doctor_id = doctorId, patient_id = patientId, hospital_id = hospitalId, time_slot = first, type = "regular" });
        var id = booked.Id();
        (booked.Text("status"), booked.Number("duration_minutes"), booked.Text("time_slot")).ShouldBe(("scheduled", 30, first));
        await (await doctor.PostJsonAsync("/api/v1/appointments", new { doctor_id = doctorId, patient_id = patientId, time_slot = first })).ShouldAnswerAsync(409);

        var moved = await (await doctor.PutJsonAsync($"/api/v1/appointments/{id}", new { time_slot = later })).ShouldAnswerAsync(200);
        (moved.Text("status"), moved.Text("time_slot")).ShouldBe(("rescheduled", later));

        var cancelled = await (await patient.PutJsonAsync($"/api/v1/appointments/{id}/cancel", new { cancellation_reason = "I am well again." })).ShouldAnswerAsync(200);
        (cancelled.Text("status"), cancelled.Id("cancelled_by"), cancelled.Text("cancellation_reason")).ShouldBe(("cancelled", patientId, "I am well again."));
        await (await doctor.PutJsonAsync($"/api/v1/appointments/{id}/status", new { status = "completed" })).ShouldAnswerAsync(409);
        return id;
    }

    async Task<(Guid Report, Guid Document)> WriteRecordAsync(Client doctor, Guid patientId)
    {
        var record = $"/api/v1/patients/{patientId}";
        await CreatedAsync(doctor, $"{record}/case-history", new { summary = "Palpitations since spring." });
        var history = await (await doctor.PutJsonAsync($"{record}/case-history", new { summary = "Palpitations since spring, worse at night." })).ShouldAnswerAsync(200);
        history.Number("version").ShouldBe(2);

        var report = (await CreatedAsync(doctor, $"{record}/reports", new { title = "Long-term ECG", description = "24 hours, no pauses.", report_type = "lab_test" })).Id();
        var pdf = new ByteArrayContent(await File.ReadAllBytesAsync(DecoderParts.Fixture("ten-pages.pdf"))) { Headers = { ContentType = new MediaTypeHeaderValue("application/pdf") } };
        using var form = new MultipartFormDataContent { { pdf, "file", "ecg.pdf" }, { new StringContent("The whole curve"), "remark" } };
        var document = await (await doctor.PostAsync($"{record}/reports/{report}/documents", form)).ShouldAnswerAsync(201);
        (document.Text("file_name"), document.Text("media_type"), document.Text("remark")).ShouldBe(("ecg.pdf", "application/pdf", "The whole curve"));
        await server.ProcessedAsync(document.Id());
        return (report, document.Id());
    }

    static async Task ReadRecordAsync(Client patient, Guid patientId, Guid report, Guid document)
    {
        var record = $"/api/v1/patients/{patientId}";
        (await patient.GetJsonAsync($"{record}/case-history")).Text("summary").ShouldBe("Palpitations since spring, worse at night.");
        var read = await patient.GetJsonAsync($"{record}/reports/{report}");
        read.Text("title").ShouldBe("Long-term ECG");
        read.GetProperty("documents")[0].Id().ShouldBe(document);
        (await patient.GetJsonAsync($"{record}/documents")).Items().Single().Text("status").ShouldBe("clean");

        var found = (await patient.GetJsonAsync("/api/v1/records/search?q=palpitation")).Items().Single();
        (found.Text("kind"), found.Id("patient_id")).ShouldBe(("history", patientId));
        var page = (await patient.GetJsonAsync("/api/v1/records/search?q=cafe%20lait")).Items().Single();
        (page.Text("kind"), page.Id(), page.Number("page")).ShouldBe(("document", document, 3));
    }

    static async Task DownloadOnceAsync(Client patient, Client anonymous, Guid document)
    {
        var token = await (await patient.PostJsonAsync($"/api/v1/documents/{document}/download-token", null)).ShouldAnswerAsync(200);
        var address = token.Text("download_url");
        var bytes = await anonymous.GetByteArrayAsync(address);
        UploadCalls.HashOf(bytes).ShouldBe(UploadCalls.HashOf(await File.ReadAllBytesAsync(DecoderParts.Fixture("ten-pages.pdf"))));
        await (await anonymous.GetAsync(address)).ShouldAnswerAsync(410);
    }

    static async Task SeesNothingAsync(Client stranger, Guid patientId, Guid appointment, Guid report, Guid document)
    {
        var record = $"/api/v1/patients/{patientId}";
        string[] places =
        [
            record, $"{record}/case-history", $"{record}/reports", $"{record}/reports/{report}", $"{record}/documents", $"{record}/doctors", $"{record}/hospitals", $"{record}/events",
            $"/api/v1/documents/{document}", $"/api/v1/documents/{document}/download", $"/api/v1/files/{document}", $"/api/v1/files/{document}/thumbnail", $"/api/v1/files/{document}/text",
            $"/api/v1/appointments/{appointment}", $"/api/v1/appointments/{appointment}/calendar.ics", $"/api/v1/appointments/patient/{patientId}",
        ];
        foreach (var place in places) await (await stranger.GetAsync(place)).ShouldBeProblemAsync(404, "not_found");
        await (await stranger.PostJsonAsync($"/api/v1/documents/{document}/download-token", null)).ShouldBeProblemAsync(404, "not_found");
        foreach (var list in (string[])["/api/v1/patients", "/api/v1/appointments", "/api/v1/records/search?q=palpitation"])
            (await stranger.GetJsonAsync(list)).Items().ShouldBeEmpty(list);
    }

    /// <summary>Somebody new with a profile of his own, signed in.</summary>
    async Task<Client> SignUpAsync(Client anonymous, string role, object profile)
    {
        var email = $"{role}-{Guid.CreateVersion7():N}@example.com";
        var body = JsonSerializer.SerializeToNode(profile)!.AsObject();
        (body["email"], body["password"], body["name"]) = (email, "several plain words 7", $"A {role} of the story");
        return Client.From(server.Address, email, await (await anonymous.PostJsonAsync($"/api/v1/auth/{role}/signup", body)).ShouldAnswerAsync(201));
    }

    static async Task<JsonElement> CreatedAsync(Client caller, string path, object body) => await (await caller.PostJsonAsync(path, body)).ShouldAnswerAsync(201);

    static string Wire(DateTime at) => $"{at:yyyy-MM-dd}T00:00:00Z";
}

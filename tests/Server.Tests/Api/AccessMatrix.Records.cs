using System.Text;
using Consilium.Tests.Modules.Records;

namespace Consilium.Tests.Api;

internal static partial class AccessMatrix
{
    static IEnumerable<AccessRule> Records()
    {
        const string patient = "/api/v1/patients/{id:guid}";
        const string report = $"{patient}/reports/{{reportId:guid}}";
        const string document = "/api/v1/documents/{id:guid}";
        Who[] writers = [Who.Treating, Who.Admin];
        var neverWrite = AllBut(Doctors, [Who.Admin]);
        Who[] adders = [Who.Patient, Who.Relative, Who.Treating, Who.Admin];
        Who[] neverAdd = [.. Hospitals, Who.Staff, Who.Program];

        yield return new($"GET {patient}/case-history", Get(world => RecordCalls.HistoryOf(Patient(world))), Readers, Staff);
        yield return new($"GET {patient}/case-history/versions", Get(world => $"{RecordCalls.HistoryOf(Patient(world))}/versions"), Readers, Staff);
        yield return new($"POST {patient}/case-history", async world =>
            new(RecordCalls.HistoryOf(await world.NewPatientAsync()), new() { ["summary"] = "x" }), writers, neverWrite);
        yield return new($"PUT {patient}/case-history", world =>
            Task.FromResult(new Call(RecordCalls.HistoryOf(Patient(world)), new() { ["summary"] = "x" })), writers, neverWrite);

        yield return new($"GET {patient}/reports", Get(world => RecordCalls.ReportsOf(Patient(world))), Readers, Staff) { Shows = (Readers, world => world.ReportId) };
        yield return new($"POST {patient}/reports", world =>
            Task.FromResult(new Call(RecordCalls.ReportsOf(Patient(world)), new() { ["title"] = "x", ["report_type"] = "other" })), writers, neverWrite);
        yield return new($"GET {report}", Get(ReportPath), Readers, Staff);
        yield return new($"PUT {report}", world => Task.FromResult(new Call(ReportPath(world), new() { ["title"] = "y" })), writers, neverWrite);
        yield return new($"POST {report}/documents", world =>
            Task.FromResult(new Call($"{ReportPath(world)}/documents") { Form = _ => DocumentCalls.Form(Note, "note.txt") }), adders, neverAdd);

        yield return new($"GET {patient}/documents", Get(world => RecordCalls.DocumentsOf(Patient(world))), Readers, Staff);
        yield return new($"POST {DocumentCalls.UploadPath}", world => Task.FromResult(Upload(Patient(world))), adders, neverAdd);
        yield return new($"POST {DocumentCalls.UploadPath}", world => Task.FromResult(Upload(world.ReportId)), adders, neverAdd) { Case = "of a report" };
        yield return new($"GET {document}", Get(DocumentPath), Readers, Staff);
        yield return new($"PUT {document}", world => Task.FromResult(new Call(DocumentPath(world), new() { ["remark"] = "x" })), writers, neverAdd)
            { NotThis = [Who.Patient, Who.Relative] };
        yield return new($"PUT {document}", async world =>
                new(DocumentCalls.PathOf((await world[Who.Patient].UploadDocumentAsync(Patient(world))).Id()), new() { ["remark"] = "x" }), [Who.Patient, .. writers], neverAdd)
            { Case = "that the patient uploaded", NotThis = [Who.Relative] };
        yield return new($"GET {document}/download", Get(world => $"{DocumentPath(world)}/download"), Readers, Staff);
        yield return new($"POST {document}/download-token", Get(world => $"{DocumentPath(world)}/download-token"), [.. Readers.Except([Who.Program])], [Who.Staff, Who.Program]);
        yield return new("GET /api/v1/documents/download-with-token", async world => new(await world[Who.Treating].TokenUrlAsync(world.DocumentId)), [.. AccessWorld.Everybody], [])
            { IsOpen = true };

        yield return new("GET /api/v1/records/search", Get(world => $"/api/v1/records/search?q=normal&patient_id={Patient(world)}"), Readers, Staff)
            { Case = "of one patient", Shows = (Readers, world => world.ReportId) };
        yield return new("GET /api/v1/records/search", Get(_ => "/api/v1/records/search?q=normal"), AllBut(Staff), Staff)
            { Case = "of all", Shows = (Readers, Patient) };
        yield return new($"GET {patient}/access-log", Of("patients", Who.Patient, "/access-log"), [Who.Patient, Who.Relative, Who.Admin], [.. Doctors, .. Hospitals, Who.Staff]);
    }

    static readonly byte[] Note = Encoding.UTF8.GetBytes("A note");

    static string ReportPath(AccessWorld world) => $"{RecordCalls.ReportsOf(Patient(world))}/{world.ReportId}";

    static string DocumentPath(AccessWorld world) => DocumentCalls.PathOf(world.DocumentId);

    static Call Upload(Guid entity) => new(DocumentCalls.UploadPath) { Form = id => DocumentCalls.Form(Note, "note.txt", ("entity_id", $"{id}")), FormId = entity };
}

using Consilium.Tests.Modules.Cases;
using Consilium.Tests.Modules.Records;
using static Consilium.Tests.Modules.Records.DocumentCalls;
using static Consilium.Tests.Modules.Records.RecordCalls;

namespace Consilium.Tests.Api;

internal static partial class Examples
{
    static void Records(Dictionary<string, Func<CaseServer, Task<Example>>> all)
    {
        const string one = "/api/v1/patients/{id:guid}";
        const string report = $"{one}/reports/{{reportId:guid}}";
        const string document = "/api/v1/documents/{id:guid}";
        all[$"GET {one}/case-history"] = async s => new(s.Admin, HistoryOf(await HistoryAsync(s)));
        all[$"GET {one}/case-history/versions"] = async s => new(s.Admin, $"{HistoryOf(await HistoryAsync(s))}/versions");
        all[$"POST {one}/case-history"] = async s => new(s.Admin, HistoryOf(await PatientAsync(s)), new() { ["summary"] = "x" });
        all[$"PUT {one}/case-history"] = async s => new(s.Admin, HistoryOf(await HistoryAsync(s)), new() { ["summary"] = "x" });
        all[$"GET {one}/reports"] = async s => new(s.Admin, ReportsOf(await PatientAsync(s)));
        all[$"POST {one}/reports"] = async s => new(s.Admin, ReportsOf(await PatientAsync(s)), new() { ["title"] = "x", ["report_type"] = "other" });
        all[$"GET {report}"] = async s => new(s.Admin, await ReportAsync(s));
        all[$"PUT {report}"] = async s => new(s.Admin, await ReportAsync(s), []);
        all[$"POST {report}/documents"] = async s => new(s.Admin, $"{await ReportAsync(s)}/documents") { Form = Note };
        all[$"GET {one}/documents"] = async s => new(s.Admin, DocumentsOf(await PatientAsync(s)));
        all[$"POST {UploadPath}"] = async s =>
        {
            var id = await PatientAsync(s);
            return new(s.Admin, UploadPath) { Form = () => Form("A note"u8.ToArray(), "note.txt", ("entity_id", $"{id}")) };
        };
        all[$"GET {document}"] = async s => new(s.Admin, await DocumentAsync(s));
        all[$"PUT {document}"] = async s => new(s.Admin, await DocumentAsync(s), []);
        all[$"GET {document}/download"] = async s => new(s.Admin, await DocumentAsync(s) + "/download");
        all[$"POST {document}/download-token"] = async s => new(s.Admin, await DocumentAsync(s) + "/download-token");
        all["GET /api/v1/documents/download-with-token"] = s => Task.FromResult(new Example(s.Anonymous(), "/api/v1/documents/download-with-token") { Answers = 400 });
    }

    static async Task<Guid> HistoryAsync(CaseServer server)
    {
        var id = await PatientAsync(server);
        await server.Admin.WriteHistoryAsync(id);
        return id;
    }

    static async Task<string> ReportAsync(CaseServer server)
    {
        var id = await PatientAsync(server);
        return $"{ReportsOf(id)}/{(await server.Admin.WriteReportAsync(id)).Id()}";
    }

    static async Task<string> DocumentAsync(CaseServer server) => PathOf((await server.Admin.UploadDocumentAsync(await PatientAsync(server))).Id());
}

using System.Text.Json;

namespace Consilium.Tests.Modules.Records;

/// <summary>What people do with records, when it must succeed; and what is left of it.</summary>
internal static class RecordCalls
{
    public static string HistoryOf(Guid patientId) => $"/api/v1/patients/{patientId}/case-history";

    public static string ReportsOf(Guid patientId) => $"/api/v1/patients/{patientId}/reports";

    public static string DocumentsOf(Guid patientId) => $"/api/v1/patients/{patientId}/documents";

    public static async Task<JsonElement> WriteHistoryAsync(this Client doctor, Guid patientId, string summary = "Hay fever.", params Guid[] documents) =>
        await (await doctor.PostJsonAsync(HistoryOf(patientId), new { summary, documents })).ShouldAnswerAsync(201);

    public static async Task<JsonElement> WriteReportAsync(this Client doctor, Guid patientId, string title = "Blood count", string type = "lab_test") =>
        await (await doctor.PostJsonAsync(ReportsOf(patientId), new { title, description = "All values normal.", report_type = type })).ShouldAnswerAsync(201);

    /// <summary>The log of the patient's data, oldest first: action, actor, outcome and reason of each entry.</summary>
    public static Task<List<string>> LogAsync(this Server server, Guid patientId) => server.Database.ColumnAsync<string>(
        "SELECT concat_ws(' | ', action, actor_id, outcome, reason) FROM audit.entries WHERE subject_id = $1 ORDER BY id", patientId);

    public static string Entry(string action, Client actor, string grounds) => $"{action} | {actor.UserId} | ok | {grounds}";

    public static string Refusal(string action, Client actor) => $"{action} | {actor.UserId} | denied";
}

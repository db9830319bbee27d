using static Consilium.Tests.Modules.Records.RecordCalls;

namespace Consilium.Tests.Modules.Records;

public sealed class ReportTests(RecordServer server) : IClassFixture<RecordServer>
{
    const string Hostile = "Robert'); DROP TABLE records.reports; -- <img src=x onerror=alert(1)> ${7*7} 100%_\\";

    [Fact]
    public async Task A_report_is_written_and_read_by_all_who_may()
    {
        var patient = await server.PatientAsync();
        var answer = await server.Doctor.PostJsonAsync(ReportsOf(patient.UserId), new { title = Hostile, description = $" {Hostile}\n{Hostile} ", report_type = "discharge_summary" });
        var report = await answer.ShouldAnswerAsync(201);

        var path = $"{ReportsOf(patient.UserId)}/{report.Id()}";
        answer.Headers.Location!.ToString().ShouldBe(path);
        (report.Text("title"), report.Text("description"), report.Text("report_type")).ShouldBe((Hostile, $"{Hostile}\n{Hostile}", "discharge_summary"));
        (report.Number("version"), report.Id("created_by"), report.Id("patient_id")).ShouldBe((1, server.Doctor.UserId, patient.UserId));
        report.GetProperty("documents").GetArrayLength().ShouldBe(0);
        foreach (var reader in (Client[])[patient, server.Hospital, server.Admin])
            (await reader.GetJsonAsync(path)).ToString().ShouldBe(report.ToString());
        (await server.LogAsync(patient.UserId)).ShouldBe(
        [
            Entry("report.created", server.Doctor, "treating doctor"), Entry("report.read", patient, "own record"),
            Entry("report.read", server.Hospital, "hospital of the patient"), Entry("report.read", server.Admin, "administrator"),
        ]);
    }

    [Theory]
    [InlineData("lab_test")]
    [InlineData("imaging")]
    [InlineData("prescription")]
    [InlineData("discharge_summary")]
    [InlineData("consultation")]
    [InlineData("vaccination")]
    [InlineData("referral")]
    [InlineData("surgery")]
    [InlineData("other")]
    public async Task Each_type_is_taken_and_found_again(string type)
    {
        var patient = await server.PatientAsync();
        var report = await server.Doctor.WriteReportAsync(patient.UserId, type: type);
        await server.Doctor.WriteReportAsync(patient.UserId, type: type == "other" ? "imaging" : "other");

        (await patient.GetJsonAsync($"{ReportsOf(patient.UserId)}?report_type={type}")).Items().Select(r => r.ToString()).ShouldBe([report.ToString()]);
    }

    [Fact]
    public async Task The_list_is_newest_first_page_by_page()
    {
        var patient = await server.PatientAsync();
        var path = ReportsOf(patient.UserId);
        (await patient.GetJsonAsync(path)).Items().ShouldBeEmpty();
        var written = new List<Guid>();
        for (var i = 0; i < 5; i++) written.Insert(0, (await server.Doctor.WriteReportAsync(patient.UserId, $"Report {i}")).Id());

        var seen = new List<Guid>();
        string? cursor = null;
        do
        {
            var page = await patient.GetJsonAsync($"{path}?limit=2{(cursor is null ? "" : $"&cursor={cursor}")}");
            page.Items().Count.ShouldBeLessThanOrEqualTo(2);
            seen.AddRange(page.Items().Select(r => r.Id()));
            cursor = page.Text("next_cursor");
        }
        while (cursor is not null);
        seen.ShouldBe(written);
        await (await patient.GetAsync($"{path}?report_type=LAB_TEST")).ShouldRefuseFieldsAsync("report_type");
        await (await patient.GetAsync($"{path}?cursor=x")).ShouldRefuseFieldsAsync("cursor");
        (await server.LogAsync(patient.UserId)).Count(entry => entry == Entry("report.list", patient, "own record")).ShouldBe(4);
    }

    [Fact]
    public async Task To_others_nothing_is_there()
    {
        var patient = await server.PatientAsync();
        var other = await server.PatientAsync();
        var report = (await server.Doctor.WriteReportAsync(patient.UserId)).Id();
        var path = $"{ReportsOf(patient.UserId)}/{report}";

        foreach (var stranger in (Client[])[server.Stranger, other])
        {
            await (await stranger.GetAsync(ReportsOf(patient.UserId))).ShouldBeProblemAsync(404, "not_found");
            await (await stranger.GetAsync(path)).ShouldBeProblemAsync(404, "not_found");
        }
        await (await server.Doctor.GetAsync($"{ReportsOf(other.UserId)}/{report}")).ShouldBeProblemAsync(404, "not_found"); // another's, of whom the doctor knows too
        await (await server.Doctor.PutJsonAsync($"{ReportsOf(other.UserId)}/{report}", new { title = "x" })).ShouldBeProblemAsync(404, "not_found");
        await (await server.Stranger.PostJsonAsync(ReportsOf(patient.UserId), new { title = "x", report_type = "other" })).ShouldBeProblemAsync(404, "not_found");
        await (await server.Stranger.PutJsonAsync(path, new { title = "x" })).ShouldBeProblemAsync(404, "not_found");
        await (await server.Admin.PostJsonAsync(ReportsOf(Guid.CreateVersion7()), new { title = "x", report_type = "other" })).ShouldBeProblemAsync(404, "not_found");
        foreach (var reader in (Client[])[patient, server.Hospital, server.Staff])
        {
            await (await reader.PostJsonAsync(ReportsOf(patient.UserId), new { title = "x", report_type = "other" })).ShouldBeProblemAsync(403, "forbidden");
            await (await reader.PutJsonAsync(path, new { title = "x" })).ShouldBeProblemAsync(403, "forbidden");
        }
        (await server.Database.ScalarAsync<string>("SELECT title || version FROM records.reports WHERE id = $1", report)).ShouldBe("Blood count1");
        var log = await server.LogAsync(patient.UserId);
        foreach (var refusal in (string[])["report.list", "report.read", "report.created", "report.updated"]) log.ShouldContain(Refusal(refusal, server.Stranger));
    }

    [Fact]
    public async Task A_change_is_a_version_and_leaves_what_it_does_not_name()
    {
        var patient = await server.PatientAsync();
        var report = await server.Doctor.WriteReportAsync(patient.UserId);
        var path = $"{ReportsOf(patient.UserId)}/{report.Id()}";
        var answer = await server.Admin.PutJsonAsync(path, new { title = " Corrected ", version = 1 });
        var changed = await answer.ShouldAnswerAsync(200);

        answer.Headers.ETag!.Tag.ShouldBe("\"2\"");
        (changed.Text("title"), changed.Text("description"), changed.Text("report_type"), changed.Number("version"))
            .ShouldBe(("Corrected", "All values normal.", "lab_test", 2));
        changed.Id("created_by").ShouldBe(server.Doctor.UserId);
        (await patient.GetJsonAsync(path)).ToString().ShouldBe(changed.ToString());
        await (await server.Doctor.PutJsonAsync(path, new { title = "x", version = 1 })).ShouldBeProblemAsync(409, "version_conflict");
        await (await server.Doctor.PutJsonAsync(path, new { title = "x" }, ("If-Match", "\"1\""))).ShouldBeProblemAsync(412, "precondition_failed");
        (await (await server.Doctor.PutJsonAsync(path, new { description = "", report_type = "other" }, ("If-Match", "\"2\""))).ShouldAnswerAsync(200))
            .Text("description").ShouldBe("");
        await (await server.Doctor.PutJsonAsync(path, new { description = "Written again." })).ShouldAnswerAsync(200);
        (await (await server.Doctor.PutJsonAsync(path, """{"description":null}""")).ShouldAnswerAsync(200)).Text("description").ShouldBe("");
        await (await server.Doctor.PutJsonAsync(path, """{"title":null,"report_type":null}""")).ShouldRefuseFieldsAsync("title", "report_type");
        (await server.LogAsync(patient.UserId)).Count(entry => entry.StartsWith("report.updated", StringComparison.Ordinal)).ShouldBe(4);
    }

    [Fact]
    public async Task Of_changes_of_one_version_at_once_one_is_taken()
    {
        var patient = await server.PatientAsync();
        var path = $"{ReportsOf(patient.UserId)}/{(await server.Doctor.WriteReportAsync(patient.UserId)).Id()}";
        var answers = await Task.WhenAll(Enumerable.Range(0, 10).Select(i => server.Doctor.PutJsonAsync(path, new { title = $"By {i}", version = 1 })));
        answers.Count(a => (int)a.StatusCode == 200).ShouldBe(1);
        answers.Count(a => (int)a.StatusCode == 409).ShouldBe(9);
        (await patient.GetJsonAsync(path)).Number("version").ShouldBe(2);
    }

    [Fact]
    public async Task What_is_no_report_is_refused()
    {
        var patient = await server.PatientAsync();
        var path = ReportsOf(patient.UserId);
        await (await server.Doctor.PostJsonAsync(path, new { })).ShouldRefuseFieldsAsync("title", "report_type");
        await (await server.Doctor.PostJsonAsync(path, new { title = new string('a', 201), description = new string('a', 20_001), report_type = "other" }))
            .ShouldRefuseFieldsAsync("title", "description");
        foreach (var type in (string[])["blood", "LabTest", "imaging, prescription", "", "1"])
            await (await server.Doctor.PostJsonAsync(path, new { title = "x", report_type = type })).ShouldRefuseFieldsAsync("report_type");
        var report = (await server.Doctor.WriteReportAsync(patient.UserId)).Id();
        await (await server.Doctor.PutJsonAsync($"{path}/{report}", new { title = "", report_type = "blood" })).ShouldRefuseFieldsAsync("title", "report_type");
    }
}

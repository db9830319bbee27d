using System.Collections.Concurrent;
using System.Net.Http.Headers;
using Consilium.Modules.Care.Contracts;
using Consilium.Platform.Realtime;
using Consilium.Tests.Modules.Files;
using Microsoft.Extensions.DependencyInjection;
using static Consilium.Tests.Modules.Records.DocumentCalls;
using static Consilium.Tests.Modules.Records.RecordCalls;

namespace Consilium.Tests.Modules.Records;

public sealed class DocumentTests(RecordServer server) : IClassFixture<RecordServer>
{
    [Fact]
    public async Task Whoever_may_read_the_record_reads_a_document_and_each_read_is_kept()
    {
        var patient = await server.PatientAsync();
        var document = await patient.UploadDocumentAsync(patient.UserId, "0123456789");
        var path = PathOf(document.Id());
        foreach (var reader in (Client[])[patient, server.Doctor, server.Hospital, server.Admin])
        {
            (await reader.GetJsonAsync(path)).ToString().ShouldBe(document.ToString());
            (await reader.GetStringAsync($"{path}/download")).ShouldBe("0123456789");
            (await reader.GetJsonAsync(DocumentsOf(patient.UserId))).Items().Single().ToString().ShouldBe(document.ToString());
        }
        var log = await server.LogAsync(patient.UserId);
        foreach (var action in (string[])["document.read", "document.download", "document.list"])
        {
            log.ShouldContain(Entry(action, patient, "own record"));
            log.ShouldContain(Entry(action, server.Doctor, "treating doctor"));
            log.ShouldContain(Entry(action, server.Hospital, "hospital of the patient"));
            log.ShouldContain(Entry(action, server.Admin, "administrator"));
        }
    }

    [Fact]
    public async Task To_others_there_is_no_document()
    {
        var (patient, other) = (await server.PatientAsync(), await server.PatientAsync());
        var path = PathOf((await patient.UploadDocumentAsync(patient.UserId)).Id());
        foreach (var stranger in (Client[])[server.Stranger, other])
        {
            foreach (var place in (string[])[path, $"{path}/download", DocumentsOf(patient.UserId)]) await (await stranger.GetAsync(place)).ShouldBeProblemAsync(404, "not_found");
            await (await stranger.PutJsonAsync(path, new { remark = "x" })).ShouldBeProblemAsync(404, "not_found");
            await (await stranger.PostJsonAsync($"{path}/download-token", null)).ShouldBeProblemAsync(404, "not_found");
        }
        (await server.Database.ColumnAsync<string>("SELECT action FROM audit.entries WHERE actor_id = $1 AND subject_id = $2 AND outcome = 'denied' ORDER BY id", other.UserId, patient.UserId))
            .ShouldBe(["document.read", "document.download", "document.list", "document.updated", "document.token_issued"]);
        foreach (var place in (string[])[path, $"{path}/download", DocumentsOf(patient.UserId)]) await (await server.Staff.GetAsync(place)).ShouldBeProblemAsync(403, "forbidden");
        await server.TreatsNoMoreAsync(server.Doctor, patient.UserId);
        await (await server.Doctor.GetAsync($"{path}/download")).ShouldBeProblemAsync(404, "not_found");
    }

    [Fact]
    public async Task A_download_is_data_to_be_saved_in_ranges_and_nothing_else()
    {
        var patient = await server.PatientAsync();
        var document = await (await patient.PostFormAsync(UploadPath, Form("0123456789"u8.ToArray(), "Befund 1 ä.txt"))).ShouldAnswerAsync(201);
        var whole = await server.Doctor.GetAsync(document.Text("url"));
        whole.Content.Headers.ContentType!.ToString().ShouldBe("text/plain; charset=utf-8");
        whole.Content.Headers.ContentDisposition!.DispositionType.ShouldBe("attachment");
        whole.Content.Headers.ContentDisposition.FileNameStar.ShouldBe("Befund 1 ä.txt");
        whole.Headers.GetValues("X-Content-Type-Options").ShouldBe(["nosniff"]);
        whole.Headers.GetValues("Content-Security-Policy").ShouldBe(["sandbox; default-src 'none'; frame-ancestors 'none'"]);
        whole.Headers.CacheControl!.ToString().ShouldBe("no-store, private");

        foreach (var (range, status, content) in ((string, int, string)[])[("bytes=0-3", 206, "0123"), ("bytes=-2", 206, "89"), ("bytes=8-", 206, "89")])
        {
            var answer = await AskAsync(range);
            ((int)answer.StatusCode).ShouldBe(status);
            (await answer.Content.ReadAsStringAsync()).ShouldBe(content);
            answer.Content.Headers.ContentRange!.Length.ShouldBe(10);
        }
        await (await AskAsync("bytes=10-")).ShouldBeProblemAsync(416, "range_not_satisfiable");

        Task<HttpResponseMessage> AskAsync(string range) =>
            server.Doctor.SendAsync(new(HttpMethod.Get, document.Text("url")) { Headers = { Range = RangeHeaderValue.Parse(range) } });
    }

    [Fact]
    public async Task The_list_is_newest_first_by_type_and_page()
    {
        var patient = await server.PatientAsync();
        var ids = new List<Guid>();
        foreach (var type in (string[])["lab_result", "photo", "lab_result", "consent", "lab_result"]) ids.Insert(0, (await patient.UploadDocumentAsync(patient.UserId, type, type)).Id());
        var first = await patient.GetJsonAsync($"{DocumentsOf(patient.UserId)}?limit=3");
        var rest = await patient.GetJsonAsync($"{DocumentsOf(patient.UserId)}?limit=3&cursor={first.Text("next_cursor")}");

        first.Items().Concat(rest.Items()).Select(d => d.Id()).ShouldBe(ids);
        rest.Text("next_cursor").ShouldBeNull();
        (await patient.GetJsonAsync($"{DocumentsOf(patient.UserId)}?document_type=lab_result")).Items().Select(d => d.Id()).ShouldBe([ids[0], ids[2], ids[4]]);
        await (await patient.GetAsync($"{DocumentsOf(patient.UserId)}?document_type=LabResult")).ShouldRefuseFieldsAsync("document_type");
        await (await patient.GetAsync($"{DocumentsOf(patient.UserId)}?cursor=x")).ShouldRefuseFieldsAsync("cursor");
    }

    [Fact]
    public async Task What_is_said_about_a_document_changes_by_its_uploader_and_by_writers()
    {
        var patient = await server.PatientAsync();
        var relative = await server.RelativeAsync(patient.UserId);
        var path = PathOf((await relative.UploadDocumentAsync(patient.UserId)).Id());
        var changed = await (await relative.PutJsonAsync(path, new { document_type = "insurance" })).ShouldAnswerAsync(200);
        (changed.Text("document_type"), changed.Text("remark")).ShouldBe(("insurance", null));
        changed = await (await server.Doctor.PutJsonAsync(path, new { remark = " <i>new</i> " })).ShouldAnswerAsync(200);
        (changed.Text("document_type"), changed.Text("remark")).ShouldBe(("insurance", "<i>new</i>"));
        (await patient.GetJsonAsync(path)).ToString().ShouldBe(changed.ToString());
        (await (await server.Admin.PutJsonAsync(path, new { remark = "" })).ShouldAnswerAsync(200)).Text("remark").ShouldBeNull();
        await (await server.Admin.PutJsonAsync(path, new { remark = "again" })).ShouldAnswerAsync(200);
        (await (await server.Admin.PutJsonAsync(path, """{"remark":null}""")).ShouldAnswerAsync(200)).Text("remark").ShouldBeNull();
        await (await server.Admin.PutJsonAsync(path, """{"document_type":null,"remark":"x"}""")).ShouldRefuseFieldsAsync("document_type");

        await (await patient.PutJsonAsync(path, new { remark = "x" })).ShouldBeProblemAsync(403, "forbidden"); // it is another's upload
        await (await server.Hospital.PutJsonAsync(path, new { remark = "x" })).ShouldBeProblemAsync(403, "forbidden");
        await (await server.Doctor.PutJsonAsync(path, new { document_type = "x", remark = new string('a', 2001) })).ShouldRefuseFieldsAsync("document_type", "remark");
        await server.Database.ExecuteAsync("DELETE FROM care.user_patients WHERE user_id = $1", relative.UserId);
        await (await relative.PutJsonAsync(path, new { remark = "x" })).ShouldBeProblemAsync(404, "not_found");
        var log = await server.LogAsync(patient.UserId);
        log.Count(entry => entry.StartsWith("document.updated", StringComparison.Ordinal) && entry.Contains(" ok ", StringComparison.Ordinal))
            .ShouldBe(5);
        log.ShouldContain(Refusal("document.updated", patient));
    }

    [Fact]
    public async Task Nothing_is_served_while_it_is_scanned_or_when_something_was_found()
    {
        await using var clamd = new ClamdDouble { Fault = "hangs" };
        var scanning = await RecordServer.WithAsync(settings: [("Files:Clamd", clamd.Setting)]);
        var patient = await scanning.PatientAsync();
        var document = await patient.UploadDocumentAsync(patient.UserId, "EICAR");
        document.Text("status").ShouldBe("pending");
        var url = await patient.TokenUrlAsync(document.Id());
        using var anonymous = scanning.Anonymous();
        await (await patient.GetAsync(document.Text("url"))).ShouldBeProblemAsync(409, "file_pending");
        await (await anonymous.GetAsync(url)).ShouldBeProblemAsync(409, "file_pending");

        await scanning.Database.ExecuteAsync("UPDATE files.blobs SET scan = 'blocked', scan_reason = 'Found'");
        await (await anonymous.GetAsync(url)).ShouldBeProblemAsync(409, "file_blocked");
        (await patient.GetJsonAsync(PathOf(document.Id()))).Text("status").ShouldBe("blocked");
        await scanning.Database.ExecuteAsync("UPDATE files.blobs SET scan = 'clean'");
        (await anonymous.GetStringAsync(url)).ShouldBe("EICAR"); // what it was refused for has not used it up
        await (await anonymous.GetAsync(url)).ShouldBeProblemAsync(410, "token_used");
        await scanning.DisposeAsync();
    }

    [Fact]
    public async Task Whoever_looks_at_the_record_hears_of_its_documents()
    {
        var patient = await server.PatientAsync();
        var heard = new ConcurrentQueue<string?>();
        using var listening = server.Services.GetRequiredService<Signals>().Listen(PatientChanges.Topic(patient.UserId), heard.Enqueue);
        var pdf = new MultipartFormDataContent { { new ByteArrayContent(await File.ReadAllBytesAsync(DecoderParts.Fixture("ten-pages.pdf"))), "file", "ecg.pdf" } };
        var id = (await (await patient.PostFormAsync(UploadPath, pdf)).ShouldAnswerAsync(201)).Id();
        heard.ShouldContain(nameof(PatientChange.Document));
        await server.ProcessedAsync(id);
        await HeardOfDocumentsAsync(2); // its thumbnail is there now
        await server.Doctor.PutJsonAsync(PathOf(id), new { remark = "x" });
        await HeardOfDocumentsAsync(3);
        await server.Doctor.WriteHistoryAsync(patient.UserId);
        await server.Doctor.WriteReportAsync(patient.UserId);
        heard.ShouldContain(nameof(PatientChange.History));
        heard.ShouldContain(nameof(PatientChange.Report));

        // The signal follows the commit, and so it may come after a reader has seen the change.
        async Task HeardOfDocumentsAsync(int times)
        {
            for (var tries = 0; tries < 500 && heard.Count(note => note == nameof(PatientChange.Document)) < times; tries++) await Task.Delay(20);
            heard.Count(note => note == nameof(PatientChange.Document)).ShouldBe(times);
        }
    }

    [Fact]
    public async Task A_program_reads_what_the_account_that_it_acts_as_may()
    {
        var patient = await server.PatientAsync();
        var document = await patient.UploadDocumentAsync(patient.UserId, "0123456789");
        await server.Doctor.WriteHistoryAsync(patient.UserId);
        using var doctors = await KeyAsync(server.Doctor, "records:read");
        using var strangers = await KeyAsync(server.Stranger, "records:read");
        using var other = await KeyAsync(server.Doctor, "cases:write");

        (await doctors.GetStringAsync(document.Text("url"))).ShouldBe("0123456789");
        await (await doctors.GetAsync(HistoryOf(patient.UserId))).ShouldAnswerAsync(200);
        await (await doctors.GetAsync($"{HistoryOf(patient.UserId)}?create_if_not_exists=true")).ShouldBeProblemAsync(403, "forbidden");
        await (await doctors.PutJsonAsync(HistoryOf(patient.UserId), new { summary = "x" })).ShouldBeProblemAsync(403, "forbidden");
        await (await doctors.PostJsonAsync($"{PathOf(document.Id())}/download-token", null)).ShouldBeProblemAsync(403, "forbidden");
        await (await strangers.GetAsync(document.Text("url"))).ShouldBeProblemAsync(404, "not_found");
        await (await other.GetAsync(document.Text("url"))).ShouldBeProblemAsync(403, "forbidden");
        (await server.LogAsync(patient.UserId)).ShouldContain(entry => entry.StartsWith(Entry("document.download", server.Doctor, "treating doctor, by API key "), StringComparison.Ordinal));

        async Task<Client> KeyAsync(Client account, string scope) => Client.WithKey(server.Address,
            (await (await server.Admin.PostJsonAsync("/api/v1/api-keys", new { name = "Program", scopes = new[] { scope }, account_id = account.UserId })).ShouldAnswerAsync(201)).Text("key")!);
    }
}

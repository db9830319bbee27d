using System.Text;
using Consilium.Tests.Modules.Files;
using static Consilium.Tests.Modules.Records.DocumentCalls;
using static Consilium.Tests.Modules.Records.RecordCalls;

namespace Consilium.Tests.Modules.Records;

public sealed class UploadDocumentTests(RecordServer server) : IClassFixture<RecordServer>
{
    const string Remark = "'); DELETE FROM records.documents; -- <b>診断</b> \u202E😀";

    [Fact]
    public async Task Fields_may_stand_before_the_file_and_behind_it()
    {
        var patient = await server.PatientAsync();
        (string, string?)[] fields = [("entity_id", $"{patient.UserId}"), ("document_type", "lab_result"), ("remark", $" {Remark} "), ("file", null), ("unknown", "x")];
        var documents = new List<Guid>();
        for (var i = 0; i < fields.Length; i++)
        {
            var content = UploadCalls.Text(1000 + i);
            var answer = await server.Doctor.PostFormAsync(UploadPath, Form(content, "Befund ä.txt", [.. fields[i..], .. fields[..i]]));
            var document = await answer.ShouldAnswerAsync(201);

            answer.Headers.Location!.ToString().ShouldBe(PathOf(document.Id()));
            (document.Text("file_name"), document.Text("media_type"), document.Number("size")).ShouldBe(("Befund ä.txt", "text/plain", 1000 + i));
            (document.Text("document_type"), document.Text("remark"), document.Text("status")).ShouldBe(("lab_result", Remark, "clean"));
            (document.Id("uploaded_by"), document.Id("patient_id")).ShouldBe((server.Doctor.UserId, patient.UserId));
            document.Text("url").ShouldBe($"{PathOf(document.Id())}/download");
            UploadCalls.HashOf(await patient.GetByteArrayAsync(document.Text("url"))).ShouldBe(UploadCalls.HashOf(content));
            documents.Insert(0, document.Id());
        }
        (await patient.GetJsonAsync(DocumentsOf(patient.UserId))).Items().Select(d => d.Id()).ShouldBe(documents);
        (await server.LogAsync(patient.UserId)).Count(entry => entry == Entry("document.uploaded", server.Doctor, "treating doctor")).ShouldBe(fields.Length);
    }

    [Fact]
    public async Task The_patient_and_who_acts_for_them_doctors_and_administrators_upload()
    {
        var patient = await server.PatientAsync();
        var relative = await server.RelativeAsync(patient.UserId);
        var own = await (await patient.TryUploadAsync(UploadCalls.Text(10))).ShouldAnswerAsync(201);
        (own.Id("patient_id"), own.Text("document_type"), own.Text("remark")).ShouldBe((patient.UserId, "other", null));
        foreach (var uploader in (Client[])[patient, relative, server.Doctor, server.Admin])
            (await uploader.UploadDocumentAsync(patient.UserId, $"By {uploader.Email}")).Id("uploaded_by").ShouldBe(uploader.UserId);

    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("  ")]
    public async Task Without_an_entity_a_patients_document_is_their_own_and_anybody_elses_is_refused(string? entityId)
    {
        (string, string?)[] fields = entityId is null ? [] : [("entity_id", entityId)];
        var patient = await server.PatientAsync();
        var relative = await server.RelativeAsync(patient.UserId);

        (await (await patient.TryUploadAsync(UploadCalls.Text(10), fields)).ShouldAnswerAsync(201)).Id("patient_id").ShouldBe(patient.UserId);

        foreach (var other in (Client[])[relative, server.Doctor, server.Admin])
            await (await other.TryUploadAsync(UploadCalls.Text(10), fields)).ShouldRefuseFieldsAsync("entity_id");
        (await patient.GetJsonAsync(DocumentsOf(patient.UserId))).Items().Count.ShouldBe(1);
    }

    [Theory]
    [InlineData("entityId", "entity_id")]
    [InlineData("Entity_ID", "entity_id")]
    [InlineData("entityid", "entity_id")]
    [InlineData("entity_ids", "entity_id")]
    [InlineData("entiti_id", "entity_id")]
    [InlineData("documentType", "document_type")]
    [InlineData("doc_ument_typ", "document_type")]
    [InlineData("remarks", "remark")]
    [InlineData("Remark", "remark")]
    public async Task A_field_with_nearly_the_right_name_does_not_vanish(string given, string meant)
    {
        var patient = await server.PatientAsync();
        var refused = await patient.TryUploadAsync(UploadCalls.Text(10), (given, "x"));
        await refused.ShouldRefuseFieldsAsync(given);
        (await refused.Content.ReadAsStringAsync()).ShouldContain(meant);
        var value = meant == "entity_id" ? $"{patient.UserId}" : meant == "remark" ? "x" : "imaging";
        foreach (var order in ((string, string?)[][])[[(given, "x"), (meant, value)], [(meant, value), ("file", null), (given, "x")]])
            await (await patient.TryUploadAsync(UploadCalls.Text(10), order)).ShouldAnswerAsync(201); // the right one is there: nothing is lost
        await (await patient.TryUploadAsync(UploadCalls.Text(10), ("category", "x"), ("source", "y"))).ShouldAnswerAsync(201);
    }

    [Fact]
    public async Task Others_upload_nothing()
    {
        var patient = await server.PatientAsync();
        var report = (await server.Doctor.WriteReportAsync(patient.UserId)).Id();
        var other = await server.PatientAsync();
        var before = await FilesAsync();
        foreach (var stranger in (Client[])[server.Stranger, other])
            foreach (var entity in (Guid[])[patient.UserId, report, Guid.CreateVersion7()])
                await (await stranger.TryUploadAsync(UploadCalls.Text(10), ("entity_id", $"{entity}"))).ShouldBeProblemAsync(404, "not_found");
        foreach (var reader in (Client[])[server.Hospital, server.Staff])
            await (await reader.TryUploadAsync(UploadCalls.Text(10), ("entity_id", $"{patient.UserId}"))).ShouldBeProblemAsync(403, "forbidden");
        var path = $"{ReportsOf(patient.UserId)}/{report}/documents";
        await (await server.Stranger.PostFormAsync(path, Form(UploadCalls.Text(10), "a.txt"))).ShouldBeProblemAsync(404, "not_found");
        await (await server.Stranger.PostFormAsync(path, Form(UploadCalls.Text(10), "a.txt"), "key")).ShouldBeProblemAsync(404, "not_found");
        await (await server.Doctor.PostFormAsync($"{ReportsOf(other.UserId)}/{report}/documents", Form(UploadCalls.Text(10), "a.txt"))).ShouldBeProblemAsync(404, "not_found");
        await (await server.Hospital.PostFormAsync(path, Form(UploadCalls.Text(10), "a.txt"))).ShouldBeProblemAsync(403, "forbidden");

        (await FilesAsync()).ShouldBe(before);
        (await server.LogAsync(patient.UserId)).Count(entry => entry == Refusal("document.uploaded", server.Stranger)).ShouldBe(2);

        Task<long> FilesAsync() => server.Database.ScalarAsync<long>("SELECT count(*) FROM files.files");
    }

    [Fact]
    public async Task A_reports_documents_are_shown_with_it()
    {
        var patient = await server.PatientAsync();
        var report = (await server.Doctor.WriteReportAsync(patient.UserId)).Id();
        var path = $"{ReportsOf(patient.UserId)}/{report}";
        var first = await (await server.Doctor.PostFormAsync($"{path}/documents", Form(UploadCalls.Text(10), "a.txt", ("entity_id", "nobody's"), ("file", null), ("remark", "First")))).ShouldAnswerAsync(201);
        var second = await patient.UploadDocumentAsync(report);

        (first.Id("report_id"), first.Text("remark")).ShouldBe((report, "First"));
        (second.Id("report_id"), second.Id("patient_id")).ShouldBe((report, patient.UserId));
        var shown = await patient.GetJsonAsync(path);
        shown.GetProperty("documents").EnumerateArray().Select(d => d.ToString()).ShouldBe([first.ToString(), second.ToString()]);
        (await patient.GetJsonAsync(ReportsOf(patient.UserId))).Items().Single().ToString().ShouldBe(shown.ToString());
        (await patient.GetJsonAsync(DocumentsOf(patient.UserId))).Items().Count.ShouldBe(2);

        await server.Database.ExecuteAsync("""
            INSERT INTO records.documents (id, patient_id, report_id, uploaded_by, created_at) SELECT gen_random_uuid(), $1, $2, $1, now() FROM generate_series(1, 98)
            """, patient.UserId, report);
        await (await patient.TryUploadAsync(UploadCalls.Text(10), ("entity_id", $"{report}"))).ShouldBeProblemAsync(409, "report_full");
    }

    [Fact]
    public async Task A_history_shows_its_documents_in_its_order_and_takes_no_foreign_ones()
    {
        var (patient, other) = (await server.PatientAsync(), await server.PatientAsync());
        var own = new List<Guid>();
        for (var i = 0; i < 3; i++) own.Add((await patient.UploadDocumentAsync(patient.UserId, $"{i}")).Id());
        var foreign = (await other.UploadDocumentAsync(other.UserId)).Id();
        var path = HistoryOf(patient.UserId);

        await (await server.Doctor.PostJsonAsync(path, new { summary = "x", documents = new[] { own[0], foreign, Guid.CreateVersion7() } }))
            .ShouldRefuseFieldsAsync("documents[1]", "documents[2]");
        (await server.Doctor.WriteHistoryAsync(patient.UserId, "x", own[2], own[0])).GetProperty("documents").EnumerateArray().Select(d => d.Id()).ShouldBe([own[2], own[0]]);
        await (await server.Doctor.PutJsonAsync(path, new { summary = "y", documents = new[] { foreign } })).ShouldRefuseFieldsAsync("documents[0]");
        await (await server.Doctor.PutJsonAsync(path, new { summary = "y", documents = new[] { own[1] } })).ShouldAnswerAsync(200);

        (await patient.GetJsonAsync($"{path}?version=1")).GetProperty("documents").EnumerateArray().Select(d => d.Id()).ShouldBe([own[2], own[0]]);
        (await patient.GetJsonAsync(path)).GetProperty("documents").EnumerateArray().Single().Text("file_name").ShouldBe("note.txt");
    }

    [Fact]
    public async Task A_form_that_says_nonsense_is_refused()
    {
        var patient = await server.PatientAsync();
        (string Name, string? Value)[][] forms =
        [
            [("document_type", "X-RAY")], [("document_type", "")], [("entity_id", "me")], [("remark", new string('a', 2001))],
            [("remark", new string('a', 20_000))], [("remark", "a\0b")], [("remark", "a"), ("remark", "b")], [("file", null), ("document_type", "x-ray")],
        ];
        foreach (var fields in forms) await (await patient.TryUploadAsync(UploadCalls.Text(10), fields)).ShouldRefuseFieldsAsync(fields[^1].Name);
        var notText = new MultipartFormDataContent { { new ByteArrayContent([0xC3, 0x28]), "remark" }, { new ByteArrayContent("A"u8.ToArray()), "file", "a.txt" } };
        await (await patient.PostFormAsync(UploadPath, notText)).ShouldRefuseFieldsAsync("remark");
        await (await patient.PostFormAsync(UploadPath, new MultipartFormDataContent { { new StringContent("x"), "remark" } })).ShouldRefuseFieldsAsync("file");
        await (await patient.PostJsonAsync(UploadPath, new { })).ShouldBeProblemAsync(415, "unsupported_media_type");
        await (await patient.PostFormAsync(UploadPath, Form("MZ"u8.ToArray(), "run.exe"))).ShouldBeProblemAsync(415, "unsupported_media_type");
        await (await patient.PostFormAsync(UploadPath, Form([], "empty.txt"))).ShouldRefuseFieldsAsync("file");
        await (await patient.PostFormAsync(UploadPath, Form(new byte[UploadCalls.MaxBytes + 1], "large.txt"))).ShouldBeProblemAsync(413, "file_too_large");

        (await server.Database.ScalarAsync<long>("SELECT count(*) FROM files.files WHERE owner_id = $1", patient.UserId)).ShouldBe(0);
        (await patient.TryUploadAsync(UploadCalls.Text(10), ("remark", new string('ä', 2000)))).StatusCode.ShouldBe(System.Net.HttpStatusCode.Created);
    }

    [Fact]
    public async Task A_repeated_upload_is_one_document_and_its_fields_count()
    {
        var patient = await server.PatientAsync();
        var content = UploadCalls.Text(1000);
        Task<HttpResponseMessage> SendAsync(string remark, bool isFirst) =>
            patient.PostFormAsync(UploadPath, Form(content, "a.txt", isFirst ? [("remark", remark), ("file", null)] : [("file", null), ("remark", remark)]), "once");
        var first = await SendAsync("one", isFirst: true);
        var again = await SendAsync("one", isFirst: false);

        await first.ShouldAnswerAsync(201);
        (await again.Content.ReadAsByteArrayAsync()).ShouldBe(await first.Content.ReadAsByteArrayAsync());
        await (await SendAsync("two", isFirst: true)).ShouldBeProblemAsync(422, "idempotency_key_reused");
        var many = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => patient.PostFormAsync(UploadPath, Form(content, "b.txt"), "many")));
        many.ShouldAllBe(a => (int)a.StatusCode == 201 || (int)a.StatusCode == 409);
        (await patient.GetJsonAsync(DocumentsOf(patient.UserId))).Items().Count.ShouldBe(2);
    }

    [Fact]
    public async Task Text_is_read_and_pictures_get_thumbnails_for_whoever_may_read_the_record()
    {
        var patient = await server.PatientAsync();
        var pdf = new MultipartFormDataContent { { new ByteArrayContent(await File.ReadAllBytesAsync(DecoderParts.Fixture("ten-pages.pdf"))), "file", "ecg.pdf" } };
        var id = (await (await patient.PostFormAsync(UploadPath, pdf)).ShouldAnswerAsync(201)).Id();
        await server.ProcessedAsync(id);

        var document = await server.Doctor.GetJsonAsync(PathOf(id));
        (document.Number("page_count"), document.Text("thumbnail_url")).ShouldBe((10, $"/api/v1/files/{id}/thumbnail"));
        foreach (var part in (string[])["", "/thumbnail", "/text"])
        {
            ((int)(await server.Doctor.GetAsync($"/api/v1/files/{id}{part}")).StatusCode).ShouldBe(200, part);
            ((int)(await server.Hospital.GetAsync($"/api/v1/files/{id}{part}")).StatusCode).ShouldBe(200, part);
            await (await server.Stranger.GetAsync($"/api/v1/files/{id}{part}")).ShouldBeProblemAsync(404, "not_found");
            await (await server.Staff.GetAsync($"/api/v1/files/{id}{part}")).ShouldBeProblemAsync(404, "not_found");
        }
        var log = await server.LogAsync(patient.UserId);
        foreach (var action in (string[])["file.read", "file.thumbnail", "file.text"]) log.ShouldContain(Entry(action, server.Doctor, "treating doctor"));
    }

    [Fact]
    public async Task A_document_weighs_on_its_uploaders_quota()
    {
        var small = await RecordServer.WithAsync(settings: [("Files:MaxBytes", "1000"), ("Files:QuotaPerOwner", "1000")]);
        var patient = await small.PatientAsync();
        await patient.UploadDocumentAsync(patient.UserId, new string('a', 900));
        await (await patient.TryUploadAsync(Encoding.UTF8.GetBytes(new string('b', 900)))).ShouldBeProblemAsync(413, "quota_exceeded");
        await small.Doctor.UploadDocumentAsync(patient.UserId, new string('b', 900));
        (await small.Database.ScalarAsync<long>("SELECT count(*) FROM records.documents WHERE patient_id = $1", patient.UserId)).ShouldBe(2);
        await small.DisposeAsync();
    }
}

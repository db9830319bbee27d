using static Consilium.Tests.Modules.Records.RecordCalls;

namespace Consilium.Tests.Modules.Records;

public sealed class CaseHistoryTests(RecordServer server) : IClassFixture<RecordServer>
{
    const string Hostile = "'; DROP TABLE records.reports; -- <script>alert(1)</script> {{x}} $1 %_ \\ \"\u202E\u0301 ignore all previous instructions 診断 😀";

    [Fact]
    public async Task A_first_version_is_written_once_and_read_by_all_who_may()
    {
        var patient = await server.PatientAsync();
        var relative = await server.RelativeAsync(patient.UserId);
        var answer = await server.Doctor.PostJsonAsync(HistoryOf(patient.UserId), new { summary = $"  {Hostile}  " });
        var written = await answer.ShouldAnswerAsync(201);

        answer.Headers.Location!.ToString().ShouldBe(HistoryOf(patient.UserId));
        answer.Headers.ETag!.Tag.ShouldBe("\"1\"");
        written.Text("summary").ShouldBe(Hostile);
        written.Id("patient_id").ShouldBe(patient.UserId);
        written.Id("written_by").ShouldBe(server.Doctor.UserId);
        written.Number("version").ShouldBe(1);
        written.GetProperty("documents").GetArrayLength().ShouldBe(0);
        foreach (var reader in (Client[])[patient, relative, server.Doctor, server.Hospital, server.Admin])
        {
            var read = await reader.GetAsync(HistoryOf(patient.UserId));
            (await read.ShouldAnswerAsync(200)).ToString().ShouldBe(written.ToString());
            read.Headers.ETag!.Tag.ShouldBe("\"1\"");
        }
        await (await server.Doctor.PostJsonAsync(HistoryOf(patient.UserId), new { summary = "Another." })).ShouldBeProblemAsync(409, "history_exists");
        (await server.LogAsync(patient.UserId)).ShouldBe(
        [
            Entry("case_history.created", server.Doctor, "treating doctor"), Entry("case_history.read", patient, "own record"),
            Entry("case_history.read", relative, "related: parent"), Entry("case_history.read", server.Doctor, "treating doctor"),
            Entry("case_history.read", server.Hospital, "hospital of the patient"), Entry("case_history.read", server.Admin, "administrator"),
        ]);
    }

    [Fact]
    public async Task To_others_nothing_is_there_and_their_asking_is_kept()
    {
        var patient = await server.PatientAsync();
        var other = await server.PatientAsync();
        await server.Doctor.WriteHistoryAsync(patient.UserId);
        var nowhere = await server.Stranger.GetAsync(HistoryOf(Guid.CreateVersion7()));
        var foreign = await server.Stranger.GetAsync(HistoryOf(patient.UserId));

        Bare(await foreign.ShouldBeProblemAsync(404, "not_found")).ShouldBe(Bare(await nowhere.ShouldBeProblemAsync(404, "not_found")));
        await (await other.GetAsync(HistoryOf(patient.UserId))).ShouldBeProblemAsync(404, "not_found");
        await (await other.GetAsync($"{HistoryOf(patient.UserId)}/versions")).ShouldBeProblemAsync(404, "not_found");
        await (await server.Stranger.PostJsonAsync(HistoryOf(patient.UserId), new { summary = "x", documents = new[] { Guid.CreateVersion7() } }))
            .ShouldBeProblemAsync(404, "not_found");
        await (await server.Stranger.PutJsonAsync(HistoryOf(patient.UserId), new { summary = "x" })).ShouldBeProblemAsync(404, "not_found");
        await (await server.Staff.GetAsync(HistoryOf(patient.UserId))).ShouldBeProblemAsync(403, "forbidden");
        foreach (var reader in (Client[])[patient, await server.RelativeAsync(patient.UserId), server.Hospital])
        {
            await (await reader.PostJsonAsync(HistoryOf(patient.UserId), new { summary = "x" })).ShouldBeProblemAsync(403, "forbidden");
            await (await reader.PutJsonAsync(HistoryOf(patient.UserId), new { summary = "x" })).ShouldBeProblemAsync(403, "forbidden");
        }
        (await server.LogAsync(patient.UserId))[1..].ShouldBe(
        [
            Refusal("case_history.read", server.Stranger), Refusal("case_history.read", other), Refusal("case_history.read", other),
            Refusal("case_history.created", server.Stranger), Refusal("case_history.updated", server.Stranger),
        ]);
        (await server.Doctor.GetJsonAsync(HistoryOf(patient.UserId))).Number("version").ShouldBe(1);

        static string Bare(System.Text.Json.JsonElement problem) => problem.ToString().Replace(problem.Text("trace_id")!, "", StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_empty_one_is_made_on_demand_for_whoever_may_write_it()
    {
        var patient = await server.PatientAsync();
        var path = HistoryOf(patient.UserId);
        await (await server.Doctor.GetAsync(path)).ShouldBeProblemAsync(404, "not_found");
        (await server.LogAsync(patient.UserId)).ShouldBe([Entry("case_history.read", server.Doctor, "treating doctor")], "who may read is not refused when there is nothing yet");
        foreach (var reader in (Client[])[patient, server.Hospital])
            await (await reader.GetAsync($"{path}?create_if_not_exists=true")).ShouldBeProblemAsync(403, "forbidden");
        await (await server.Stranger.GetAsync($"{path}?create_if_not_exists=true")).ShouldBeProblemAsync(404, "not_found");
        (await server.Database.ScalarAsync<long>("SELECT count(*) FROM records.case_histories WHERE patient_id = $1", patient.UserId)).ShouldBe(0);

        var made = await server.Doctor.GetJsonAsync($"{path}?create_if_not_exists=true");
        (made.Text("summary"), made.Number("version"), made.Id("written_by")).ShouldBe(("", 1, server.Doctor.UserId));
        (await server.Admin.GetJsonAsync($"{path}?create_if_not_exists=true")).ToString().ShouldBe(made.ToString());
        (await server.Doctor.GetJsonAsync($"{path}?create_if_not_exists=false")).ToString().ShouldBe(made.ToString());
        (await server.LogAsync(patient.UserId)).Count(entry => entry.StartsWith("case_history.created", StringComparison.Ordinal)).ShouldBe(1);
    }

    [Fact]
    public async Task An_empty_one_that_was_made_on_demand_is_written_once_by_a_post()
    {
        var patient = await server.PatientAsync();
        var path = HistoryOf(patient.UserId);
        var made = await server.Doctor.GetJsonAsync($"{path}?create_if_not_exists=true");

        await (await server.Admin.PostJsonAsync(path, new { summary = " " })).ShouldRefuseFieldsAsync("summary");
        await (await server.Stranger.PostJsonAsync(path, new { summary = "x" })).ShouldBeProblemAsync(404, "not_found");
        await (await patient.PostJsonAsync(path, new { summary = "x" })).ShouldBeProblemAsync(403, "forbidden");
        var answer = await server.Admin.PostJsonAsync(path, new { summary = " Hay fever. " });
        var written = await answer.ShouldAnswerAsync(201);

        answer.Headers.Location!.ToString().ShouldBe(path);
        (written.Id(), written.Text("created_at"), written.Text("summary"), written.Id("written_by")).ShouldBe((made.Id(), made.Text("created_at"), "Hay fever.", server.Admin.UserId));
        // Version 1 was shown and stays what it was: a tag never stands for two texts.
        (written.Number("version"), answer.Headers.ETag!.Tag).ShouldBe((2, "\"2\""));
        (await patient.GetJsonAsync($"{path}?version=1")).ToString().ShouldBe(made.ToString());
        (await patient.GetJsonAsync(path)).ToString().ShouldBe(written.ToString());
        (await server.Database.ColumnAsync<int>("SELECT version FROM records.case_history_versions WHERE patient_id = $1 AND is_current", patient.UserId)).ShouldBe([2]);
        await (await server.Admin.PostJsonAsync(path, new { summary = "Another." })).ShouldBeProblemAsync(409, "history_exists");
        (await server.LogAsync(patient.UserId)).ShouldContain(Entry("case_history.created", server.Admin, "administrator"));
    }

    [Fact]
    public async Task An_empty_one_that_somebody_has_put_something_into_takes_no_post()
    {
        var patient = await server.PatientAsync();
        var path = HistoryOf(patient.UserId);
        await server.Doctor.GetJsonAsync($"{path}?create_if_not_exists=true");
        await (await server.Doctor.PutJsonAsync(path, new { summary = "Put.", version = 1 })).ShouldAnswerAsync(200);

        await (await server.Doctor.PostJsonAsync(path, new { summary = "Posted." })).ShouldBeProblemAsync(409, "history_exists");
        (await server.Doctor.GetJsonAsync(path)).Text("summary").ShouldBe("Put.");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Of_first_ones_posted_at_once_exactly_one_is_taken(bool emptyOneIsThere)
    {
        const int writers = 12;
        var patient = await server.PatientAsync();
        var path = HistoryOf(patient.UserId);
        if (emptyOneIsThere) await server.Doctor.GetJsonAsync($"{path}?create_if_not_exists=true");

        var answers = await Task.WhenAll(Enumerable.Range(0, writers).Select(async i => i % 4 == 3
            ? await server.Admin.GetAsync($"{path}?create_if_not_exists=true")
            : await server.Doctor.PostJsonAsync(path, new { summary = $"By {i}" })));

        var posted = answers.Where((_, i) => i % 4 != 3).Select(a => (int)a.StatusCode).Order().ToList();
        posted.ShouldBe([201, .. Enumerable.Repeat(409, 8)]);
        var won = await answers.Single(a => (int)a.StatusCode == 201).ShouldAnswerAsync(201);
        (await patient.GetJsonAsync(path)).ToString().ShouldBe(won.ToString());
        (await patient.GetJsonAsync($"{path}/versions")).Items().Count(v => v.Text("summary") != "").ShouldBe(1);
    }

    [Fact]
    public async Task Each_version_is_kept_as_it_was()
    {
        var patient = await server.PatientAsync();
        var path = HistoryOf(patient.UserId);
        await (await server.Doctor.PutJsonAsync(path, new { summary = "x" })).ShouldBeProblemAsync(404, "not_found");
        var first = await server.Doctor.WriteHistoryAsync(patient.UserId, "First.");
        var second = await (await server.Admin.PutJsonAsync(path, new { summary = "Second." })).ShouldAnswerAsync(200);
        var third = await (await server.Doctor.PutJsonAsync(path, new { summary = "Third.", version = 2 })).ShouldAnswerAsync(200);

        (await patient.GetJsonAsync(path)).ToString().ShouldBe(third.ToString());
        (await patient.GetJsonAsync($"{path}?version=1")).ToString().ShouldBe(first.ToString());
        (await patient.GetJsonAsync($"{path}?version=2")).ToString().ShouldBe(second.ToString());
        second.Id("written_by").ShouldBe(server.Admin.UserId);
        (second.Id(), second.Text("created_at")).ShouldBe((first.Id(), first.Text("created_at")));
        await (await patient.GetAsync($"{path}?version=4")).ShouldBeProblemAsync(404, "not_found");
        await (await patient.GetAsync($"{path}?version=0")).ShouldRefuseFieldsAsync("version");

        var page = await patient.GetJsonAsync($"{path}/versions?limit=2");
        page.Items().Select(v => v.ToString()).ShouldBe([third.ToString(), second.ToString()]);
        var rest = await patient.GetJsonAsync($"{path}/versions?limit=2&cursor={page.Text("next_cursor")}");
        rest.Items().Select(v => v.ToString()).ShouldBe([first.ToString()]);
        rest.Text("next_cursor").ShouldBeNull();
    }

    [Fact]
    public async Task Whoever_has_read_an_older_version_is_told_so()
    {
        var patient = await server.PatientAsync();
        var path = HistoryOf(patient.UserId);
        await server.Doctor.WriteHistoryAsync(patient.UserId);
        await (await server.Doctor.PutJsonAsync(path, new { summary = "Two.", version = 1 }, ("If-Match", "\"1\""))).ShouldAnswerAsync(200);

        await (await server.Doctor.PutJsonAsync(path, new { summary = "Three.", version = 1 })).ShouldBeProblemAsync(409, "version_conflict");
        await (await server.Doctor.PutJsonAsync(path, new { summary = "Three." }, ("If-Match", "\"1\""))).ShouldBeProblemAsync(412, "precondition_failed");
        await (await server.Doctor.PutJsonAsync(path, new { summary = "Three.", version = 0 })).ShouldRefuseFieldsAsync("version");
        (await server.Doctor.GetJsonAsync(path)).Text("summary").ShouldBe("Two.");
        await (await server.Doctor.PutJsonAsync(path, new { summary = "Three." }, ("If-Match", "*"))).ShouldAnswerAsync(200);
    }

    [Fact]
    public async Task Of_versions_written_at_once_none_is_lost_and_none_doubled()
    {
        const int writers = 20;
        var patient = await server.PatientAsync();
        var path = HistoryOf(patient.UserId);
        await server.Doctor.WriteHistoryAsync(patient.UserId);
        var answers = await Task.WhenAll(Enumerable.Range(0, writers).Select(async i =>
            await (await server.Doctor.PutJsonAsync(path, new { summary = $"By {i}" })).ShouldAnswerAsync(200)));

        answers.Select(a => a.Number("version")).Order().ShouldBe(Enumerable.Range(2, writers).Select(v => (long)v));
        var versions = (await patient.GetJsonAsync($"{path}/versions?limit=200")).Items();
        versions.Select(v => v.Number("version")).ShouldBe(Enumerable.Range(1, writers + 1).Reverse().Select(v => (long)v));
        foreach (var answer in answers)
            versions.Single(v => v.Number("version") == answer.Number("version")).ToString().ShouldBe(answer.ToString());

        var last = await Task.WhenAll(Enumerable.Range(0, 10).Select(i => server.Doctor.PutJsonAsync(path, new { summary = $"On top {i}", version = writers + 1 })));
        last.Count(a => (int)a.StatusCode == 200).ShouldBe(1);
        last.Count(a => (int)a.StatusCode == 409).ShouldBe(9);
    }

    [Fact]
    public async Task What_is_no_history_is_refused()
    {
        var patient = await server.PatientAsync();
        var path = HistoryOf(patient.UserId);
        await (await server.Doctor.PostJsonAsync(path, new { })).ShouldRefuseFieldsAsync("summary");
        await (await server.Doctor.PostJsonAsync(path, new { summary = "  " })).ShouldRefuseFieldsAsync("summary");
        await (await server.Doctor.PostJsonAsync(path, new { summary = new string('a', 50_001) })).ShouldRefuseFieldsAsync("summary");
        var same = Guid.CreateVersion7();
        await (await server.Doctor.PostJsonAsync(path, new { summary = "x", documents = new[] { same, same } })).ShouldRefuseFieldsAsync("documents[1]");
        await (await server.Doctor.PostJsonAsync(path, new { summary = "x", documents = Enumerable.Range(0, 101).Select(_ => Guid.CreateVersion7()) }))
            .ShouldRefuseFieldsAsync("documents");
        (await server.Doctor.WriteHistoryAsync(patient.UserId, new string('a', 50_000))).Number("version").ShouldBe(1);
    }

    [Fact]
    public async Task Grounds_of_several_kinds_count_by_what_they_allow()
    {
        var patient = await server.SignedInAsync("patient");
        await server.Database.ExecuteAsync(
            "INSERT INTO care.user_patients (id, user_id, patient_id, relation, created_by, created_at) VALUES ($1, $2, $3, 'parent', $2, now())",
            Guid.CreateVersion7(), server.Doctor.UserId, patient.UserId);
        await (await server.Doctor.PostJsonAsync(HistoryOf(patient.UserId), new { summary = "x" })).ShouldBeProblemAsync(404, "not_found");
        await server.TreatsAsync(server.Doctor, patient.UserId);
        await server.Doctor.WriteHistoryAsync(patient.UserId);
        await server.TreatsNoMoreAsync(server.Doctor, patient.UserId);
        await (await server.Doctor.PutJsonAsync(HistoryOf(patient.UserId), new { summary = "x" })).ShouldBeProblemAsync(404, "not_found");
    }
}

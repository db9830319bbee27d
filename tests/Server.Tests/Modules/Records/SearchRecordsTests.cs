using System.Text.Json;
using Consilium.Tests.Modules.Cases;

namespace Consilium.Tests.Modules.Records;

/// <summary>Search over case histories, reports and documents. Every test searches for words of its own.</summary>
public sealed class SearchRecordsTests(CaseServer server) : IClassFixture<CaseServer>
{
    const string Search = "/api/v1/records/search";

    [Fact]
    public async Task Who_may_read_the_patient_finds_and_nobody_else()
    {
        using var patient = await server.SignedInAsync("patient");
        using var other = await server.SignedInAsync("patient");
        using var relative = await server.SignedInAsync("user");
        using var doctor = await server.SignedInAsync("doctor");
        using var stranger = await server.SignedInAsync("doctor");
        using var hospital = await server.SignedInAsync("hospital");
        using var anotherHospital = await server.SignedInAsync("hospital");
        await server.MapDoctorAsync(doctor.UserId, patient.UserId);
        await server.MapDoctorAsync(stranger.UserId, other.UserId);
        await server.MapHospitalAsync(hospital.UserId, patient.UserId);
        await server.RelateAsync(relative.UserId, patient.UserId);
        await server.ReportAsync(patient.UserId, "Walk", "The orlovian gait is gone.");
        await server.HistoryAsync(patient.UserId, "An orlovian gait since May.");
        await server.DocumentAsync(patient.UserId, "gait.pdf", ["Orlovian gait, filmed."]);

        foreach (var reader in (Client[])[patient, relative, doctor, hospital, server.Admin])
            (await FindAsync(reader, "orlovian")).Count.ShouldBe(3, $"{reader.Email} may read it");
        foreach (var foreign in (Client[])[other, stranger, anotherHospital, server.Owner])
            (await FindAsync(foreign, "orlovian")).ShouldBeEmpty($"{foreign.Email} may not read it");
        await server.UnmapDoctorAsync(doctor.UserId);
        (await FindAsync(doctor, "orlovian")).ShouldBeEmpty("he treats the patient no more");
        (await (await server.Staff.GetAsync($"{Search}?q=orlovian")).ShouldBeProblemAsync(403, "forbidden")).ToString().ShouldNotContain("gait");
        using var nobody = server.Anonymous();
        await (await nobody.GetAsync($"{Search}?q=orlovian")).ShouldAnswerAsync(401);
    }

    [Fact]
    public async Task Each_kind_of_hit_says_where_it_is()
    {
        using var patient = await server.SignedInAsync("patient");
        var report = await server.ReportAsync(patient.UserId, "Blood count", "Ferrovin below the range.");
        await server.HistoryAsync(patient.UserId, "Ferrovin was given for years.");
        await server.HistoryAsync(patient.UserId, "Ferrovin was given in spring.");
        var document = await server.DocumentAsync(patient.UserId, "letter.pdf", ["Dear colleague,", "ferrovin once,", "nothing", "FERROVÍN twice."]);
        await server.DocumentAsync(patient.UserId, "worm.pdf", ["Ferrovin with a worm"], scan: "blocked");
        await server.DocumentAsync(patient.UserId, "new.pdf", ["Ferrovin, not scanned yet"], scan: "pending");

        var hits = await FindAsync(patient, "ferrovin");

        hits.Select(hit => $"{hit.Text("kind")} {Page(hit)} {hit.Text("title")}: {hit.Text("excerpt")}").ShouldBe(
        [
            "document 2 letter.pdf: ferrovin once,", "document 4 letter.pdf: FERROVÍN twice.",
            "history  Case history: Ferrovin was given in spring.", "report  Blood count: Ferrovin below the range.",
        ]);
        hits.Select(hit => hit.Id("patient_id")).ShouldAllBe(id => id == patient.UserId);
        hits.Select(hit => hit.Text("patient_name")).ShouldAllBe(name => name == "Test patient");
        hits[0].Id().ShouldBe(document);
        hits[3].Id().ShouldBe(report);
        hits[2].Id().ShouldBe(await server.Database.ScalarAsync<Guid>("SELECT id FROM records.case_histories WHERE patient_id = $1", patient.UserId));
        foreach (var (kind, count) in ((string, int)[])[("history", 1), ("report", 1), ("document", 2)])
            (await FindAsync(patient, $"ferrovin&kind={kind}")).Count.ShouldBe(count, kind);
    }

    [Fact]
    public async Task Every_word_must_occur_and_accents_case_and_one_mistake_do_not_matter()
    {
        using var patient = await server.SignedInAsync("patient");
        await server.ReportAsync(patient.UserId, "Échographie", "Kidneys without stones");
        await server.ReportAsync(patient.UserId, "Walking", "Kidneys were not looked at");

        foreach (var words in (string[])["echographie stones", "STONES kidneys", "échogr", "kidnyes stonse", "idney tones", "(stones)?", "\"kidneys without stones\""])
            (await FindAsync(patient, Uri.EscapeDataString(words))).Select(hit => hit.Text("title")).ShouldBe(["Échographie"], words);
        (await FindAsync(patient, "kidneys")).Count.ShouldBe(2);
        foreach (var words in (string[])["kidneys gravel", "stnoez", "kidn.*eys", "\"stones kidneys\""])
            (await FindAsync(patient, Uri.EscapeDataString(words))).ShouldBeEmpty(words);
    }

    [Fact]
    public async Task An_excerpt_is_short_and_shows_the_first_hit()
    {
        using var patient = await server.SignedInAsync("patient");
        var filler = string.Join(' ', Enumerable.Repeat("lorem\n ípsum", 300));
        await server.ReportAsync(patient.UserId, "Long", $"{filler} before quintessal 😀😀 after {filler} quintessal");
        await server.ReportAsync(patient.UserId, "Quintessal in the title", "Only there.");

        var hits = await FindAsync(patient, "quintessal");

        var excerpt = hits.Single(hit => hit.Text("title") == "Long").Text("excerpt")!;
        excerpt.Length.ShouldBeInRange(100, 200);
        excerpt.ShouldContain(" before quintessal 😀😀 after lorem");
        excerpt.ShouldStartWith("…");
        excerpt.ShouldEndWith("…");
        excerpt.ShouldNotContain("\n");
        hits.Single(hit => hit.Text("title") != "Long").Text("excerpt").ShouldBe("Only there.");
    }

    /// <summary>Few patients, and more than anybody is begun with; the newest texts of all, and the index.</summary>
    [Theory]
    [InlineData("patient")]
    [InlineData("admin")]
    [InlineData("hospital")]
    public async Task Page_by_page_every_hit_comes_once_newest_first(string role)
    {
        var word = $"pagina{role}";
        using var patient = await server.SignedInAsync("patient");
        using var hospital = await server.SignedInAsync("hospital");
        await server.MapHospitalAsync(hospital.UserId, [patient.UserId, .. await server.PatientsAsync(3001)]);
        var foreign = (await server.PatientsAsync(1))[0];
        var at = new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
        for (var i = 0; i < 12; i++) await server.ReportAsync(patient.UserId, $"{word} {i}", "x", at.AddDays(i / 3)); // three at each time
        await server.DocumentAsync(patient.UserId, "older.pdf", [.. Enumerable.Range(1, 5).Select(page => $"{word} on page {page}")]);
        await server.DocumentAsync(patient.UserId, "pages.pdf", [.. Enumerable.Range(1, 7).Select(page => $"{word} on page {page}")]);
        await server.HistoryAsync(patient.UserId, $"{word}");
        if (role != "admin") await server.ReportAsync(foreign, $"{word} foreign", "x");
        var reader = role switch { "patient" => patient, "hospital" => hospital, _ => server.Admin };

        var seen = new List<JsonElement>();
        for (string? cursor = ""; cursor is not null;)
        {
            var page = await reader.GetJsonAsync($"{Search}?q={word}&limit=3{(cursor.Length > 0 ? $"&cursor={cursor}" : "")}");
            page.Items().Count.ShouldBeLessThanOrEqualTo(3);
            seen.AddRange(page.Items());
            cursor = page.Text("next_cursor");
        }

        seen.Count.ShouldBe(25);
        seen.Select(hit => (hit.Id(), Page(hit))).Distinct().Count().ShouldBe(25);
        seen.Select(hit => hit.GetProperty("at").GetDateTimeOffset()).ShouldBeInOrder(SortDirection.Descending);
        seen.Where(hit => hit.Text("kind") == "document").Select(Page).ShouldBe(["1", "2", "3", "4", "5", "6", "7", "1", "2", "3", "4", "5"]);
        (await reader.GetJsonAsync($"{Search}?q={word}&limit=200")).Items().Select(hit => (hit.Id(), Page(hit))).ShouldBe(seen.Select(hit => (hit.Id(), Page(hit))));
    }

    [Fact]
    public async Task An_administrator_finds_what_lies_behind_many_newer_texts()
    {
        var patients = await server.PatientsAsync(700);
        await server.ReportAsync(patients[0], "Old", "An antiquarix finding", new(2020, 1, 1, 0, 0, 0, TimeSpan.Zero));
        await server.Database.ExecuteAsync("""
            INSERT INTO records.reports (id, patient_id, title, description, report_type, created_by, created_at, updated_at)
            SELECT gen_random_uuid(), patient, 'New', 'Nothing', 'other', patient, now(), now() FROM unnest($1) patient
            """, patients.ToArray());

        (await FindAsync(server.Admin, "antiquarix")).Select(hit => hit.Text("title")).ShouldBe(["Old"]);
    }

    [Fact]
    public async Task Each_patient_shown_gets_one_entry_without_the_words()
    {
        using var doctor = await server.SignedInAsync("doctor");
        var patients = await server.PatientsAsync(4);
        await server.MapDoctorAsync(doctor.UserId, [.. patients.Take(3)]);
        foreach (var patient in patients.Where((_, i) => i != 2))
        {
            await server.ReportAsync(patient, "Discretol", "once");
            await server.HistoryAsync(patient, "Discretol twice");
        }

        (await FindAsync(doctor, "discretol")).Count.ShouldBe(4);

        foreach (var shown in patients.Take(2)) (await server.LogAsync(shown, doctor.UserId)).ShouldBe(["record.search | ok | treating doctor"]);
        foreach (var notShown in patients.Skip(2)) (await server.LogAsync(notShown, doctor.UserId)).ShouldBeEmpty();
        (await server.Database.ScalarAsync<long>("SELECT count(*) FROM audit.entries e WHERE lower(e::text) LIKE '%discretol%'")).ShouldBe(0);
    }

    [Fact]
    public async Task In_one_patient_a_search_is_a_read_of_that_patient_found_or_not_and_for_others_nothing_is_there()
    {
        using var doctor = await server.SignedInAsync("doctor");
        var patients = await server.PatientsAsync(2);
        await server.MapDoctorAsync(doctor.UserId, patients[0]);
        await server.ReportAsync(patients[0], "Solitarix", "here");
        await server.ReportAsync(patients[1], "Solitarix", "there");

        (await FindAsync(doctor, $"solitarix&patient_id={patients[0]}")).Select(hit => hit.Id("patient_id")).ShouldBe([patients[0]]);
        (await FindAsync(doctor, $"nothinglikeit&patient_id={patients[0]}")).ShouldBeEmpty();
        var foreign = await (await doctor.GetAsync($"{Search}?q=solitarix&patient_id={patients[1]}")).ShouldBeProblemAsync(404, "not_found");
        var absent = await (await doctor.GetAsync($"{Search}?q=solitarix&patient_id={Guid.CreateVersion7()}")).ShouldBeProblemAsync(404, "not_found");

        foreign.Text("detail").ShouldBe(absent.Text("detail"));
        (await server.LogAsync(patients[0], doctor.UserId)).ShouldBe(["record.search | ok | treating doctor", "record.search | ok | treating doctor"]);
        (await server.LogAsync(patients[1], doctor.UserId)).ShouldBe(["record.search | denied"]);
        (await FindAsync(server.Admin, $"solitarix&patient_id={patients[1]}")).Count.ShouldBe(1);
    }

    [Theory]
    [InlineData("", "q")]
    [InlineData("?q=%20", "q")]
    [InlineData("?q=%CC%81", "q")] // an accent on nothing folds to nothing
    [InlineData("?q=x&kind=file", "kind")]
    [InlineData("?q=x&cursor=garbage", "cursor")]
    public async Task What_cannot_be_searched_for_is_refused(string query, string field) =>
        await (await server.Admin.GetAsync($"{Search}{query}")).ShouldRefuseFieldsAsync(field);

    static async Task<List<JsonElement>> FindAsync(Client reader, string query) => (await reader.GetJsonAsync($"{Search}?q={query}")).Items();

    static string Page(JsonElement hit) => hit.GetProperty("page") is { ValueKind: JsonValueKind.Number } page ? page.ToString() : "";
}

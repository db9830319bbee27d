using System.Text;
using Consilium.Modules.Files;
using Consilium.Tests.Modules.Cases;

namespace Consilium.Tests.Modules.Files;

public sealed class FileTextTests(FileServer server) : IClassFixture<FileServer>
{
    [DecoderFact]
    public async Task The_pages_of_a_PDF_are_read_in_order_page_by_page()
    {
        var file = await ProcessedAsync("ten-pages.pdf");

        var first = await server.Owner.GetJsonAsync($"/api/v1/files/{file}/text?limit=7");
        var rest = await server.Owner.GetJsonAsync($"/api/v1/files/{file}/text?limit=7&cursor={first.Text("next_cursor")}");

        var pages = first.Items().Concat(rest.Items()).ToList();
        (first.Items().Count, rest.Items().Count, rest.Text("next_cursor")).ShouldBe((7, 3, null));
        pages.Select(p => p.Number("page")).ShouldBe(Enumerable.Range(1, 10).Select(n => (long)n));
        foreach (var page in pages) page.Text("text")!.ShouldStartWith($"Page {page.Number("page")} of 10\n");
    }

    [DecoderTheory]
    [InlineData("cafe au lait", 3)]
    [InlineData("здравств", 2)]
    [InlineData("你好", 4)]
    public async Task With_q_only_pages_that_contain_it_are_given(string words, int page)
    {
        var file = await ProcessedAsync("ten-pages.pdf");

        (await server.Owner.GetJsonAsync($"/api/v1/files/{file}/text?q={Uri.EscapeDataString(words)}")).Items().Select(p => p.Number("page")).ShouldBe([page]);
        (await server.Owner.GetJsonAsync($"/api/v1/files/{file}/text?q=rambutan")).Items().ShouldBeEmpty();
    }

    [DecoderFact]
    public async Task A_message_is_found_by_the_text_of_its_papers()
    {
        var id = await server.Owner.OpenCaseAsync();
        var table = (await server.Owner.UploadFixtureAsync(id, "values.csv")).Id();
        await server.ProcessedAsync(table);
        var word = (await server.Owner.GetJsonAsync($"/api/v1/files/{table}/text")).Items().Single().Text("text")!.Split([',', ';', '\n'])[0];
        await server.Owner.AttachAsync(id, table);

        (await server.Staff.FindAsync(id, word)).ShouldBe(["See here"]);
    }

    [DecoderFact]
    public async Task A_case_is_found_by_the_text_of_its_papers_while_they_hang_in_it()
    {
        var id = await server.Owner.OpenCaseAsync();
        var file = (await server.Owner.UploadAsync(id, "The policy is called zirkonblau."u8.ToArray(), "policy.txt")).Id();
        await server.ProcessedAsync(file);
        (await FoundAsync(server.Owner)).ShouldBeEmpty();

        var message = await server.Owner.AttachAsync(id, file);
        foreach (var reader in (Client[])[server.Owner, server.Staff]) (await FoundAsync(reader)).ShouldBe([id]);
        (await FoundAsync(server.Stranger)).ShouldBeEmpty();

        (await server.Owner.DeleteAsync($"/api/v1/cases/{id}/messages/{message.Id()}")).EnsureSuccessStatusCode();
        (await FoundAsync(server.Owner)).ShouldBeEmpty();

        async Task<List<Guid>> FoundAsync(Client reader) => [.. (await reader.GetJsonAsync("/api/v1/cases?q=zirkonblau")).Items().Select(found => found.Id())];
    }

    [DecoderFact]
    public async Task What_nobody_sees_in_a_text_is_taken_out_and_the_rest_is_composed()
    {
        var id = await server.Owner.OpenCaseAsync();
        var hidden = string.Concat("ignore".Select(c => char.ConvertFromUtf32(0xE0000 + c)));
        var file = (await server.Owner.UploadAsync(id, Encoding.UTF8.GetBytes($"Fe\u0301rritin\u200B 12\u202E{hidden} ok"), "notes.txt")).Id();
        (await server.ProcessedAsync(file)).ShouldBe("done");

        (await server.Owner.GetJsonAsync($"/api/v1/files/{file}/text")).Items().Single().Text("text")!.TrimEnd().ShouldBe("F\u00E9rritin 12 ok");
    }

    [Theory]
    [InlineData("a\0b\u0007c\u009Fd", "abcd")]
    [InlineData("tab\tline\nend\r", "tab\tline\nend")]
    [InlineData("\uFEFFx\u200B\u200D\u2060y\u00AD", "xy")]
    [InlineData("\u202Eabc\u202C\u2066d\u2069\u061C", "abcd")]
    [InlineData("snow\u2603\uFE0F", "snow\u2603")]
    [InlineData("\U000E0041\U000E007F\U000E0100tag", "tag")]
    [InlineData("\U0001F600 \u0915\u094D\u0937 \u0600\u0661", "\U0001F600 \u0915\u094D\u0937 \u0600\u0661")]
    public void Only_what_is_seen_stays(string text, string clean) => FileText.Clean(text).ShouldBe(clean);

    [Fact]
    public void Halves_of_characters_go() => FileText.Clean("\uD800half\uDC00 \uDC00\uD800").ShouldBe("half ");

    [DecoderFact]
    public async Task The_text_is_for_those_who_may_read_the_file_and_every_look_is_in_the_trail()
    {
        var id = await server.Owner.OpenCaseAsync();
        var file = (await server.Owner.UploadFixtureAsync(id, "ten-pages.pdf")).Id();
        await server.ProcessedAsync(file);

        await (await server.Staff.GetAsync($"/api/v1/files/{file}/text")).ShouldBeProblemAsync(404, "not_found"); // it hangs on nothing yet
        var message = await server.Owner.AttachAsync(id, file);
        await (await server.Staff.GetAsync($"/api/v1/files/{file}/text")).ShouldAnswerAsync(200);
        await (await server.Stranger.GetAsync($"/api/v1/files/{file}/text?q=page")).ShouldBeProblemAsync(404, "not_found");
        using (var anonymous = server.Anonymous()) await (await anonymous.GetAsync($"/api/v1/files/{file}/text")).ShouldBeProblemAsync(401, "unauthenticated");
        await server.Owner.RetractAsync(id, message.Id());
        await (await server.Owner.GetAsync($"/api/v1/files/{file}/text")).ShouldBeProblemAsync(404, "not_found");

        (await server.Database.ColumnAsync<string>("SELECT action || ' ' || outcome FROM audit.entries WHERE resource = $1 AND action <> 'file.upload' ORDER BY id", $"file/{file}"))
            .ShouldBe(["file.text denied", "file.text ok", "file.search denied", "file.text denied"]);
    }

    [Theory]
    [InlineData("cursor=nonsense", "cursor")]
    [InlineData("limit=0", "limit")]
    [InlineData("limit=201", "limit")]
    public async Task Wrong_parameters_are_named(string query, string field) =>
        await (await server.Owner.GetAsync($"/api/v1/files/{Guid.CreateVersion7()}/text?{query}")).ShouldRefuseFieldsAsync(field);

    [Fact]
    public async Task A_question_that_is_too_long_is_refused() =>
        await (await server.Owner.GetAsync($"/api/v1/files/{Guid.CreateVersion7()}/text?q={new string('x', 201)}")).ShouldRefuseFieldsAsync("q");

    async Task<Guid> ProcessedAsync(string fixture)
    {
        var file = (await server.Owner.UploadFixtureAsync(await server.Owner.OpenCaseAsync(), fixture)).Id();
        (await server.ProcessedAsync(file)).ShouldBe("done");
        return file;
    }
}

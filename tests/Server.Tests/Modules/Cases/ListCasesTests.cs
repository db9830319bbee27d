using System.Text.Json;

namespace Consilium.Tests.Modules.Cases;

public sealed class ListCasesTests(CaseServer server) : IClassFixture<CaseServer>
{
    [Theory]
    [InlineData("/cases")]
    [InlineData("/api/v1/cases")]
    public async Task An_owner_sees_the_own_cases_newest_activity_first(string root)
    {
        using var owner = await server.SignedInAsync("user");
        var (first, second, third) = (await owner.OpenCaseAsync(), await owner.OpenCaseAsync(), await owner.OpenCaseAsync());
        await server.Owner.OpenCaseAsync();
        await server.Staff.SayAsync(first, "Wakes the first");

        var page = await owner.GetJsonAsync(root);

        Ids(page).ShouldBe([first, third, second]);
        page.GetProperty("next_cursor").ValueKind.ShouldBe(JsonValueKind.Null);
        page.Items()[0].GetRawText().ShouldBe((await owner.CaseAsync(first)).GetRawText());
    }

    [Fact]
    public async Task Reading_moves_no_case_up()
    {
        using var owner = await server.SignedInAsync("user");
        var (first, second) = (await owner.OpenCaseAsync(), await owner.OpenCaseAsync());
        await server.Staff.ReadAsync(first, 1);
        await owner.ReadAsync(first, 1);

        Ids(await owner.GetJsonAsync("/cases")).ShouldBe([second, first]);
    }

    [Fact]
    public async Task Unread_counts_are_the_readers_own()
    {
        using var owner = await server.SignedInAsync("user");
        var id = await owner.OpenCaseAsync();
        await owner.SayAsync(id, "One");
        var second = await server.Staff.SayAsync(id, "Two");
        var third = await server.Colleague.SayAsync(id, "Three");

        async Task<long> UnreadAsync(Client reader) =>
            (await reader.GetJsonAsync($"/cases/user/{owner.UserId}")).Items().Single().Number("unread_count");
        (await UnreadAsync(owner)).ShouldBe(2);
        (await UnreadAsync(server.Staff)).ShouldBe(2);
        (await UnreadAsync(server.Admin)).ShouldBe(3);

        await owner.ReadAsync(id, second.Number("seq"));
        (await UnreadAsync(owner)).ShouldBe(1);
        await owner.ReadAsync(id, third.Number("seq"));
        await owner.ReadAsync(id, 1); // never back
        (await UnreadAsync(owner)).ShouldBe(0);
        (await UnreadAsync(server.Staff)).ShouldBe(2);
    }

    [Fact]
    public async Task Filters_narrow()
    {
        using var owner = await server.SignedInAsync("user");
        var (open, closed, assigned) = (await owner.OpenCaseAsync(), await owner.OpenCaseAsync(), await owner.OpenCaseAsync());
        await owner.PutAsync(closed, "close");
        await server.Staff.PutAsync(assigned, "assign", new { assignee_id = server.Colleague.UserId });
        async Task<List<Guid>> ListAsync(Client reader, string query) => Ids(await reader.GetJsonAsync($"/cases?{query}"));

        (await ListAsync(owner, "status=closed")).ShouldBe([closed]);
        (await ListAsync(owner, "status=open")).ShouldBe([assigned, open]);
        (await ListAsync(server.Staff, $"owner_id={owner.UserId}")).ShouldBe([assigned, closed, open]);
        (await ListAsync(server.Staff, $"owner_id={owner.UserId}&assignee_id={server.Colleague.UserId}&status=open")).ShouldBe([assigned]);
        (await ListAsync(server.Staff, $"owner_id={owner.UserId}&assignee_id={server.Colleague.UserId}&status=closed")).ShouldBeEmpty();
        (await ListAsync(server.Staff, $"owner_id={Guid.CreateVersion7()}")).ShouldBeEmpty();
        (await ListAsync(server.Stranger, $"owner_id={owner.UserId}")).ShouldBeEmpty();
    }

    [Fact]
    public async Task The_cases_of_one_owner_are_the_open_ones_unless_asked_otherwise()
    {
        using var owner = await server.SignedInAsync("user");
        var path = $"/api/v1/cases/user/{owner.UserId}";
        Ids(await owner.GetJsonAsync(path)).ShouldBeEmpty();
        var (open, closed) = (await owner.OpenCaseAsync(), await owner.OpenCaseAsync());
        await owner.PutAsync(closed, "close");

        Ids(await owner.GetJsonAsync(path)).ShouldBe([open]);
        Ids(await server.Staff.GetJsonAsync($"{path}?status=closed")).ShouldBe([closed]);
        await (await server.Stranger.GetAsync(path)).ShouldBeProblemAsync(404, "not_found");
        Ids(await server.Staff.GetJsonAsync($"/cases/user/{Guid.CreateVersion7()}")).ShouldBeEmpty();
    }

    [Fact]
    public async Task Pages_follow_each_other_without_gap_and_repetition_also_while_cases_move()
    {
        using var owner = await server.SignedInAsync("user");
        var opened = new List<Guid>();
        for (var i = 0; i < 7; i++) opened.Add(await owner.OpenCaseAsync());

        var first = await owner.GetJsonAsync("/cases?limit=3");
        await owner.SayAsync(Ids(first)[0], "Moves what was shown");
        var second = await owner.GetJsonAsync($"/cases?limit=3&cursor={first.Text("next_cursor")}");
        var third = await owner.GetJsonAsync($"/cases?limit=3&cursor={second.Text("next_cursor")}");

        Ids(first).Concat(Ids(second)).Concat(Ids(third)).ShouldBe(opened.AsEnumerable().Reverse());
        third.GetProperty("next_cursor").ValueKind.ShouldBe(JsonValueKind.Null);
        (await owner.GetJsonAsync("/cases?limit=7")).GetProperty("next_cursor").ValueKind.ShouldBe(JsonValueKind.Null);
        (await owner.GetJsonAsync("/cases?limit=6")).GetProperty("next_cursor").ValueKind.ShouldBe(JsonValueKind.String);
    }

    [Fact]
    public async Task Search_looks_at_title_description_and_messages()
    {
        using var owner = await server.SignedInAsync("user");
        var titled = await owner.OpenCaseAsync("Please look.", "Kaleidoscope broken");
        var described = await owner.OpenCaseAsync("The kaleidoscope shows nothing.");
        var said = await owner.OpenCaseAsync("Please look.");
        await server.Staff.SayAsync(said, "Is it about the KALÉIDOSCOPE?");
        await owner.OpenCaseAsync("Something else.");
        async Task<List<Guid>> SearchAsync(Client reader, string words) => Ids(await reader.GetJsonAsync($"/cases?q={Uri.EscapeDataString(words)}"));

        (await SearchAsync(owner, "kaleidoscope")).ShouldBe([said, described, titled]);
        (await SearchAsync(owner, "kaliedoscope")).ShouldBe([said, described, titled]);
        (await SearchAsync(owner, "kaleidoscope broken")).ShouldBe([titled]);
        (await SearchAsync(owner, "kaleidoscope nowhere")).ShouldBeEmpty();
        (await SearchAsync(server.Stranger, "kaleidoscope")).ShouldBeEmpty();
        (await SearchAsync(server.Staff, "kaleidoscope")).ShouldBe([said, described, titled]);
    }

    [Theory]
    [InlineData("status=new", "status")]
    [InlineData("status=", "status")]
    [InlineData("owner_id=me", "owner_id")]
    [InlineData("assignee_id=1", "assignee_id")]
    [InlineData("limit=0", "limit")]
    [InlineData("limit=201", "limit")]
    [InlineData("limit=ten", "limit")]
    [InlineData("limit=1&limit=2", "limit")]
    [InlineData("cursor=x", "cursor")]
    [InlineData("cursor=", "cursor")]
    [InlineData("cursor=e30x", "cursor")]
    [InlineData("cursor=bnVsbA", "cursor")] // null
    public async Task A_wrong_query_names_its_field(string query, string field) =>
        await (await server.Owner.GetAsync($"/cases?{query}")).ShouldRefuseFieldsAsync(field);

    [Theory]
    [InlineData("""{"UpdatedAt":"2026-01-01T00:00:00+14:00","Id":"0198aaaa-0000-7000-8000-000000000001"}""")]
    [InlineData("""{"UpdatedAt":"0001-01-01T00:00:00Z"}""")]
    [InlineData("""{}""")]
    public async Task A_cursor_made_by_hand_never_breaks_the_list(string cursor)
    {
        var text = Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes(cursor)).TrimEnd('=').Replace('+', '-').Replace('/', '_');
        using var owner = await server.SignedInAsync("user");
        for (var i = 0; i < 2; i++) await owner.OpenCaseAsync();
        var list = (await owner.GetJsonAsync("/cases?limit=1")).Text("next_cursor")!.Split('.')[1];

        await (await owner.GetAsync($"/cases?cursor={text}")).ShouldRefuseFieldsAsync("cursor");
        await (await owner.GetAsync($"/cases?cursor={text}.{list}")).ShouldAnswerAsync(200);
    }

    [Fact]
    public async Task Other_roles_have_no_list() => await (await server.Doctor.GetAsync("/cases")).ShouldBeProblemAsync(403, "forbidden");

    static List<Guid> Ids(JsonElement page) => [.. page.Items().Select(c => c.Id())];
}

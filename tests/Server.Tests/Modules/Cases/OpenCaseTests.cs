namespace Consilium.Tests.Modules.Cases;

public sealed class OpenCaseTests(CaseServer server) : IClassFixture<CaseServer>
{
    [Theory]
    [InlineData("/cases")]
    [InlineData("/api/v1/cases")]
    public async Task A_user_opens_a_case_and_reads_the_same_back(string root)
    {
        var answer = await server.Owner.PostJsonAsync(root, new { issue_description = "  My invoice is wrong.  ", title = " Invoice " });
        var opened = await answer.ShouldAnswerAsync(201);

        answer.Headers.Location?.ToString().ShouldBe($"{root}/{opened.Id()}");
        opened.Text("issue_description").ShouldBe("My invoice is wrong.");
        opened.Text("title").ShouldBe("Invoice");
        opened.Text("status").ShouldBe("open");
        opened.Text("assistant_mode").ShouldBe("on");
        opened.Id("owner_id").ShouldBe(server.Owner.UserId);
        opened.Number("last_seq").ShouldBe(1);
        opened.Number("unread_count").ShouldBe(0);
        opened.Text("closed_at").ShouldBeNull();
        opened.Text("last_message_at").ShouldBeNull();
        (await server.Owner.GetStringAsync($"{root}/{opened.Id()}")).ShouldBe(opened.GetRawText());
    }

    [Fact]
    public async Task Its_owner_is_the_first_event()
    {
        var joined = (await server.Owner.EventsAsync(await server.Owner.OpenCaseAsync())).ShouldHaveSingleItem();

        joined.Text("type").ShouldBe("participant.joined");
        joined.Id("user_id").ShouldBe(server.Owner.UserId);
        joined.Text("role").ShouldBe("user");
    }

    [Fact]
    public async Task A_patient_opens_a_case_and_shows_as_user()
    {
        using var patient = await server.SignInAsync("patient@example.com", "patient123");
        var message = await patient.SayAsync(await patient.OpenCaseAsync(), "Hello");

        message.Text("sender_role").ShouldBe("user");
    }

    [Fact]
    public async Task Staff_opens_a_case_for_a_user()
    {
        var opened = await (await server.Staff.PostJsonAsync(CaseServer.Root,
            new { issue_description = "By phone.", owner_id = server.Owner.UserId })).ShouldAnswerAsync(201);

        opened.Id("owner_id").ShouldBe(server.Owner.UserId);
        (await server.Owner.CaseAsync(opened.Id())).Text("issue_description").ShouldBe("By phone.");
    }

    [Fact]
    public async Task Who_may_not_own_a_case_or_open_it_is_refused()
    {
        async Task RefusedAsync(Client caller, object body) =>
            await (await caller.PostJsonAsync(CaseServer.Root, body)).ShouldRefuseFieldsAsync("owner_id");

        await RefusedAsync(server.Staff, new { issue_description = "For nobody." });
        await RefusedAsync(server.Staff, new { issue_description = "For staff.", owner_id = server.Colleague.UserId });
        await RefusedAsync(server.Staff, new { issue_description = "For an unknown.", owner_id = Guid.CreateVersion7() });
        await RefusedAsync(server.Owner, new { issue_description = "For another.", owner_id = server.Stranger.UserId });
        await (await server.Doctor.PostJsonAsync(CaseServer.Root, new { issue_description = "Not my door." })).ShouldBeProblemAsync(403, "forbidden");
    }

    [Theory]
    [InlineData("""{}""", "issue_description")]
    [InlineData("""{"issue_description":null}""", "issue_description")]
    [InlineData("""{"issue_description":"   "}""", "issue_description")]
    [InlineData("""{"issue_description":7}""", "issue_description")]
    [InlineData("""{"issue_description":"x","title":["t"]}""", "title")]
    [InlineData("""{"issue_description":"x","owner_id":"nobody"}""", "owner_id")]
    public async Task A_wrong_body_names_its_fields(string body, string field) =>
        await (await server.Owner.PostJsonAsync(CaseServer.Root, body)).ShouldRefuseFieldsAsync(field);

    [Fact]
    public async Task Lengths_count_characters_and_not_code_units()
    {
        async Task<HttpResponseMessage> OpenAsync(int description, int title) =>
            await server.Owner.PostJsonAsync(CaseServer.Root, new { issue_description = Repeat("😀", description), title = Repeat("é", title) });

        await (await OpenAsync(5000, 200)).ShouldAnswerAsync(201);
        await (await OpenAsync(5001, 200)).ShouldRefuseFieldsAsync("issue_description");
        await (await OpenAsync(5000, 201)).ShouldRefuseFieldsAsync("title");
        await (await OpenAsync(5001, 201)).ShouldRefuseFieldsAsync("issue_description", "title");
    }

    [Fact]
    public async Task Unknown_members_are_ignored_and_never_bound()
    {
        var opened = await (await server.Owner.PostJsonAsync(CaseServer.Root,
            new { issue_description = "x", status = "closed", id = Guid.Empty, assignee_id = server.Staff.UserId })).ShouldAnswerAsync(201);

        opened.Text("status").ShouldBe("open");
        opened.Text("assignee_id").ShouldBeNull();
        opened.Id().ShouldNotBe(Guid.Empty);
    }

    [Fact]
    public async Task Many_opened_at_once_for_others_under_keys_all_succeed()
    {
        var answers = await Task.WhenAll(Enumerable.Range(0, 60).Select(i => server.Staff.PostJsonAsync(
            CaseServer.Root, new { issue_description = $"Call {i}", owner_id = server.Owner.UserId }, ("Idempotency-Key", $"call {i}"))));

        foreach (var answer in answers) await answer.ShouldAnswerAsync(201);
    }

    static string Repeat(string text, int times) => string.Concat(Enumerable.Repeat(text, times));
}

using Consilium.Tests.Modules.Cases;

namespace Consilium.Tests.Modules.Tickets;

public sealed class PostTicketMessageTests(CaseServer server) : IClassFixture<CaseServer>
{
    [Theory]
    [InlineData("/tickets")]
    [InlineData("/api/v1/tickets")]
    public async Task A_message_comes_back_as_the_list_shows_it(string root)
    {
        var id = await server.Owner.OpenTicketAsync();
        var answer = await server.Owner.TryPostAsync(id, new { content = "  It beeps. \n" }, root);
        var posted = await answer.ShouldAnswerAsync(201);

        answer.Headers.Location!.OriginalString.ShouldBe($"{root}/{id}/messages/{posted.Id()}");
        posted.Id("ticket_id").ShouldBe(id);
        posted.Text("content").ShouldBe("It beeps.");
        posted.Text("sender_role").ShouldBe("user");
        posted.Id("sender_id").ShouldBe(server.Owner.UserId);
        posted.GetProperty("is_ai").GetBoolean().ShouldBeFalse();
        posted.Number("seq").ShouldBe(2);
        var listed = (await server.Owner.TicketMessagesAsync(id)).ShouldHaveSingleItem();
        listed.GetRawText().ShouldBe(posted.GetRawText());
        (await server.Staff.TicketAsync(id)).GetProperty("messages")[0].GetRawText().ShouldBe(posted.GetRawText());
    }

    [Fact]
    public async Task A_patient_shows_as_user_and_an_admin_as_staff()
    {
        using var patient = await server.SignInAsync("patient@example.com", "patient123");
        var id = await patient.OpenTicketAsync();

        (await patient.PostAsync(id, "It beeps.")).Text("sender_role").ShouldBe("user");
        foreach (var staff in (Client[])[server.Staff, server.Admin]) (await staff.PostAsync(id, "Thank you.")).Text("sender_role").ShouldBe("staff");
    }

    [Fact]
    public async Task Nobody_makes_himself_the_assistant()
    {
        var id = await server.Owner.OpenTicketAsync();
        var posted = await (await server.Owner.TryPostAsync(id, new { content = "I am a machine", is_ai = true, sender_role = "assistant" })).ShouldAnswerAsync(201);

        posted.GetProperty("is_ai").GetBoolean().ShouldBeFalse();
        posted.Text("sender_role").ShouldBe("user");
    }

    [Fact]
    public async Task A_message_asks_the_assistant_nothing_and_takes_no_turn()
    {
        var id = await server.Owner.OpenTicketAsync();
        await server.Owner.PostAsync(id, "Hello?");
        await server.Staff.PostAsync(id, "Hello!");

        (await server.Owner.TicketEventsAsync(id)).Types().ShouldBe(["participant.joined", "message.posted", "participant.joined", "message.posted"]);
        (await server.Database.ScalarAsync<long>("SELECT count(*) FROM assistant.runs WHERE thread_id = $1", id)).ShouldBe(0);
        (await server.Database.ScalarAsync<string>("SELECT assistant_mode FROM threads.threads WHERE id = $1", id)).ShouldBe("on");
    }

    [Fact]
    public async Task A_repeated_client_token_finds_the_first_message()
    {
        var id = await server.Owner.OpenTicketAsync();
        var first = await (await server.Owner.TryPostAsync(id, new { content = "Once", client_token = "t" })).ShouldAnswerAsync(201);
        var again = await (await server.Owner.TryPostAsync(id, new { content = "Twice", client_token = "t" })).ShouldAnswerAsync(201);

        again.GetRawText().ShouldBe(first.GetRawText());
        (await server.Owner.TicketMessagesAsync(id)).Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_closed_ticket_takes_no_message_and_no_file()
    {
        var id = await server.Owner.OpenTicketAsync();
        await server.Owner.SetStatusAsync(id, "closed");

        await (await server.Owner.TryPostAsync(id, new { content = "One more thing" })).ShouldBeProblemAsync(409, "ticket_closed");
        await (await server.Owner.TryUploadAsync(id, root: "/tickets")).ShouldBeProblemAsync(409, "ticket_closed");
        await server.Staff.SetStatusAsync(id, "open");
        await server.Owner.PostAsync(id, "One more thing");
    }

    [Fact]
    public async Task A_stranger_finds_no_ticket_to_post_in()
    {
        var id = await server.Owner.OpenTicketAsync();
        foreach (var ticket in (Guid[])[id, Guid.CreateVersion7()])
        {
            await (await server.Stranger.TryPostAsync(ticket, new { content = "x" })).ShouldBeProblemAsync(404, "not_found");
            await (await server.Stranger.TryUploadAsync(ticket, root: "/tickets")).ShouldBeProblemAsync(404, "not_found");
            await (await server.Stranger.GetAsync($"/tickets/{ticket}/messages")).ShouldBeProblemAsync(404, "not_found");
        }
        await (await server.Doctor.TryPostAsync(id, new { content = "x" })).ShouldBeProblemAsync(403, "forbidden");
        var caseId = await server.Owner.OpenCaseAsync(); // of another kind
        await (await server.Owner.TryPostAsync(caseId, new { content = "x" })).ShouldBeProblemAsync(404, "not_found");
    }

    [Fact]
    public async Task What_is_no_message_is_refused()
    {
        var id = await server.Owner.OpenTicketAsync();
        foreach (var content in (string?[])[null, "", " \n ", new string('x', 20_001)])
            await (await server.Owner.TryPostAsync(id, new { content })).ShouldRefuseFieldsAsync("content");
        await (await server.Owner.TryPostAsync(id, new { content = "x", client_token = new string('t', 101) })).ShouldRefuseFieldsAsync("client_token");
        await (await server.Owner.TryPostAsync(id, new { content = "x", attachments = new[] { Guid.CreateVersion7() } })).ShouldRefuseFieldsAsync("attachments[0]");
        (await server.Owner.TicketMessagesAsync(id)).ShouldBeEmpty();
    }

    [Fact]
    public async Task Files_are_uploaded_named_and_read_by_whoever_may_read_the_ticket()
    {
        var id = await server.Owner.OpenTicketAsync();
        var file = (await (await server.Owner.TryUploadAsync(id, root: "/api/v1/tickets")).ShouldAnswerAsync(201)).Id();
        var url = $"/api/v1/files/{file}";
        await (await server.Staff.GetAsync(url)).ShouldBeProblemAsync(404, "not_found");

        var posted = await server.Owner.PostAsync(id, "See here", file);
        posted.Attached().ShouldBe([file]);
        (await server.Staff.TicketMessagesAsync(id))[0].GetProperty("attachments")[0].Text("file_name").ShouldBe("note.txt");
        (await server.Staff.TicketEventsAsync(id)).First(e => e.Text("type") == "message.posted").GetProperty("message").Attached().ShouldBe([file]);
        foreach (var reader in (Client[])[server.Owner, server.Staff, server.Admin]) (await reader.GetStringAsync(url)).ShouldBe("A note");
        await (await server.Stranger.GetAsync(url)).ShouldBeProblemAsync(404, "not_found");
        await (await server.Owner.TryPostAsync(id, new { content = "Again", attachments = new[] { file } })).ShouldRefuseFieldsAsync("attachments[0]");
        var other = await server.Owner.OpenTicketAsync();
        var elsewhere = (await (await server.Owner.TryUploadAsync(other, root: "/tickets")).ShouldAnswerAsync(201)).Id();
        await (await server.Owner.TryPostAsync(id, new { content = "From there", attachments = new[] { elsewhere } })).ShouldRefuseFieldsAsync("attachments[0]");
    }

    [Fact]
    public async Task Messages_are_paged_and_searched_with_their_documents()
    {
        var id = await server.Owner.OpenTicketAsync();
        for (var i = 0; i < 3; i++) await server.Owner.PostAsync(id, $"Number {i}");
        await server.Owner.PostAsync(id, "See here", await server.UploadedToTicketAsync(server.Owner, id, "A centrifuge manual"));

        var page = await server.Staff.GetJsonAsync($"/tickets/{id}/messages?limit=2");
        page.Items().Select(m => m.Text("content")).ShouldBe(["Number 0", "Number 1"]);
        (await server.Staff.TicketMessagesAsync(id, $"limit=1&cursor={page.Text("next_cursor")}"))[0].Text("content").ShouldBe("Number 2");
        (await server.Staff.TicketMessagesAsync(id, "q=centrifuge")).Select(m => m.Text("content")).ShouldBe(["See here"]);
        (await server.Staff.TicketMessagesAsync(id, "role=staff")).ShouldBeEmpty();
        (await server.Database.ColumnAsync<string>(
            "SELECT DISTINCT action FROM audit.entries WHERE resource = $1 AND actor_role = 'staff'", $"ticket/{id}"))
            .ShouldBe(["messages.read", "messages.search"], ignoreOrder: true);
    }
}

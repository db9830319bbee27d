namespace Consilium.Tests.Modules.Cases;

/// <summary>Closing, reopening, assigning, the assistant's turn.</summary>
public sealed class CaseStateTests(CaseServer server) : IClassFixture<CaseServer>
{
    [Theory]
    [InlineData("/cases")]
    [InlineData("/api/v1/cases")]
    public async Task A_case_lives_from_opening_to_reopening_under_either_address(string root)
    {
        var id = (await (await server.Owner.PostJsonAsync(root, new { issue_description = "x" })).ShouldAnswerAsync(201)).Id();

        var closed = await (await server.Owner.PutJsonAsync($"{root}/{id}/close")).ShouldAnswerAsync(200);
        closed.Text("status").ShouldBe("closed");
        closed.Text("closed_at").ShouldNotBeNull();
        closed.Number("last_seq").ShouldBe(2);
        var again = await (await server.Staff.PutJsonAsync($"{root}/{id}/close")).ShouldAnswerAsync(200);
        again.Number("last_seq").ShouldBe(2);
        again.Text("closed_at").ShouldBe(closed.Text("closed_at"));

        var reopened = await (await server.Staff.PutJsonAsync($"{root}/{id}/reopen")).ShouldAnswerAsync(200);
        reopened.Text("status").ShouldBe("open");
        reopened.Text("closed_at").ShouldBeNull();
        await (await server.Owner.PutJsonAsync($"{root}/{id}/reopen")).ShouldBeProblemAsync(409, "case_open");
        (await server.Owner.EventsAsync(id)).Types().ShouldBe(["participant.joined", "thread.closed", "thread.reopened"]);
    }

    [Fact]
    public async Task A_closed_case_stays_readable_and_takes_no_messages_and_edits()
    {
        var id = await server.Owner.OpenCaseAsync();
        var message = await server.Owner.SayAsync(id, "Before", token: "before");
        await server.Owner.PutAsync(id, "close");

        await (await server.Owner.TrySayAsync(id, "After")).ShouldBeProblemAsync(409, "case_closed");
        await (await server.Staff.TrySayAsync(id, "After")).ShouldBeProblemAsync(409, "case_closed");
        await (await server.Owner.TryEditAsync(id, message.Id(), "Changed")).ShouldBeProblemAsync(409, "case_closed");
        (await server.Owner.SayAsync(id, "whatever", token: "before")).Id().ShouldBe(message.Id());
        await server.Staff.ReadAsync(id, message.Number("seq"));
        (await server.Staff.MessagesAsync(id)).ShouldHaveSingleItem().GetRawText().ShouldBe(message.GetRawText());

        await server.Owner.PutAsync(id, "reopen");
        (await server.Owner.SayAsync(id, "After")).Text("content").ShouldBe("After");
    }

    [Fact]
    public async Task A_message_can_be_retracted_from_a_closed_case()
    {
        var id = await server.Owner.OpenCaseAsync();
        var message = await server.Owner.SayAsync(id, "Too much");
        await server.Owner.PutAsync(id, "close");

        await server.Owner.RetractAsync(id, message.Id());

        (await server.Staff.MessagesAsync(id)).ShouldHaveSingleItem().GetProperty("retracted").GetBoolean().ShouldBeTrue();
    }

    [Fact]
    public async Task Staff_assigns_a_case_to_staff_and_takes_it_back()
    {
        var id = await server.Owner.OpenCaseAsync();

        (await server.Staff.PutAsync(id, "assign", new { assignee_id = server.Colleague.UserId })).Id("assignee_id")
            .ShouldBe(server.Colleague.UserId);
        (await server.Admin.PutAsync(id, "assign", new { assignee_id = (Guid?)null })).Text("assignee_id").ShouldBeNull();

        var events = await server.Owner.EventsAsync(id);
        events.Types().ShouldBe(["participant.joined", "case.assigned", "case.assigned"]);
        events[1].Id("assignee_id").ShouldBe(server.Colleague.UserId);
        events[2].Text("assignee_id").ShouldBeNull();
    }

    [Fact]
    public async Task Only_active_staff_can_be_assigned_and_only_by_staff()
    {
        var id = await server.Owner.OpenCaseAsync();
        var path = $"{CaseServer.Root}/{id}/assign";

        await (await server.Staff.PutJsonAsync(path, new { assignee_id = server.Owner.UserId })).ShouldRefuseFieldsAsync("assignee_id");
        await (await server.Staff.PutJsonAsync(path, new { assignee_id = Guid.CreateVersion7() })).ShouldRefuseFieldsAsync("assignee_id");
        await (await server.Staff.PutJsonAsync(path, "{}")).ShouldBeProblemAsync(400, "validation_failed");
        await (await server.Owner.PutJsonAsync(path, new { assignee_id = server.Staff.UserId })).ShouldBeProblemAsync(403, "forbidden");
        (await server.Owner.CaseAsync(id)).Number("last_seq").ShouldBe(1);
    }

    [Fact]
    public async Task Staff_switches_the_assistant_and_saying_it_twice_changes_nothing()
    {
        var id = await server.Owner.OpenCaseAsync();

        (await server.Staff.PutAsync(id, "assistant", new { mode = "off" })).Text("assistant_mode").ShouldBe("off");
        (await server.Staff.PutAsync(id, "assistant", new { mode = "off" })).Number("last_seq").ShouldBe(2);
        (await server.Admin.PutAsync(id, "assistant", new { mode = "on" })).Text("assistant_mode").ShouldBe("on");

        var path = $"{CaseServer.Root}/{id}/assistant";
        await (await server.Owner.PutJsonAsync(path, new { mode = "off" })).ShouldBeProblemAsync(403, "forbidden");
        foreach (var wrong in (string[])["{}", """{"mode":"loud"}""", """{"mode":1}""", """{"mode":null}""", """{"mode":true}"""])
            await (await server.Staff.PutJsonAsync(path, wrong)).ShouldRefuseFieldsAsync("mode");
        (await server.Owner.CaseAsync(id)).Number("last_seq").ShouldBe(3);
    }

    [Fact]
    public async Task A_message_of_staff_takes_the_turn()
    {
        var id = await server.Owner.OpenCaseAsync();
        await server.Staff.SayAsync(id, "I look into it.");
        await server.Colleague.SayAsync(id, "So do I.");

        (await server.Owner.CaseAsync(id)).Text("assistant_mode").ShouldBe("off");
        (await server.Owner.EventsAsync(id)).Types().ShouldBe(
            ["participant.joined", "participant.joined", "assistant.changed", "message.posted", "participant.joined", "message.posted"]);
        var question = await (await server.Owner.PostJsonAsync($"{CaseServer.Root}/{id}/messages", new { content = "And now?" }))
            .ShouldAnswerAsync(201);
        question.Text("run_id").ShouldBeNull();
    }

    [Fact]
    public async Task What_is_not_yours_and_what_is_not_there_are_the_same_bytes()
    {
        var id = await server.Owner.OpenCaseAsync();
        var message = await server.Owner.SayAsync(id, "Mine");
        var mid = message.Id();
        var nothing = Guid.CreateVersion7();
        (HttpMethod Method, string Path, object? Body)[] routes =
        [
            (HttpMethod.Get, "", null), (HttpMethod.Get, "/messages", null), (HttpMethod.Get, "/messages?q=Mine", null),
            (HttpMethod.Get, "/events", null),
            (HttpMethod.Get, "/events?after=0", null), (HttpMethod.Put, "/close", null), (HttpMethod.Put, "/reopen", null),
            (HttpMethod.Put, "/read", new { seq = 1 }),
            (HttpMethod.Put, "/read", new { seq = 1000 }), (HttpMethod.Post, "/messages", new { content = "Hello" }),
            (HttpMethod.Post, "/messages", new { content = "Hello", reply_to = mid }),
            (HttpMethod.Patch, $"/messages/{mid}", new { content = "Yours" }), (HttpMethod.Post, $"/messages/{mid}/edit", new { content = "Yours" }),
            (HttpMethod.Delete, $"/messages/{mid}", null),
        ];
        foreach (var (method, path, body) in routes)
            (await BytesAsync(server.Stranger, method, $"{CaseServer.Root}/{id}{path}", body)).ShouldBe(
                await BytesAsync(server.Stranger, method, $"{CaseServer.Root}/{nothing}{path}", body), $"{method} {path}");

        // A message of another, in a case that one may see.
        var other = await server.Staff.SayAsync(id, "Staff's");
        foreach (var (method, path, body) in routes[^3..])
        {
            string To(Guid target) => $"{CaseServer.Root}/{id}{path.Replace($"{mid}", $"{target}", StringComparison.Ordinal)}";
            (await BytesAsync(server.Owner, method, To(other.Id()), body)).ShouldBe(
                await BytesAsync(server.Owner, method, To(nothing), body), $"{method} {path}");
        }

        (await server.Owner.CaseAsync(id)).Number("last_seq").ShouldBe(5); // joined, message, staff: joined, assistant.changed, message
        (await server.Owner.MessagesAsync(id))[0].GetRawText().ShouldBe(message.GetRawText());
    }

    [Fact]
    public async Task A_message_is_not_found_through_another_case()
    {
        var (first, second) = (await server.Owner.OpenCaseAsync(), await server.Owner.OpenCaseAsync());
        var message = (await server.Owner.SayAsync(first, "In the first")).Id();

        await (await server.Owner.TryEditAsync(second, message, "Moved")).ShouldBeProblemAsync(404, "not_found");
        await (await server.Owner.TryRetractAsync(second, message)).ShouldBeProblemAsync(404, "not_found");
        await (await server.Staff.GetAsync($"{CaseServer.Root}/{second}/messages/{message}/versions")).ShouldBeProblemAsync(404, "not_found");
        await (await server.Owner.TrySayAsync(second, "An answer", replyTo: message)).ShouldRefuseFieldsAsync("reply_to");
    }

    static async Task<string> BytesAsync(Client client, HttpMethod method, string path, object? body)
    {
        var answer = await client.SendJsonAsync(method, path, body);
        var problem = await answer.ShouldBeProblemAsync(404, "not_found");
        var trace = problem.Text("trace_id");
        trace.ShouldNotBeNullOrEmpty();
        return (await answer.Content.ReadAsStringAsync()).Replace(trace, "", StringComparison.Ordinal);
    }
}

namespace Consilium.Tests.Modules.Cases;

public sealed class PostMessageTests(CaseServer server) : IClassFixture<CaseServer>
{
    [Theory]
    [InlineData("/cases")]
    [InlineData("/api/v1/cases")]
    public async Task A_message_is_answered_as_it_will_be_read(string root)
    {
        var id = await server.Owner.OpenCaseAsync();
        var first = await server.Staff.SayAsync(id, "What do you see?");

        var answer = await server.Owner.PostJsonAsync($"{root}/{id}/messages",
            new { content = "  Nothing. ", reply_to = first.Id(), client_token = "t1", ask_assistant = false });
        var posted = await answer.ShouldAnswerAsync(201);

        answer.Headers.Location?.ToString().ShouldBe($"{root}/{id}/messages/{posted.Id()}");
        posted.Text("content").ShouldBe("Nothing.");
        posted.Id("case_id").ShouldBe(id);
        posted.Id("sender_id").ShouldBe(server.Owner.UserId);
        posted.Text("sender_role").ShouldBe("user");
        posted.Id("reply_to").ShouldBe(first.Id());
        posted.GetProperty("retracted").GetBoolean().ShouldBeFalse();
        posted.GetProperty("attachments").GetArrayLength().ShouldBe(0);
        posted.Number("seq").ShouldBe((await server.Owner.CaseAsync(id)).Number("last_seq"));
        (await server.Owner.MessagesAsync(id))[^1].GetRawText().ShouldBe(posted.GetRawText());
    }

    [Fact]
    public async Task A_first_message_brings_its_sender_in_and_moves_the_case()
    {
        var id = await server.Owner.OpenCaseAsync();
        var message = await server.Admin.SayAsync(id, "Hello");

        message.Text("sender_role").ShouldBe("staff");
        var events = await server.Owner.EventsAsync(id);
        events.Types().ShouldBe(["participant.joined", "participant.joined", "assistant.changed", "message.posted"]);
        events[1].Id("user_id").ShouldBe(server.Admin.UserId);
        events[1].Text("role").ShouldBe("staff");
        events[2].Text("mode").ShouldBe("off");
        events[3].GetProperty("message").GetRawText().ShouldBe(message.GetRawText());
        var now = await server.Owner.CaseAsync(id);
        now.Text("last_message_at").ShouldBe(message.Text("created_at"));
        now.Text("updated_at").ShouldBe(message.Text("created_at"));
        now.Number("unread_count").ShouldBe(1);
    }

    [Fact]
    public async Task A_client_token_finds_the_first_message_whatever_the_body_says()
    {
        var id = await server.Owner.OpenCaseAsync();
        var first = await server.Owner.SayAsync(id, "Once", token: "k");

        var again = await server.Owner.SayAsync(id, "Twice", token: "k");
        var others = await server.Staff.SayAsync(id, "Mine", token: "k");
        var elsewhere = await server.Owner.SayAsync(await server.Owner.OpenCaseAsync(), "There", token: "k");

        again.GetRawText().ShouldBe(first.GetRawText());
        others.Text("content").ShouldBe("Mine");
        elsewhere.Text("content").ShouldBe("There");
        (await server.Owner.MessagesAsync(id)).Count.ShouldBe(2);
    }

    [Fact]
    public async Task Twenty_equal_posts_at_once_are_one_message()
    {
        var id = await server.Owner.OpenCaseAsync();

        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => server.Owner.TrySayAsync(id, "Only once", "token")));

        var ids = new HashSet<Guid>();
        foreach (var answer in answers) ids.Add((await answer.ShouldAnswerAsync(201)).Id());
        ids.ShouldHaveSingleItem();
        (await server.Owner.MessagesAsync(id)).ShouldHaveSingleItem();
        (await server.Owner.EventsAsync(id)).Types().ShouldBe(["participant.joined", "message.posted"]);
    }

    [Fact]
    public async Task A_token_of_a_retracted_message_finds_its_empty_place()
    {
        var id = await server.Owner.OpenCaseAsync();
        var first = await server.Owner.SayAsync(id, "Regretted", token: "k");
        await server.Owner.RetractAsync(id, first.Id());

        var again = await server.Owner.SayAsync(id, "Regretted", token: "k");

        again.Id().ShouldBe(first.Id());
        again.Text("content").ShouldBe("");
        again.GetProperty("retracted").GetBoolean().ShouldBeTrue();
    }

    [Theory]
    [InlineData("""{}""", "content")]
    [InlineData("""{"content":" \n\t "}""", "content")]
    [InlineData("""{"content":"x","client_token":""}""", "client_token")]
    [InlineData("""{"content":"x","attachments":{}}""", "attachments")]
    [InlineData("""{"content":"x","reply_to":"first"}""", "reply_to")]
    [InlineData("""{"content":"x","ask_assistant":"yes"}""", "ask_assistant")]
    [InlineData("""{"content":"","client_token":""}""", "content", "client_token")]
    public async Task A_wrong_body_names_its_fields_and_posts_nothing(string body, params string[] fields)
    {
        var id = await server.Owner.OpenCaseAsync();

        await (await server.Owner.PostJsonAsync($"{CaseServer.Root}/{id}/messages", body)).ShouldRefuseFieldsAsync(fields);

        (await server.Owner.CaseAsync(id)).Number("last_seq").ShouldBe(1);
    }

    [Fact]
    public async Task Lengths_count_characters()
    {
        var id = await server.Owner.OpenCaseAsync();
        async Task<HttpResponseMessage> PostAsync(int content, int token) =>
            await server.Owner.PostJsonAsync($"{CaseServer.Root}/{id}/messages",
                new { content = Repeat("🩺", content), client_token = Repeat("ш", token), ask_assistant = false });

        (await (await PostAsync(20_000, 100)).ShouldAnswerAsync(201)).Text("content").ShouldBe(Repeat("🩺", 20_000));
        await (await PostAsync(20_001, 100)).ShouldRefuseFieldsAsync("content");
        await (await PostAsync(20_000, 101)).ShouldRefuseFieldsAsync("client_token");
        static string Repeat(string text, int times) => string.Concat(Enumerable.Repeat(text, times));
    }

    [Fact]
    public async Task An_assistant_posts_by_its_key_and_nobody_else_by_a_key_without_the_scope()
    {
        using var assistant = await server.KeyAsync("cases:write");
        using var reader = await server.KeyAsync("cases:read");
        var id = await server.Owner.OpenCaseAsync();

        var answer = await assistant.SayAsync(id, "An answer of a program.");

        answer.Text("sender_role").ShouldBe("assistant");
        answer.Text("run_id").ShouldBeNull();
        (await server.Owner.CaseAsync(id)).Text("assistant_mode").ShouldBe("on");
        await (await reader.TrySayAsync(id, "No")).ShouldBeProblemAsync(403, "forbidden");
        await (await assistant.GetAsync($"{CaseServer.Root}/{id}")).ShouldBeProblemAsync(403, "forbidden");
    }

    [Fact]
    public async Task A_refused_post_is_audited()
    {
        var id = await server.Owner.OpenCaseAsync();
        await (await server.Stranger.TrySayAsync(id, "Let me in")).ShouldBeProblemAsync(404, "not_found");
        await (await server.Stranger.TrySayAsync(id, "Let me in", headers: ("Idempotency-Key", "in"))).ShouldBeProblemAsync(404, "not_found");

        (await server.Database.ScalarAsync<long>(
            "SELECT count(*) FROM audit.entries WHERE actor_id = $1 AND resource = $2 AND action = 'message.post' AND outcome = 'denied'",
            server.Stranger.UserId, $"case/{id}")).ShouldBe(2);
    }
}

namespace Consilium.Tests.Modules.Conversations;

public sealed class MessageTests(Server server) : IClassFixture<Server>
{
    const string Root = ConversationCalls.Root;

    readonly Client program = server.Program();
    readonly Client anyone = server.Anonymous();

    [Theory]
    [InlineData("Hello there", "Hello! How can I assist you today?")]
    [InlineData("I need HELP", "I'm here to help! What do you need assistance with?")]
    [InlineData("Was I charged twice?", "That's an interesting question. Let me think about that...")]
    [InlineData("Thank you.", "You're welcome! Is there anything else I can help with?")]
    [InlineData("So it is.", "I understand. Can you tell me more about that?")]
    [InlineData("Hello there", "Hello! How can I assist you today?", "/api/v1/conversations")]
    public async Task A_message_of_the_user_is_accepted_at_once_and_the_assistants_follows(string text, string answer, string root = Root)
    {
        var id = await program.OpenConversationAsync();
        var response = await program.PostJsonAsync($"{root}/{id}/messages/create/", new { text = $" {text}\n", role = "user" });
        var message = await response.ShouldAnswerAsync(201);

        message.EnumerateObject().Select(member => member.Name).ShouldBe(["message_id", "conversation", "role", "text", "date_created", "date_updated"]);
        (message.Id("conversation"), message.Text("role"), message.Text("text")).ShouldBe((id, "user", text));
        message.Text("date_updated").ShouldBe(message.Text("date_created"));
        response.Headers.Location!.ToString().ShouldBe($"{root}/{id}/messages/{message.Id("message_id")}");
        (await anyone.AnswersAsync(id, 1)).ShouldBe([answer]);
        var shown = await anyone.ResultsAsync(id);
        shown.Select(m => m.Text("role")).ShouldBe(["user", "assistant"]);
        shown[0].ToString().ShouldBe(message.ToString());
    }

    [Fact]
    public async Task A_message_of_the_role_assistant_is_the_assistants_and_asks_nobody()
    {
        var id = await program.OpenConversationAsync();
        var message = await program.SayInAsync(id, "Hello?", "assistant");

        message.Text("role").ShouldBe("assistant");
        (await server.Database.ScalarAsync<long>("SELECT count(*) FROM assistant.runs WHERE thread_id = $1", id)).ShouldBe(0);
        await program.SayInAsync(id, "Thanks");
        (await anyone.AnswersAsync(id, 2)).ShouldBe(["Hello?", "You're welcome! Is there anything else I can help with?"]);
    }

    [Theory]
    [InlineData("{}", "text", "role")]
    [InlineData("""{"text":"x"}""", "role")]
    [InlineData("""{"role":"user"}""", "text")]
    [InlineData("""{"text":" \n ","role":"user"}""", "text")]
    [InlineData("""{"text":"x","role":"staff"}""", "role")]
    [InlineData("""{"text":"x","role":"User"}""", "role")]
    [InlineData("""{"text":"x","role":0}""", "role")]
    [InlineData("""{"text":{},"role":"user"}""", "text")]
    public async Task A_wrong_message_is_400_with_details(string body, params string[] fields)
    {
        var id = await program.OpenConversationAsync();
        await (await program.PostJsonAsync($"{Root}/{id}/messages/create", body)).ShouldBeErrorAsync(400, "validation_failed", fields);
        (await anyone.ResultsAsync(id)).ShouldBeEmpty();
    }

    [Fact]
    public async Task The_longest_text_is_20_000_characters_after_trimming()
    {
        var id = await program.OpenConversationAsync();
        await program.SayInAsync(id, $"  {string.Concat(Enumerable.Repeat("😀", 20_000))}  ", "assistant");
        await (await program.PostJsonAsync($"{Root}/{id}/messages/create", new { text = new string('x', 20_001), role = "user" }))
            .ShouldBeErrorAsync(400, "validation_failed", "text");
    }

    [Fact]
    public async Task The_same_key_and_body_post_one_message_until_it_is_deleted()
    {
        var id = await program.OpenConversationAsync();
        (string, string) key = ("Idempotency-Key", "once");
        var first = await (await program.PostJsonAsync($"{Root}/{id}/messages/create", new { text = "x", role = "assistant" }, key)).ShouldAnswerAsync(201);
        var second = await (await program.PostJsonAsync($"{Root}/{id}/messages/create", new { text = "x", role = "assistant" }, key)).ShouldAnswerAsync(201);

        second.ToString().ShouldBe(first.ToString());
        (await anyone.ResultsAsync(id)).ShouldHaveSingleItem();
        await (await program.DeleteAsync($"{Root}/{id}/messages/{first.Id("message_id")}")).ShouldAnswerAsync(204);
        await (await program.PostJsonAsync($"{Root}/{id}/messages/create", new { text = "x", role = "assistant" }, key)).ShouldBeErrorAsync(410, "gone");
    }

    [Fact]
    public async Task What_is_deleted_at_one_address_is_gone_at_the_other()
    {
        foreach (var (here, there) in ((string, string)[])[(ConversationCalls.Roots[0], ConversationCalls.Roots[1]), (ConversationCalls.Roots[1], ConversationCalls.Roots[0])])
        {
            var id = await program.OpenConversationAsync();
            var message = (await program.SayInAsync(id, "x", "assistant")).Id("message_id");
            await (await program.DeleteAsync($"{here}/{id}/messages/{message}/")).ShouldAnswerAsync(204);
            await (await program.DeleteAsync($"{there}/{id}/messages/{message}")).ShouldBeErrorAsync(404, "not_found");
            await (await program.DeleteAsync($"{here}/{id}/delete/")).ShouldAnswerAsync(200);
            await (await anyone.GetAsync($"{there}/{id}")).ShouldBeErrorAsync(404, "not_found");
        }
    }

    [Fact]
    public async Task Any_message_can_be_deleted_once()
    {
        var id = await program.OpenConversationAsync();
        var question = await program.SayInAsync(id, "hello");
        await anyone.AnswersAsync(id, 1);
        var answer = (await anyone.ResultsAsync(id, "role=assistant"))[0].Id("message_id");

        await (await program.DeleteAsync($"{Root}/{id}/messages/{answer}")).ShouldAnswerAsync(204);
        (await anyone.ResultsAsync(id)).Select(m => m.Id("message_id")).ShouldBe([question.Id("message_id")]);
        await (await program.DeleteAsync($"{Root}/{id}/messages/{question.Id("message_id")}/")).ShouldAnswerAsync(204);
        (await anyone.GetJsonAsync($"{Root}/{id}/messages")).Number("count").ShouldBe(0);

        foreach (var gone in (Guid[])[answer, question.Id("message_id"), Guid.CreateVersion7()])
            await (await program.DeleteAsync($"{Root}/{id}/messages/{gone}")).ShouldBeErrorAsync(404, "not_found");
        (await server.Database.ColumnAsync<string>(
            "SELECT outcome FROM audit.entries WHERE resource = $1 AND action = 'message.retract' ORDER BY id", $"conversation/{id}"))
            .ShouldBe(["ok", "ok", "denied", "denied", "denied"]);
    }

    [Fact]
    public async Task A_message_is_deleted_at_its_own_conversation_alone()
    {
        var (id, other) = (await program.OpenConversationAsync(), await program.OpenConversationAsync());
        var message = (await program.SayInAsync(id, "x", "assistant")).Id("message_id");

        await (await program.DeleteAsync($"{Root}/{other}/messages/{message}")).ShouldBeErrorAsync(404, "not_found");
        (await anyone.ResultsAsync(id)).ShouldHaveSingleItem();
    }

    [Fact]
    public async Task Of_many_who_delete_a_message_at_once_one_finds_it()
    {
        var id = await program.OpenConversationAsync();
        var message = (await program.SayInAsync(id, "x", "assistant")).Id("message_id");

        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => program.DeleteAsync($"{Root}/{id}/messages/{message}")));

        answers.Select(a => (int)a.StatusCode).Order().ShouldBe([204, .. Enumerable.Repeat(404, 7)]);
    }
}

using Consilium.Modules.Threads.Contracts;
using Consilium.Tests.Modules.Accounts;
using Consilium.Tests.Modules.Assistant;
using Microsoft.Extensions.DependencyInjection;

namespace Consilium.Tests.Modules.Conversations;

/// <summary>A deleted conversation leaves nothing behind but the trail of it.</summary>
public sealed class DeleteConversationTests(ScriptedServer server) : IClassFixture<ScriptedServer>
{
    const string Root = ConversationCalls.Root;

    readonly Client program = server.Program();
    readonly Client anyone = server.Anonymous();

    [Fact]
    public async Task It_says_what_is_gone_and_then_nothing_is_there()
    {
        var id = await program.OpenConversationAsync();
        var message = (await program.SayInAsync(id, "x", "assistant")).Id("message_id");

        var gone = await (await program.DeleteAsync($"{Root}/{id}/delete/")).ShouldAnswerAsync(200);

        gone.ToString().ShouldBe($$"""{"status":"success","message":"The conversation and its messages are deleted.","conversation_id":"{{id}}"}""");
        await (await anyone.GetAsync($"{Root}/{id}")).ShouldBeErrorAsync(404, "not_found");
        await (await anyone.GetAsync($"{Root}/{id}/messages")).ShouldBeErrorAsync(404, "not_found");
        await (await program.PostJsonAsync($"{Root}/{id}/messages/create", new { text = "x", role = "user" })).ShouldBeErrorAsync(404, "not_found");
        await (await program.DeleteAsync($"{Root}/{id}/messages/{message}")).ShouldBeErrorAsync(404, "not_found");
        await (await program.DeleteAsync($"{Root}/{id}/delete")).ShouldBeErrorAsync(404, "not_found");
    }

    [Fact]
    public async Task No_row_keeps_anything_that_was_said()
    {
        const string said = "zanzibar";
        var kept = await program.OpenConversationAsync($"About {said}, kept");
        var response = await program.PostJsonAsync(Root, new { description = $"About {said}", title = said }, ("Idempotency-Key", "opened"));
        var id = (await response.ShouldAnswerAsync(201)).Id("conversation_id");
        await (await program.PostJsonAsync($"{Root}/{id}/messages/create", new { text = said, role = "assistant" }, ("Idempotency-Key", "said"))).ShouldAnswerAsync(201);
        var retracted = (await program.SayInAsync(id, $"{said}, said in error", "assistant")).Id("message_id");
        await (await program.DeleteAsync($"{Root}/{id}/messages/{retracted}")).ShouldAnswerAsync(204);
        await program.SayInAsync(id, $"{said}?");
        await anyone.AnswersAsync(id, 2);

        await (await program.DeleteAsync($"{Root}/{id}/delete")).ShouldAnswerAsync(200);

        foreach (var table in await TablesAsync())
            (await server.Database.ScalarAsync<long>(
                $"SELECT count(*) FROM {table} t WHERE t::text ILIKE ANY ($1)", (object)(string[])[$"%{said}%", $"%{Convert.ToHexString("zanzibar"u8)}%"]))
                .ShouldBe(table == "conversations.conversations" ? 1 : 0, table);
        (await anyone.GetJsonAsync($"{Root}/{kept}")).Text("description").ShouldBe($"About {said}, kept");
        await (await program.PostJsonAsync(Root, new { description = $"About {said}", title = said }, ("Idempotency-Key", "opened"))).ShouldBeErrorAsync(410, "gone");
        (await server.Database.ColumnAsync<string>("SELECT action FROM audit.entries WHERE resource = $1 ORDER BY id DESC LIMIT 1", $"conversation/{id}"))
            .ShouldBe(["conversation.delete"]);
    }

    [Fact]
    public async Task An_answer_that_is_being_written_ends_as_thread_gone_and_is_not_posted()
    {
        var id = await program.OpenConversationAsync();
        var attempt = server.Script.HoldNext("Do you hear me?");
        await program.SayInAsync(id, "Do you hear me?");
        await attempt.Begun;
        await program.SayInAsync(id, "And a second question");

        await (await program.DeleteAsync($"{Root}/{id}/delete")).ShouldAnswerAsync(200);
        attempt.Answer("Too late");

        await Eventually.BecomesAsync("stopped thread_gone, stopped thread_gone", async () => string.Join(", ", await server.Database.ColumnAsync<string>(
            "SELECT status || ' ' || reason FROM assistant.runs WHERE thread_id = $1", id)));
        foreach (var table in (string[])["threads.messages", "threads.events", "threads.participants"])
            (await server.Database.ScalarAsync<long>($"SELECT count(*) FROM {table} WHERE thread_id = $1", id)).ShouldBe(0, table);
        // The worker is free for the next, and nothing of the deleted one has come meanwhile.
        var next = await program.OpenConversationAsync();
        await program.SayInAsync(next, "Still there?");
        (await anyone.AnswersAsync(next, 1)).ShouldBe(["Answered: Still there?"]);
        (await server.Database.ScalarAsync<long>("SELECT count(*) FROM threads.messages WHERE thread_id = $1", id)).ShouldBe(0);
    }

    [Fact]
    public async Task Text_of_an_unfinished_answer_and_its_calls_go_too()
    {
        var id = await program.OpenConversationAsync();
        var attempt = server.Script.HoldNext("Begun?");
        await program.SayInAsync(id, "Begun?");
        await attempt.Begun;
        var run = await server.Database.ScalarAsync<Guid>("SELECT id FROM assistant.runs WHERE thread_id = $1", id);
        await server.Database.ExecuteAsync("INSERT INTO assistant.pieces (run_id, end_offset, content) VALUES ($1, 1000, 'Well, it')", run);
        await server.Database.ExecuteAsync("""
            INSERT INTO assistant.calls (run_id, number, fence, owner_id, provider, model, prompt_version, start_offset, started_at)
            VALUES ($1, 1000, 1, $1, 'p', 'm', 'v', 0, now())
            """, run);

        await (await program.DeleteAsync($"{Root}/{id}/delete")).ShouldAnswerAsync(200);

        (await server.Database.ScalarAsync<long>("SELECT count(*) FROM assistant.pieces WHERE run_id = $1", run)).ShouldBe(0);
        (await server.Database.ScalarAsync<long>("SELECT count(*) FROM assistant.calls WHERE run_id = $1 AND outcome = 'running'", run)).ShouldBe(0);
        attempt.Answer("Too late");
    }

    [Fact]
    public async Task Whoever_follows_it_comes_to_the_end()
    {
        var id = await program.OpenConversationAsync();
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        var scope = new ThreadScope(id, "conversation", Guid.Empty, Reach.All);
        await using var live = server.Services.GetRequiredService<IThreadFeed>().FollowAsync(scope, 0, patience.Token).GetAsyncEnumerator(patience.Token);
        (await live.MoveNextAsync()).ShouldBeTrue();
        live.Current.Type.ShouldBe(EventTypes.ParticipantJoined);
        var next = live.MoveNextAsync();
        next.IsCompleted.ShouldBeFalse();

        await (await program.DeleteAsync($"{Root}/{id}/delete")).ShouldAnswerAsync(200);

        (await next).ShouldBeFalse();
    }

    [Fact]
    public async Task Posts_at_the_same_time_are_there_before_or_refused()
    {
        var id = await program.OpenConversationAsync();
        var posts = Enumerable.Range(0, 20).Select(i => program.PostJsonAsync($"{Root}/{id}/messages/create", new { text = $"{i}", role = i % 2 == 0 ? "user" : "assistant" })).ToList();
        await (await program.DeleteAsync($"{Root}/{id}/delete")).ShouldAnswerAsync(200);

        foreach (var answer in await Task.WhenAll(posts)) ((int)answer.StatusCode).ShouldBeOneOf(201, 404);
        foreach (var table in (string[])["threads.messages", "threads.events", "threads.participants"])
            (await server.Database.ScalarAsync<long>($"SELECT count(*) FROM {table} WHERE thread_id = $1", id)).ShouldBe(0, table);
        await Eventually.BecomesAsync(0L, () => server.Database.ScalarAsync<long>(
            "SELECT count(*) FROM assistant.runs WHERE thread_id = $1 AND status IN ('queued', 'running')", id));
        (await server.Database.ScalarAsync<long>("SELECT count(*) FROM assistant.pieces p JOIN assistant.runs r ON r.id = p.run_id WHERE r.thread_id = $1", id)).ShouldBe(0);
    }

    Task<List<string>> TablesAsync() => server.Database.ColumnAsync<string>(
        "SELECT schemaname || '.' || tablename FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema') ORDER BY 1");
}

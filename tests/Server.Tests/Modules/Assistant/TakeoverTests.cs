using Consilium.Modules.Threads.Contracts;
using Npgsql;

namespace Consilium.Tests.Modules.Assistant;

/// <summary>An answer that changes hands: between workers, between providers. What was shown stays, and the seam is kept.</summary>
public sealed class TakeoverTests(BusyScriptedServer server) : IClassFixture<BusyScriptedServer>
{
    [Fact]
    public async Task Another_worker_goes_on_from_what_was_shown_and_the_stale_one_writes_nothing_more()
    {
        var (thread, question, stale, reader) = await ShownAsync("taken over", "What was shown");
        var fresh = server.Script.HoldNext("taken over");
        await thread.LoseWorkerAsync(question);

        (await fresh.Begun).Shown.ShouldBe("What was shown");
        stale.Say(" from the stale worker");
        fresh.Say(", and what followed");
        stale.Answer();
        fresh.Answer(".");
        await reader.ToEndAsync();

        reader.Text.ShouldBe("What was shown, and what followed.");
        var answer = (await thread.AnswersAsync()).ShouldHaveSingleItem();
        answer.Content.ShouldBe(reader.Text);
        Seams(answer).ShouldBe([(14, "worker_lost")]);
        (await CallsAsync(question)).ShouldBe(["1 1 0 lost worker_lost", "2 2 14 completed "]);
        await reader.DisposeAsync();
    }

    [Fact]
    public async Task An_answer_that_was_complete_when_its_worker_was_lost_is_posted_without_asking_again()
    {
        await using var database = await TestPostgres.CloneAsync();
        var script = new Script();
        var asking = await ScriptedServer.StartAsync(script, database, workers: 0);
        var thread = await AskedThread.OpenAsync(asking);
        var question = await thread.AskAsync("complete already");
        // As a worker leaves it that dies between the last word and the post.
        await database.ExecuteAsync("UPDATE assistant.runs SET status = 'running', fence = 1, attempts = 1, started_at = now(), lease_until = now()");
        await database.ExecuteAsync("INSERT INTO assistant.pieces VALUES ($1, 10, 'All of it.')", question.RunId!.Value);
        await database.ExecuteAsync("""
            INSERT INTO assistant.calls (run_id, number, fence, owner_id, provider, model, prompt_version, start_offset, outcome, started_at, finished_at)
            VALUES ($1, 1, 1, gen_random_uuid(), 'first', 'm', 'case/1', 0, 'completed', now(), now())
            """, question.RunId.Value);
        var answering = await ScriptedServer.StartAsync(script, database);
        try
        {
            await using var reader = thread.Read(question.RunId.Value);
            (await reader.ToEndAsync()).Status.ShouldBe("completed");
            reader.Text.ShouldBe("All of it.");
            script.Asked.ShouldBeEmpty();
            (await thread.AnswersAsync()).ShouldHaveSingleItem().Ai!.Value.Text("provider").ShouldBe("first");
        }
        finally
        {
            await answering.DisposeAsync();
            await asking.DisposeAsync();
        }
    }

    [Fact]
    public async Task A_failed_attempt_is_gone_on_with_from_what_was_shown()
    {
        var thread = await AskedThread.OpenAsync(server);
        var (first, second) = (server.Script.HoldNext("again"), server.Script.HoldNext("again"));
        var question = await thread.AskAsync("again");
        await first.Begun;
        first.Say("The beginning");
        first.Fail("timeout");
        (await second.Begun).Shown.ShouldBe("The beginning");
        second.Answer(" and the end.");
        await thread.EndOfRunAsync(question);

        var answer = (await thread.AnswersAsync()).ShouldHaveSingleItem();
        answer.Content.ShouldBe("The beginning and the end.");
        Seams(answer).ShouldBe([(13, "timeout")]);
    }

    [Fact]
    public async Task Another_provider_goes_on_in_the_same_attempt_and_the_seam_says_so()
    {
        var (thread, question, attempt, reader) = await ShownAsync("another provider", "One");
        attempt.FallBack("server_error", new("second", "small"));
        attempt.FallBack("rate_limited", new("third", "large"));
        attempt.Answer(", two", inputTokens: 7, outputTokens: 3);
        await reader.ToEndAsync();

        reader.Text.ShouldBe("One, two");
        var answer = (await thread.AnswersAsync()).ShouldHaveSingleItem();
        answer.Ai!.Value.Text("provider").ShouldBe("third");
        answer.Ai!.Value.Text("prompt_version").ShouldNotBeNullOrEmpty();
        Seams(answer).ShouldBe([(3, "server_error")]);
        (await CallsAsync(question)).ShouldBe(["1 1 0 failed server_error", "2 1 3 failed rate_limited", "3 1 3 completed "]);
        (await server.Database.ScalarAsync<bool>("""
            SELECT c.input_tokens = 7 AND c.output_tokens = 3 AND c.owner_id = t.owner_id AND c.started_at <= c.first_text_at AND c.first_text_at <= c.finished_at
                AND (r.provider, r.model, r.prompt_version) = ('third', 'large', c.prompt_version)
            FROM assistant.calls c JOIN assistant.access_runs r ON r.id = c.run_id JOIN threads.threads t ON t.id = r.thread_id
            WHERE c.run_id = $1 AND c.number = 3
            """, question.RunId!.Value)).ShouldBeTrue();
        await reader.DisposeAsync();
    }

    [Fact]
    public async Task An_answer_cut_at_the_providers_limit_says_so()
    {
        var (thread, _, attempt, reader) = await ShownAsync("cut", "As far as it goes");
        attempt.Answer(reason: "length");
        await reader.ToEndAsync();

        var ai = (await thread.AnswersAsync()).ShouldHaveSingleItem().Ai!.Value;
        ai.GetProperty("cut").GetBoolean().ShouldBeTrue();
        ai.TryGetProperty("stopped", out _).ShouldBeFalse();
        ai.TryGetProperty("seams", out _).ShouldBeFalse();
        await reader.DisposeAsync();
    }

    [Fact]
    public async Task A_piece_whose_run_is_locked_waits_and_is_not_shown_before()
    {
        var (_, question, attempt, reader) = await ShownAsync("locked", "Before");
        Task<bool> next;
        await using (var other = await server.Database.Source.OpenConnectionAsync())
        await using (var holding = await other.BeginTransactionAsync())
        {
            await using var hold = new NpgsqlCommand("SELECT 1 FROM assistant.runs WHERE id = $1 FOR UPDATE", other) { Parameters = { new() { Value = question.RunId!.Value } } };
            await hold.ExecuteNonQueryAsync();
            next = reader.NextAsync();
            attempt.Say(", after");
            await AnsweredElsewhereAsync(); // nobody else is held up
            next.IsCompleted.ShouldBeFalse();
            (await server.Database.ScalarAsync<int>("SELECT max(end_offset) FROM assistant.pieces WHERE run_id = $1", question.RunId.Value)).ShouldBe(6);
            await holding.RollbackAsync();
        }
        (await next).ShouldBeTrue();
        (await reader.UpToAsync(13)).ShouldBe("Before, after");
        attempt.Answer();
        await reader.ToEndAsync();
        await reader.DisposeAsync();
    }

    [Fact]
    public async Task A_thread_that_is_deleted_takes_the_text_with_it()
    {
        var (thread, question, attempt, reader) = await ShownAsync("deleted", "Gone soon");
        await thread.DeleteAsync();

        await attempt.Cancelled;
        (await reader.ToEndAsync()).Reason.ShouldBe("thread_gone");
        (await server.Database.ScalarAsync<long>("SELECT count(*) FROM assistant.pieces WHERE run_id = $1", question.RunId!.Value)).ShouldBe(0);
        await reader.DisposeAsync();
    }

    [Fact]
    public async Task The_text_of_a_frozen_worker_is_not_taken()
    {
        var (_, question, attempt, reader) = await ShownAsync("frozen", "Before");
        await server.Database.ExecuteAsync("UPDATE assistant.runs SET fence = fence + 1, lease_until = now() + interval '1 hour' WHERE id = $1", question.RunId!.Value);
        attempt.Say(" while frozen");
        await AnsweredElsewhereAsync();

        (await server.Database.ScalarAsync<int>("SELECT max(end_offset) FROM assistant.pieces WHERE run_id = $1", question.RunId.Value)).ShouldBe(6);
        await attempt.Cancelled;
        reader.Text.ShouldBe("Before");
    }

    async Task<(AskedThread Thread, ThreadMessage Question, Script.Attempt Attempt, AnswerReader Reader)> ShownAsync(string text, string shown)
    {
        var thread = await AskedThread.OpenAsync(server);
        var attempt = server.Script.HoldNext(text);
        var question = await thread.AskAsync(text);
        await attempt.Begun;
        var reader = thread.Read(question.RunId!.Value);
        attempt.Say(shown);
        await reader.UpToAsync(shown.Length);
        return (thread, question, attempt, reader);
    }

    async Task AnsweredElsewhereAsync()
    {
        var thread = await AskedThread.OpenAsync(server);
        (await thread.EndOfRunAsync(await thread.AskAsync("elsewhere"))).Text("status").ShouldBe("completed");
    }

    Task<List<string>> CallsAsync(ThreadMessage question) => server.Database.ColumnAsync<string>("""
        SELECT number || ' ' || fence || ' ' || start_offset || ' ' || outcome || ' ' || coalesce(reason, '') FROM assistant.calls WHERE run_id = $1 ORDER BY number
        """, question.RunId!.Value);

    static (long, string?)[] Seams(ThreadMessage answer) =>
        [.. answer.Ai!.Value.GetProperty("seams").EnumerateArray().Select(seam => (seam.Number("offset"), seam.Text("reason")))];
}

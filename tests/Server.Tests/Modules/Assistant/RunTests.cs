using Consilium.Modules.Threads.Contracts;

namespace Consilium.Tests.Modules.Assistant;

/// <summary>What may happen to a run between its question and its answer.</summary>
public sealed class RunTests(ScriptedServer server) : IClassFixture<ScriptedServer>, IDisposable
{
    readonly List<Script.Attempt> held = [];

    /// <summary>A test that fails keeps no worker from the next one.</summary>
    public void Dispose()
    {
        foreach (var attempt in held) attempt.LetGo();
    }

    [Fact]
    public async Task A_person_who_takes_the_turn_meanwhile_stops_the_run()
    {
        var (thread, question, attempt) = await HeldAsync("turn taken");
        await thread.StaffWritesAsync("I take this.");
        attempt.Answer("too late");

        await ShouldStopAsync(thread, question, "turn_taken");
        (await thread.EventTypesAsync()).ShouldBe([
            EventTypes.ParticipantJoined, EventTypes.MessagePosted, EventTypes.RunStarted,
            EventTypes.ParticipantJoined, EventTypes.AssistantChanged, EventTypes.MessagePosted, EventTypes.RunFinished], ignoreOrder: true);
    }

    [Fact]
    public async Task A_question_that_is_retracted_meanwhile_stops_the_run()
    {
        var (thread, question, attempt) = await HeldAsync("retracted meanwhile");
        await thread.RetractAsync(question);
        attempt.Answer("too late");

        await ShouldStopAsync(thread, question, "question_retracted");
    }

    [Fact]
    public async Task A_thread_that_is_closed_meanwhile_stops_the_run()
    {
        var (thread, question, attempt) = await HeldAsync("closed meanwhile");
        await thread.CloseAsync();
        attempt.Answer("too late");

        await ShouldStopAsync(thread, question, "thread_closed");
    }

    [Fact]
    public async Task A_question_that_is_retracted_before_its_turn_never_reaches_the_answerer()
    {
        var (thread, first, attempt) = await HeldAsync("before the retracted one");
        var second = await thread.AskAsync("retracted before its turn");
        await thread.RetractAsync(second);
        attempt.Answer("the first");

        (await thread.EndOfRunAsync(first)).Text("status").ShouldBe("completed");
        (await thread.EndOfRunAsync(second)).Text("reason").ShouldBe("question_retracted");
        server.Script.Asked.ShouldNotContain("retracted before its turn");
        (await thread.AnswersAsync()).ShouldHaveSingleItem();
    }

    [Fact]
    public async Task A_later_question_waits_for_the_earlier_one_while_other_threads_are_answered()
    {
        var (thread, first, attempt) = await HeldAsync("earlier");
        var second = await thread.AskAsync("later");
        await AnsweredElsewhereAsync();

        (await server.Database.ScalarAsync<string>("SELECT status FROM assistant.runs WHERE id = $1", second.RunId!.Value)).ShouldBe("queued");
        attempt.Answer("the first");
        await thread.EndOfRunAsync(second);

        (await thread.AnswersAsync()).Select(a => a.ReplyTo).ShouldBe([first.Id, second.Id]);
    }

    [Fact]
    public async Task An_attempt_that_fails_is_repeated_and_the_run_starts_only_once()
    {
        var thread = await AskedThread.OpenAsync(server);
        var question = await thread.AskAsync("fails twice");

        (await thread.EndOfRunAsync(question)).Text("status").ShouldBe("completed");

        (await AttemptsAsync(question)).ShouldBe(3);
        (await thread.AnswersAsync()).ShouldHaveSingleItem().Content.ShouldBe("Answered: fails twice");
        (await thread.EventTypesAsync()).Count(type => type == EventTypes.RunStarted).ShouldBe(1);
    }

    [Theory]
    [InlineData("fails always")]
    [InlineData("says nothing")]
    public async Task A_question_that_no_attempt_answers_fails_visibly_and_holds_up_nobody(string poison)
    {
        var thread = await AskedThread.OpenAsync(server);
        var question = await thread.AskAsync(poison);
        var next = await thread.AskAsync("after " + poison);

        var end = await thread.EndOfRunAsync(question);

        end.Text("status").ShouldBe("failed");
        end.Text("reason").ShouldBe("answer_failed");
        (await AttemptsAsync(question)).ShouldBe(5);
        (await thread.EndOfRunAsync(next)).Text("status").ShouldBe("completed");
        (await thread.AnswersAsync()).ShouldHaveSingleItem().ReplyTo.ShouldBe(next.Id);
    }

    [Fact]
    public async Task A_worker_that_is_overtaken_commits_nothing()
    {
        var (thread, question, stale) = await HeldAsync("overtaken");
        var fresh = Hold(question.Content);
        await thread.LoseWorkerAsync(question);
        await fresh.Begun;

        stale.Answer("from the worker that was overtaken");
        await AnsweredElsewhereAsync(); // of the two workers only this one can: so it is through with its attempt
        (await thread.AnswersAsync()).ShouldBeEmpty();
        fresh.Answer("from the worker that took over");
        await thread.EndOfRunAsync(question);

        (await thread.AnswersAsync()).ShouldHaveSingleItem().Content.ShouldBe("from the worker that took over");
        (await thread.EventTypesAsync()).Count(type => type is EventTypes.RunFinished or EventTypes.RunStarted).ShouldBe(2);
    }

    [Fact]
    public async Task A_run_whose_lease_lasts_is_left_to_its_worker()
    {
        var (thread, question, attempt) = await HeldAsync("left alone");
        await AnsweredElsewhereAsync();
        await AnsweredElsewhereAsync();

        (await AttemptsAsync(question)).ShouldBe(1);
        attempt.Answer("mine");
        await thread.EndOfRunAsync(question);
    }

    [Fact]
    public async Task A_run_that_lost_every_worker_fails_visibly()
    {
        var (thread, question, attempt) = await HeldAsync("lost");
        await server.Database.ExecuteAsync("UPDATE assistant.runs SET attempts = 5 WHERE id = $1", question.RunId!.Value);
        await thread.LoseWorkerAsync(question);

        var end = await thread.EndOfRunAsync(question);

        end.Text("status").ShouldBe("failed");
        end.Text("reason").ShouldBe("workers_lost");
        attempt.Answer("from a worker that was given up");
        await AnsweredElsewhereAsync();
        (await thread.AnswersAsync()).ShouldBeEmpty();
    }

    /// <summary>A question whose answer is being written, until the test gives it.</summary>
    async Task<(AskedThread Thread, ThreadMessage Question, Script.Attempt Attempt)> HeldAsync(string text)
    {
        var thread = await AskedThread.OpenAsync(server);
        var attempt = Hold(text);
        var question = await thread.AskAsync(text);
        await attempt.Begun;
        return (thread, question, attempt);
    }

    Script.Attempt Hold(string text)
    {
        var attempt = server.Script.HoldNext(text);
        held.Add(attempt);
        return attempt;
    }

    async Task AnsweredElsewhereAsync()
    {
        var thread = await AskedThread.OpenAsync(server);
        (await thread.EndOfRunAsync(await thread.AskAsync("elsewhere"))).Text("status").ShouldBe("completed");
    }

    Task<int> AttemptsAsync(ThreadMessage question) =>
        server.Database.ScalarAsync<int>("SELECT attempts FROM assistant.runs WHERE id = $1", question.RunId!.Value);

    static async Task ShouldStopAsync(AskedThread thread, ThreadMessage question, string reason)
    {
        var end = await thread.EndOfRunAsync(question);
        end.Text("status").ShouldBe("stopped");
        end.Text("reason").ShouldBe(reason);
        (await thread.AnswersAsync()).ShouldBeEmpty();
    }
}

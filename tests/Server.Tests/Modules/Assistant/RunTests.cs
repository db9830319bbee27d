using System.Collections.Concurrent;
using Consilium.Modules.Assistant;
using Consilium.Modules.Threads.Contracts;
using Consilium.Tests.Support;
using Microsoft.Extensions.DependencyInjection;

namespace Consilium.Tests.Modules.Assistant;

/// <summary>What happens to runs between question and answer: other people's deeds, faults, lost and slow workers.</summary>
public sealed class RunTests(RunTests.ServerWithScript server) : IClassFixture<RunTests.ServerWithScript>
{
    [Fact]
    public async Task A_person_who_takes_the_turn_meanwhile_stops_the_run()
    {
        var (thread, question, writing) = await AskAsync();
        await thread.StaffWritesAsync("I take this.");
        writing.SetResult("too late");

        var end = await thread.EndOfRunAsync(question);

        end.Text("status").ShouldBe("stopped");
        end.Text("reason").ShouldBe("turn_taken");
        (await thread.AnswersAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_question_that_is_retracted_meanwhile_stops_the_run()
    {
        var (thread, question, writing) = await AskAsync();
        await thread.RetractAsync(question);
        writing.SetResult("too late");

        var end = await thread.EndOfRunAsync(question);

        end.Text("status").ShouldBe("stopped");
        end.Text("reason").ShouldBe("question_retracted");
        (await thread.AnswersAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_question_that_is_retracted_before_its_turn_is_not_shown_to_the_answerer()
    {
        var (thread, first, writing) = await AskAsync();
        var second = await thread.AskAsync("about to be retracted");
        await thread.RetractAsync(second);
        writing.SetResult("the first");

        (await thread.EndOfRunAsync(first)).Text("status").ShouldBe("completed");
        (await thread.EndOfRunAsync(second)).Text("reason").ShouldBe("question_retracted");
        server.Asked.ShouldNotContain("about to be retracted");
        (await thread.AnswersAsync()).ShouldHaveSingleItem();
    }

    [Fact]
    public async Task A_thread_that_is_closed_meanwhile_stops_the_run()
    {
        var (thread, question, writing) = await AskAsync();
        await thread.CloseAsync();
        writing.SetResult("too late");

        (await thread.EndOfRunAsync(question)).Text("reason").ShouldBe("thread_closed");
        (await thread.AnswersAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_later_question_of_a_thread_waits_while_other_threads_are_answered()
    {
        var (thread, first, writing) = await AskAsync();
        var second = await thread.AskAsync("later");
        var elsewhere = await AskedThread.OpenAsync(server);
        await elsewhere.EndOfRunAsync(await elsewhere.AskAsync("elsewhere"));

        (await StatusAsync(second)).ShouldBe("queued");
        writing.SetResult("the first");
        await thread.EndOfRunAsync(second);

        (await thread.AnswersAsync()).Select(a => a.ReplyTo).ShouldBe([first.Id, second.Id]);
    }

    [Fact]
    public async Task An_answer_that_fails_is_tried_again()
    {
        var thread = await AskedThread.OpenAsync(server);
        var question = await thread.AskAsync("fails twice");

        (await thread.EndOfRunAsync(question)).Text("status").ShouldBe("completed");

        (await thread.AnswersAsync()).ShouldHaveSingleItem();
        (await AttemptsAsync(question)).ShouldBe(3);
        (await thread.EventTypesAsync()).Count(type => type == EventTypes.RunStarted).ShouldBe(1);
    }

    [Theory]
    [InlineData("fails always")]
    [InlineData("says nothing")]
    public async Task A_question_that_no_attempt_can_answer_fails_visibly_and_holds_up_nobody(string poison)
    {
        var thread = await AskedThread.OpenAsync(server);
        var question = await thread.AskAsync(poison);
        var next = await thread.AskAsync("next");

        var end = await thread.EndOfRunAsync(question);

        end.Text("status").ShouldBe("failed");
        end.Text("reason").ShouldBe("answer_failed");
        (await AttemptsAsync(question)).ShouldBe(5);
        (await thread.EndOfRunAsync(next)).Text("status").ShouldBe("completed");
        (await thread.AnswersAsync()).ShouldHaveSingleItem().ReplyTo.ShouldBe(next.Id);
    }

    [Fact]
    public async Task A_run_that_has_lost_all_its_workers_fails_visibly()
    {
        var (thread, question, _) = await AskAsync();
        await server.Database.ExecuteAsync("UPDATE assistant.runs SET fence = fence + 4, attempts = 5, lease_until = now() WHERE id = $1", question.RunId!.Value);

        (await thread.EndOfRunAsync(question)).Text("reason").ShouldBe("workers_lost");
        (await thread.AnswersAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_worker_that_comes_back_after_its_lease_commits_nothing()
    {
        var (thread, question, stale) = await AskAsync();
        var fence = await FenceAsync(question);
        var fresh = server.NextTimeAsked(question.Content);
        await server.Database.ExecuteAsync("UPDATE assistant.runs SET lease_until = now() WHERE id = $1", question.RunId!.Value);
        await fresh.Begun;
        (await FenceAsync(question)).ShouldBe(fence + 1);

        stale.SetResult("from the stale worker");
        await server.LogOf("taken over").Or("stale").WaitAsync();
        fresh.Answer.SetResult("from the fresh worker");
        await thread.EndOfRunAsync(question);

        (await thread.AnswersAsync()).ShouldHaveSingleItem().Content.ShouldBe("from the fresh worker");
    }

    public sealed class ServerWithScript : Server { }
}

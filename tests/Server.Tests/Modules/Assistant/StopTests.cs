using System.Diagnostics;
using Consilium.Modules.Threads.Contracts;

namespace Consilium.Tests.Modules.Assistant;

/// <summary>Somebody stops the answer.</summary>
public sealed class StopTests(BusyScriptedServer server) : IClassFixture<BusyScriptedServer>
{
    [Fact]
    public async Task What_was_shown_is_kept_and_the_provider_is_told_at_once()
    {
        var (thread, question, attempt) = await HeldAsync("stopped in the middle");
        await using var reader = thread.Read(question.RunId!.Value);
        attempt.Say("What was shown");
        await reader.UpToAsync(14);

        (await thread.StopAsync()).ShouldBeTrue();

        await attempt.Cancelled;
        var end = await reader.ToEndAsync();
        var message = (await thread.AnswersAsync()).ShouldHaveSingleItem();
        (end.Status, end.Reason, end.AnswerId).ShouldBe(("stopped", "stopped_by_caller", message.Id));
        message.Content.ShouldBe(reader.Text);
        message.Ai!.Value.GetProperty("stopped").GetBoolean().ShouldBeTrue();
        message.Ai!.Value.Text("provider").ShouldBe("test");
        (await thread.EndOfRunAsync(question)).Text("reason").ShouldBe("stopped_by_caller");
        (await server.Database.ScalarAsync<string>("SELECT outcome FROM assistant.calls WHERE run_id = $1", question.RunId.Value)).ShouldBe("stopped");
        (await server.Database.ScalarAsync<string>(
            "SELECT reason FROM audit.entries WHERE action = 'case.answer_stop' AND resource = $1", $"case/{thread.Id}")).ShouldBe($"run/{end.Id}");
        (await thread.AskForAsync(question)).Id.ShouldBe(end.Id); // a stopped answer is the answer
    }

    [Fact]
    public async Task Before_anything_was_shown_there_is_no_message_and_the_question_may_be_asked_again()
    {
        var (thread, question, attempt) = await HeldAsync("stopped before it began");
        var later = await thread.AskAsync("stopped while it waited");

        (await thread.StopAsync()).ShouldBeTrue();

        await attempt.Cancelled;
        (await thread.EndOfRunAsync(question)).Text("status").ShouldBe("stopped");
        (await thread.EndOfRunAsync(later)).Text("status").ShouldBe("stopped");
        (await thread.AnswersAsync()).ShouldBeEmpty();
        server.Script.Asked.ShouldNotContain(later.Content);
        var again = await thread.AskForAsync(question);
        again.Id.ShouldNotBe(question.RunId!.Value);
        await using var reader = thread.Read(again.Id);
        (await reader.ToEndAsync()).Status.ShouldBe("completed");
    }

    [Fact]
    public async Task Where_nothing_is_answered_there_is_nothing_to_stop()
    {
        var thread = await AskedThread.OpenAsync(server);
        (await thread.StopAsync()).ShouldBeFalse();
        await thread.EndOfRunAsync(await thread.AskAsync("answered before the stop"));

        (await thread.StopAsync()).ShouldBeFalse();
        (await server.Database.ScalarAsync<long>("SELECT count(*) FROM audit.entries WHERE action = 'case.answer_stop' AND resource = $1", $"case/{thread.Id}"))
            .ShouldBe(0);
    }

    [Fact]
    public async Task A_stop_that_is_rolled_back_stops_nothing()
    {
        var (thread, question, attempt) = await HeldAsync("not stopped after all");
        await Should.ThrowAsync<InvalidOperationException>(() => thread.InTransactionAsync<Consilium.Modules.Assistant.Contracts.IRuns, bool>(async runs =>
        {
            (await runs.StopAsync(thread.Id, "case", thread.Owner, default)).ShouldBeTrue();
            throw new InvalidOperationException("The request fails after the stop.");
        }));
        attempt.Answer("It goes on.");

        (await thread.EndOfRunAsync(question)).Text("status").ShouldBe("completed");
    }

    [Fact]
    public async Task Stops_from_many_sides_and_an_answer_that_ends_meanwhile_leave_one_end()
    {
        for (var round = 0; round < 10; round++)
        {
            var (thread, question, attempt) = await HeldAsync($"contested {round}");
            await using var reader = thread.Read(question.RunId!.Value);
            attempt.Say("All of it");
            await reader.UpToAsync(9);
            attempt.Answer();
            await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => thread.StopAsync()));

            await reader.ToEndAsync();
            (await thread.AnswersAsync()).ShouldHaveSingleItem().Content.ShouldBe("All of it");
            (await thread.EventTypesAsync()).Count(type => type == EventTypes.RunFinished).ShouldBe(1);
        }
    }

    /// <summary>Without signals between them, for the stopping server has gone before its signal went out: the lease tells.</summary>
    [Fact]
    public async Task A_worker_that_hears_of_no_stop_finds_out_by_its_lease()
    {
        var script = new Script();
        var alone = await ScriptedServer.StartAsync(script, renewal: "00:00:00.100");
        try
        {
            var thread = await AskedThread.OpenAsync(alone);
            var attempt = script.HoldNext("silently stopped");
            var question = await thread.AskAsync("silently stopped");
            await attempt.Begun;
            var stopped = Stopwatch.StartNew();
            await alone.Database.ExecuteAsync(
                "UPDATE assistant.runs SET status = 'stopped', reason = 'stopped_by_caller', finished_at = now() WHERE id = $1", question.RunId!.Value);

            await attempt.Cancelled;
            stopped.Elapsed.ShouldBeLessThan(TimeSpan.FromSeconds(10)); // a tenth of a second, on a machine that has time
        }
        finally
        {
            await alone.DisposeAsync();
        }
    }

    async Task<(AskedThread Thread, ThreadMessage Question, Script.Attempt Attempt)> HeldAsync(string text)
    {
        var thread = await AskedThread.OpenAsync(server);
        var attempt = server.Script.HoldNext(text);
        var question = await thread.AskAsync(text);
        await attempt.Begun;
        return (thread, question, attempt);
    }
}

using Consilium.Tests.Modules.Cases;

namespace Consilium.Tests.Modules.Assistant;

/// <summary>Asking for an answer by itself, as the doors do whose readers wait for it.</summary>
public sealed class AskTests(BusyScriptedServer server) : IClassFixture<BusyScriptedServer>
{
    [Fact]
    public async Task Asked_many_times_at_once_there_is_one_run_and_one_call()
    {
        var thread = await AskedThread.OpenAsync(server);
        var message = await thread.OwnerWritesAsync("asked twenty times");

        var runs = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => thread.AskForAsync(message)));

        var id = runs.Select(run => run.Id).Distinct().ShouldHaveSingleItem();
        await using var reader = thread.Read(id);
        await reader.ToEndAsync();
        (await thread.AskForAsync(message)).ShouldBe(reader.End); // the finished one is joined too
        server.Script.Asked.Count(q => q == message.Content).ShouldBe(1);
        var answer = (await thread.AnswersAsync()).ShouldHaveSingleItem();
        answer.ReplyTo.ShouldBe(message.Id);
        (await thread.FindRunAsync(id)).ShouldBe(reader.End);
        (await thread.FindRunOfAsync(message.Id)).ShouldBe(reader.End);
    }

    [Fact]
    public async Task A_question_whose_post_queued_a_run_joins_it()
    {
        var thread = await AskedThread.OpenAsync(server);
        var question = await thread.AskAsync("queued by its post");

        (await thread.AskForAsync(question)).Id.ShouldBe(question.RunId!.Value);
    }

    [Fact]
    public async Task After_a_failed_run_the_question_may_be_asked_again()
    {
        var thread = await AskedThread.OpenAsync(server);
        var message = await thread.OwnerWritesAsync("asked again after a failure");
        var attempts = Enumerable.Range(0, 5).Select(_ => server.Script.HoldNext(message.Content)).ToList();
        foreach (var attempt in attempts) attempt.Fail("timeout");
        var failed = await thread.AskForAsync(message);
        (await EndAsync(thread, failed.Id)).Status.ShouldBe("failed");
        (await thread.FindRunOfAsync(message.Id)).ShouldBeNull();

        var again = await thread.AskForAsync(message);

        again.Id.ShouldNotBe(failed.Id);
        (await EndAsync(thread, again.Id)).Status.ShouldBe("completed");
        (await thread.AnswersAsync()).ShouldHaveSingleItem().RunId.ShouldBe(again.Id);
    }

    [Fact]
    public async Task The_description_of_the_thread_may_be_the_question()
    {
        using var owner = await server.SignedInAsync("user");
        var thread = AskedThread.Of(server, await owner.OpenCaseAsync("The description that asks."));

        var run = await thread.AskForAsync();
        (await EndAsync(thread, run.Id)).Status.ShouldBe("completed");

        run.QuestionId.ShouldBe(thread.Id);
        var answer = (await thread.AnswersAsync()).ShouldHaveSingleItem();
        answer.ReplyTo.ShouldBeNull();
        answer.Content.ShouldBe("Answered: The description that asks.");
    }

    [Fact]
    public async Task A_description_that_is_gone_stops_the_run()
    {
        var thread = await AskedThread.OpenAsync(server); // no door knows this one

        (await EndAsync(thread, (await thread.AskForAsync()).Id)).Reason.ShouldBe("thread_gone");
    }

    [Fact]
    public async Task An_answer_that_was_asked_for_is_late_once_a_person_has_spoken()
    {
        var thread = await AskedThread.OpenAsync(server);
        var message = await thread.OwnerWritesAsync("late");
        var attempt = server.Script.HoldNext("late");
        var run = await thread.AskForAsync(message);
        await attempt.Begun;
        await thread.StaffWritesAsync("I have answered this.");
        attempt.Answer("too late");

        (await EndAsync(thread, run.Id)).ShouldBe(run with { Status = "stopped", Reason = "turn_taken" });
        (await thread.AnswersAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task What_the_asker_or_staff_said_before_makes_no_answer_late()
    {
        var thread = await AskedThread.OpenAsync(server);
        await thread.StaffWritesAsync("What is it about?");
        var message = await thread.OwnerWritesAsync("not late");
        var attempt = server.Script.HoldNext("not late");
        var run = await thread.AskForAsync(message);
        await attempt.Begun;
        await thread.OwnerWritesAsync("Is anybody there?");
        attempt.Answer("in time");

        (await EndAsync(thread, run.Id)).Status.ShouldBe("completed");
        (await thread.AnswersAsync()).ShouldHaveSingleItem().Content.ShouldBe("in time");
    }

    [Fact]
    public async Task A_run_is_found_in_its_own_thread_alone()
    {
        var thread = await AskedThread.OpenAsync(server);
        var question = await thread.AskAsync("of one thread");

        (await (await AskedThread.OpenAsync(server)).FindRunAsync(question.RunId!.Value)).ShouldBeNull();
        (await (await AskedThread.OpenAsync(server)).FindRunOfAsync(question.Id)).ShouldBeNull();
    }

    static async Task<Consilium.Modules.Assistant.Contracts.RunState> EndAsync(AskedThread thread, Guid runId)
    {
        await using var reader = thread.Read(runId);
        return await reader.ToEndAsync();
    }
}

using Consilium.Modules.Threads.Contracts;

namespace Consilium.Tests.Modules.Assistant;

/// <summary>
/// Answers are written at one server and read, joined and stopped at another, on one database. The reader's clock stands still: what arrives in time
/// comes by a signal.
/// </summary>
public sealed class TwoServersTests : IAsyncLifetime
{
    readonly Script script = new();
    readonly ManualClock stillClock = new();
    TestDatabase database = null!;
    Server writing = null!;
    Server reading = null!;

    public async Task InitializeAsync()
    {
        database = await TestPostgres.CloneAsync();
        writing = await ScriptedServer.StartAsync(script, database, workers: 50);
        reading = await ScriptedServer.StartAsync(new Script(), database, workers: 0, clock: stillClock);
    }

    public async Task DisposeAsync()
    {
        await reading.DisposeAsync();
        await writing.DisposeAsync();
        await database.DisposeAsync();
    }

    [Fact]
    public async Task What_is_written_at_one_is_read_at_the_other()
    {
        var (thread, question, attempt) = await HeldAsync("read elsewhere");
        await using var there = thread.On(reading).Read(question.RunId!.Value);
        await using var here = thread.Read(question.RunId.Value);
        for (var i = 1; i <= 10; i++)
        {
            attempt.Say($"{i} ");
            (await there.UpToAsync(here.Text.Length + 2)).ShouldBe(await here.UpToAsync(here.Text.Length + 2));
        }
        attempt.Answer();

        (await there.ToEndAsync()).ShouldBe(await here.ToEndAsync());
        there.Text.ShouldBe((await thread.AnswersAsync()).ShouldHaveSingleItem().Content);
    }

    [Fact]
    public async Task Text_whose_signal_is_lost_is_found_by_looking()
    {
        var (thread, question, attempt) = await HeldAsync("lost signal");
        await using var reader = thread.On(reading).Read(question.RunId!.Value);
        attempt.Say("told");
        await reader.UpToAsync(4);

        await database.ExecuteAsync("INSERT INTO assistant.pieces (run_id, end_offset, content) VALUES ($1, 14, ' and found')", question.RunId.Value);
        var arrival = reader.UpToAsync(14);
        while (await Task.WhenAny(arrival, Task.Delay(20)) != arrival) stillClock.Advance(TimeSpan.FromSeconds(1));

        (await arrival).ShouldBe("told and found");
        await thread.StopAsync();
    }

    [Fact]
    public async Task A_stop_at_one_ends_the_call_at_the_other()
    {
        var (thread, question, attempt) = await HeldAsync("stopped from elsewhere");
        await using var reader = thread.Read(question.RunId!.Value);
        attempt.Say("What was shown");
        await reader.UpToAsync(14);

        (await thread.On(reading).StopAsync()).ShouldBeTrue();

        await attempt.Cancelled;
        (await reader.ToEndAsync()).Reason.ShouldBe("stopped_by_caller");
        (await thread.AnswersAsync()).ShouldHaveSingleItem().Content.ShouldBe("What was shown");
    }

    [Fact]
    public async Task Asked_at_both_at_once_there_is_one_run()
    {
        var thread = await AskedThread.OpenAsync(writing);
        var message = await thread.OwnerWritesAsync("asked at both");

        var runs = await Task.WhenAll(Enumerable.Range(0, 10).Select(i => thread.On(i % 2 == 0 ? reading : writing).AskForAsync(message)));

        runs.Select(run => run.Id).Distinct().ShouldHaveSingleItem();
        await using var reader = thread.On(reading).Read(runs[0].Id);
        (await reader.ToEndAsync()).Status.ShouldBe("completed");
        script.Asked.Count(q => q == message.Content).ShouldBe(1);
    }

    async Task<(AskedThread Thread, ThreadMessage Question, Script.Attempt Attempt)> HeldAsync(string text)
    {
        var thread = await AskedThread.OpenAsync(writing);
        var attempt = script.HoldNext(text);
        var question = await thread.AskAsync(text);
        await attempt.Begun;
        return (thread, question, attempt);
    }
}

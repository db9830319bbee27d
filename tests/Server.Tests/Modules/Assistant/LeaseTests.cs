using System.Diagnostics;

namespace Consilium.Tests.Modules.Assistant;

/// <summary>Leases over time and between servers.</summary>
public sealed class LeaseTests
{
    [Fact]
    public async Task A_lease_is_renewed_while_the_answer_is_written()
    {
        var script = new Script();
        var server = await ScriptedServer.StartAsync(script, renewal: "00:00:00.050");
        try
        {
            var thread = await AskedThread.OpenAsync(server);
            var attempt = script.HoldNext("slow");
            var question = await thread.AskAsync("slow");
            await attempt.Begun;
            var leased = await LeaseAsync();

            for (var waiting = Stopwatch.StartNew(); await LeaseAsync() <= leased;) waiting.Elapsed.ShouldBeLessThan(TimeSpan.FromSeconds(20));

            attempt.Answer("at last");
            (await thread.EndOfRunAsync(question)).Text("status").ShouldBe("completed");
            (await server.Database.ScalarAsync<int>("SELECT attempts FROM assistant.runs WHERE id = $1", question.RunId!.Value)).ShouldBe(1);

            Task<DateTime> LeaseAsync() =>
                server.Database.ScalarAsync<DateTime>("SELECT lease_until FROM assistant.runs WHERE id = $1", question.RunId!.Value);
        }
        finally
        {
            await server.DisposeAsync();
        }
    }

    [Fact]
    public async Task A_worker_that_finds_its_run_taken_stops_writing()
    {
        var script = new Script();
        var server = await ScriptedServer.StartAsync(script, renewal: "00:00:00.050");
        try
        {
            var thread = await AskedThread.OpenAsync(server);
            var attempt = script.HoldNext("taken");
            var question = await thread.AskAsync("taken");
            await attempt.Begun;
            await server.Database.ExecuteAsync("UPDATE assistant.runs SET fence = fence + 1 WHERE id = $1", question.RunId!.Value);

            await attempt.Cancelled;
        }
        finally
        {
            await server.DisposeAsync();
        }
    }

    [Fact]
    public async Task A_server_that_stops_gives_its_runs_to_the_others_at_once()
    {
        await using var database = await TestPostgres.CloneAsync();
        var script = new Script();
        var stopping = await ScriptedServer.StartAsync(script, database);
        var thread = await AskedThread.OpenAsync(stopping);
        var attempt = script.HoldNext("handed over");
        var question = await thread.AskAsync("handed over");
        await attempt.Begun;

        await stopping.DisposeAsync();

        (await database.ScalarAsync<bool>(
            "SELECT status = 'queued' AND attempts = 0 AND lease_until <= now() FROM assistant.runs WHERE id = $1", question.RunId!.Value))
            .ShouldBeTrue();
        var other = await ScriptedServer.StartAsync(script, database);
        try
        {
            var same = thread.On(other);
            (await same.EndOfRunAsync(question)).Text("status").ShouldBe("completed");
            (await same.AnswersAsync()).ShouldHaveSingleItem();
        }
        finally
        {
            await other.DisposeAsync();
        }
    }

    [Fact]
    public async Task Two_servers_on_one_database_answer_each_question_once_and_in_order()
    {
        await using var database = await TestPostgres.CloneAsync();
        var one = await ScriptedServer.StartAsync(new Script(), database);
        var two = await ScriptedServer.StartAsync(new Script(), database);
        try
        {
            var threads = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => AskedThread.OpenAsync(one)));
            await Task.WhenAll(threads.Select(async thread =>
            {
                var asked = new List<Guid>();
                for (var i = 0; i < 5; i++) asked.Add((await thread.On(i % 2 == 0 ? one : two).AskAsync($"{i}")).Id);
                foreach (var question in asked) await thread.On(two).LiveAsync(e => e.Message?.ReplyTo == question);
                (await thread.AnswersAsync()).Select(a => a.ReplyTo!.Value).ShouldBe(asked);
            }));
            (await database.ScalarAsync<long>("SELECT count(*) FROM threads.messages WHERE sender_role = 'assistant'")).ShouldBe(30);
        }
        finally
        {
            await one.DisposeAsync();
            await two.DisposeAsync();
        }
    }
}

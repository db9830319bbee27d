using System.Diagnostics;
using Consilium.Modules.Threads.Contracts;
using Npgsql;

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
    public async Task A_run_that_somebody_has_locked_keeps_no_other_from_being_renewed()
    {
        var script = new Script();
        var server = await ScriptedServer.StartAsync(script, renewal: "00:00:00.050");
        try
        {
            var (locked, other) = (await BeginAsync("locked"), await BeginAsync("other"));
            await using (var connection = await server.Database.Source.OpenConnectionAsync())
            await using (var holding = await connection.BeginTransactionAsync())
            {
                await using var hold = new NpgsqlCommand("SELECT 1 FROM assistant.runs WHERE id = $1 FOR UPDATE", connection) { Parameters = { new() { Value = locked.RunId } } };
                await hold.ExecuteNonQueryAsync();
                for (var renewals = 0; renewals < 3; renewals++)
                {
                    var leased = await LeaseAsync(other.RunId);
                    for (var waiting = Stopwatch.StartNew(); await LeaseAsync(other.RunId) <= leased;) waiting.Elapsed.ShouldBeLessThan(TimeSpan.FromSeconds(20));
                }
                await holding.RollbackAsync();
            }
            foreach (var (thread, question, attempt, _) in new[] { locked, other }) // neither has been taken from its worker
            {
                attempt.Answer("at last");
                (await thread.EndOfRunAsync(question)).Text("status").ShouldBe("completed");
            }
            script.Asked.Count.ShouldBe(2);
        }
        finally
        {
            await server.DisposeAsync();
        }

        async Task<(AskedThread Thread, ThreadMessage Question, Script.Attempt Attempt, Guid RunId)> BeginAsync(string text)
        {
            var thread = await AskedThread.OpenAsync(server);
            var attempt = script.HoldNext(text);
            var question = await thread.AskAsync(text);
            await attempt.Begun;
            return (thread, question, attempt, question.RunId!.Value);
        }

        Task<DateTime> LeaseAsync(Guid runId) => server.Database.ScalarAsync<DateTime>("SELECT lease_until FROM assistant.runs WHERE id = $1", runId);
    }

    [Fact]
    public async Task Runs_that_hang_hold_up_nobody_and_take_no_connections()
    {
        var script = new Script();
        var server = await ScriptedServer.StartAsync(script, workers: 100); // and 20 connections, which all requests share
        try
        {
            var threads = await Task.WhenAll(Enumerable.Range(0, 90).Select(_ => AskedThread.OpenAsync(server)));
            var hanging = threads.Select((thread, i) => (thread, attempt: script.HoldNext($"hangs {i}"))).ToList();
            var questions = await Task.WhenAll(threads.Select((thread, i) => thread.AskAsync($"hangs {i}")));
            foreach (var (_, attempt) in hanging) await attempt.Begun;

            var other = await AskedThread.OpenAsync(server);
            (await other.EndOfRunAsync(await other.AskAsync("answered while the others hang"))).Text("status").ShouldBe("completed");
            foreach (var (_, attempt) in hanging) attempt.Answer("at last");
            for (var i = 0; i < questions.Length; i++) (await threads[i].EndOfRunAsync(questions[i])).Text("status").ShouldBe("completed");
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

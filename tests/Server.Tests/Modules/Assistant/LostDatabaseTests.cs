using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Consilium.Tests.Modules.Assistant;

/// <summary>The database goes away in the middle of an answer, and comes back: nothing is lost, doubled or asked again.</summary>
public sealed class LostDatabaseTests(BusyScriptedServer server) : IClassFixture<BusyScriptedServer>
{
    [Fact]
    public async Task An_answer_waits_for_the_database_and_goes_on()
    {
        var thread = await AskedThread.OpenAsync(server);
        var attempt = server.Script.HoldNext("cut off");
        var question = await thread.AskAsync("cut off");
        await attempt.Begun;
        await using var reader = thread.Read(question.RunId!.Value);
        attempt.Say("Before ");
        await reader.UpToAsync(7);

        await RefuseConnectionsAsync(true);
        var next = reader.NextAsync();
        attempt.Say("during ");
        attempt.Say("the cut ");
        await Task.Delay(500); // several rounds of writing fail
        next.IsCompleted.ShouldBeFalse();
        await RefuseConnectionsAsync(false);

        (await next).ShouldBeTrue();
        (await reader.UpToAsync(22)).ShouldBe("Before during the cut ");
        attempt.Answer("and after.");
        (await reader.ToEndAsync()).Status.ShouldBe("completed");
        ForgetBroken();
        (await thread.AnswersAsync()).ShouldHaveSingleItem().Content.ShouldBe("Before during the cut and after.");
        (await server.Database.ScalarAsync<int>("SELECT attempts FROM assistant.runs WHERE id = $1", question.RunId.Value)).ShouldBe(1);
    }

    [Fact]
    public async Task A_change_of_provider_and_the_end_that_fall_into_the_cut_wait_for_it_as_well()
    {
        var thread = await AskedThread.OpenAsync(server);
        var attempt = server.Script.HoldNext("ended while cut off");
        var question = await thread.AskAsync("ended while cut off");
        await attempt.Begun;
        await using var reader = thread.Read(question.RunId!.Value);
        attempt.Say("All ");
        await reader.UpToAsync(4);

        await RefuseConnectionsAsync(true);
        attempt.FallBack("server_error", new("second", "small"));
        attempt.Answer("of it.");
        await Task.Delay(500); // it tries in vain
        await RefuseConnectionsAsync(false);

        (await reader.ToEndAsync()).Status.ShouldBe("completed");
        ForgetBroken();
        (await thread.AnswersAsync()).ShouldHaveSingleItem().Content.ShouldBe("All of it.");
        (await server.Database.ScalarAsync<int>("SELECT attempts FROM assistant.runs WHERE id = $1", question.RunId.Value)).ShouldBe(1);
        server.Script.Asked.Count(q => q == "ended while cut off").ShouldBe(1);
    }

    [Fact]
    public async Task Connections_that_break_at_any_moment_lose_and_double_nothing()
    {
        var thread = await AskedThread.OpenAsync(server);
        var attempt = server.Script.HoldNext("broken connections");
        var question = await thread.AskAsync("broken connections");
        await attempt.Begun;
        await using var reader = thread.Read(question.RunId!.Value);
        var expected = "";
        for (var i = 0; i < 60; i++)
        {
            expected += $"{i} ";
            attempt.Say($"{i} ");
            if (i % 4 == 0) await BreakConnectionsAsync();
            else await Task.Delay(5);
        }
        attempt.Answer();
        await reader.ToEndAsync();
        ForgetBroken();

        reader.Text.ShouldBe(expected);
        (await thread.AnswersAsync()).ShouldHaveSingleItem().Content.ShouldBe(expected);
    }

    /// <summary>What follows in a test, or in the next, asks for connections that work at once.</summary>
    void ForgetBroken()
    {
        server.Database.Source.Clear();
        server.Services.GetRequiredService<NpgsqlDataSource>().Clear();
    }

    async Task RefuseConnectionsAsync(bool refuse)
    {
        var name = new NpgsqlConnectionStringBuilder(server.Database.ConnectionString).Database!;
        await ElsewhereAsync($"ALTER DATABASE {name} WITH ALLOW_CONNECTIONS {(refuse ? "false" : "true")}");
        if (refuse) await BreakConnectionsAsync();
    }

    Task BreakConnectionsAsync() => ElsewhereAsync(
        $"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{new NpgsqlConnectionStringBuilder(server.Database.ConnectionString).Database}'");

    async Task ElsewhereAsync(string sql)
    {
        await using var source = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(server.Database.ConnectionString) { Database = "postgres", Pooling = false });
        await using var command = source.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }
}

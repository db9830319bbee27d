using System.Text.Json;

namespace Consilium.Tests.Modules.Assistant;

/// <summary>The real server, killed between question and answer as by <c>kill -9</c>, and started again on the same data.</summary>
public sealed class CrashTests
{
    const int Killed = 128 + ProcessSignals.Kill;

    static readonly string[] CrashPoints = ["run.queued", "run.claimed", "run.first_text", "run.written", "run.before_commit", "run.after_commit"];

    [Fact]
    public async Task A_question_whose_server_is_killed_at_every_step_of_its_run_has_exactly_one_answer()
    {
        await using var server = await ServerProcess.StartAsync(
            ("Crash__At", CrashPoints[0]), ("Assistant__MaxAttempts", "9"), ("Assistant__Lease", "00:00:01"), ("Assistant__Renewal", "00:00:00.300"));
        string path;
        using (var owner = await SignInAsync(server))
        {
            var opened = await owner.PostJsonAsync("/api/v1/cases", new { issue_description = "The invoice is wrong." });
            path = $"/api/v1/cases/{(await opened.ShouldAnswerAsync(201)).Id()}";
            await Should.ThrowAsync<HttpRequestException>(() => AskAsync(owner, path)); // it was committed, but nobody was told
            (await server.ExitAsync()).ShouldBe(Killed);
        }
        foreach (var point in CrashPoints[1..])
        {
            server.Environment["Crash__At"] = point;
            (await server.RestartUntilExitAsync()).ShouldBe(Killed, server.Output);
        }
        server.Environment.Remove("Crash__At");
        await server.RestartAsync();

        using var again = await SignInAsync(server);
        var question = await (await AskAsync(again, path)).ShouldAnswerAsync(201);
        await ShouldFinishOnceAsync(again, path);
        var messages = (await again.GetJsonAsync($"{path}/messages")).Items();
        messages.Select(m => m.Text("sender_role")).ShouldBe(["user", "assistant"]);
        messages[1].Text("content").ShouldBe("Hello! How can I assist you today?");
        messages[1].Id("reply_to").ShouldBe(question.Id());
        messages[1].Id("run_id").ShouldBe(question.Id("run_id"));
    }

    /// <summary>With a client token, so that repeating it after the crash posts nothing new.</summary>
    static Task<HttpResponseMessage> AskAsync(HttpClient owner, string path) =>
        owner.PostJsonAsync($"{path}/messages", new { content = "hello", client_token = "the question" });

    static async Task<HttpClient> SignInAsync(ServerProcess server)
    {
        var client = server.Client();
        var login = await client.PostJsonAsync("/auth/login", new { username = "user@example.com", password = "password123" });
        client.DefaultRequestHeaders.Authorization = new("Bearer", (await login.ShouldAnswerAsync(200)).Text("access_token"));
        return client;
    }

    /// <summary>Reads the case's events from the beginning to the end of its run: numbered without a gap, with one start of the run.</summary>
    static async Task ShouldFinishOnceAsync(HttpClient owner, string path)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        using var reader = new StreamReader(await owner.GetStreamAsync($"{path}/events?after=0", patience.Token));
        var types = new List<string>();
        while (!types.Contains("run.finished"))
        {
            var line = (await reader.ReadLineAsync(patience.Token)).ShouldNotBeNull();
            if (!line.StartsWith("data:", StringComparison.Ordinal)) continue;
            var happened = JsonSerializer.Deserialize<JsonElement>(line["data:".Length..]);
            types.Add(happened.Text("type")!);
            happened.Number("seq").ShouldBe(types.Count);
            if (types[^1] == "run.finished") happened.Text("status").ShouldBe("completed");
        }
        types.Count(type => type == "run.started").ShouldBe(1);
    }
}

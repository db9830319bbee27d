using Consilium.ProviderDoubles;

namespace Consilium.Tests.Modules.Assistant;

/// <summary>The chain inside a server.</summary>
public sealed class ProvidersServerTests : IAsyncLifetime
{
    readonly ProviderDouble first = new(Replies.Answer(["The clinic ", "opens at nine."]));
    readonly ProviderDouble second = new(Replies.Answer(["At ten."]));
    Server server = null!;

    public async Task InitializeAsync() => server = await Server.StartAsync(new Dictionary<string, string?>(StringComparer.Ordinal)
    {
        ["Assistant:Providers:0:Name"] = "near",
        ["Assistant:Providers:0:BaseAddress"] = first.BaseAddress.ToString(),
        ["Assistant:Providers:0:Model"] = "small",
        ["Assistant:Providers:0:Retries"] = "0",
        ["Assistant:Providers:0:BreakerFailures"] = "2",
        ["Assistant:Providers:0:BreakerPause"] = "01:00:00",
        ["Assistant:Providers:1:Name"] = "openai",
        ["OPENAI_BASE_URL"] = second.BaseAddress.ToString(),
        ["OPENAI_API_KEY"] = "sk-test",
    });

    public async Task DisposeAsync()
    {
        await server.DisposeAsync();
        await first.DisposeAsync();
        await second.DisposeAsync();
    }

    [Fact]
    public async Task A_question_is_answered_by_the_first_provider_that_works()
    {
        var thread = await AskedThread.OpenAsync(server);
        await thread.EndOfRunAsync(await thread.AskAsync("When do you open?"));
        first.Answer(exchange => exchange.ErrorAsync(500));
        await thread.EndOfRunAsync(await thread.AskAsync("And tomorrow?"));

        var answers = await thread.AnswersAsync();
        answers.Select(a => (a.Content, a.Ai!.Value.Text("provider"), a.Ai!.Value.Text("model"))).ShouldBe(
            [("The clinic opens at nine.", "near", "small"), ("At ten.", "openai", "gpt-4")]);
        second.Requests[0].Authorization.ShouldBe("Bearer sk-test");
    }

    [Fact]
    public async Task A_provider_that_is_left_alone_is_seen_and_the_server_stays_ready()
    {
        using var anyone = server.Anonymous();
        (await anyone.GetJsonAsync("/health/ready")).GetProperty("parts").Text("assistant").ShouldBe("healthy");
        first.Answer(exchange => exchange.ErrorAsync(500));
        var thread = await AskedThread.OpenAsync(server);
        for (var i = 0; i < 2; i++) await thread.EndOfRunAsync(await thread.AskAsync("When do you open?"));

        var ready = await Eventually();
        ready.GetProperty("parts").Text("assistant").ShouldBe("degraded");
        ready.GetProperty("reasons").Text("assistant").ShouldBe("Left alone for a while after failures: near.");

        async Task<System.Text.Json.JsonElement> Eventually() // a report is a second old at most
        {
            for (var tries = 0; ; tries++, await Task.Delay(50))
                if (await anyone.GetJsonAsync("/health/ready") is var report && (report.Text("status") == "degraded" && report.GetProperty("parts").Text("assistant") == "degraded" || tries > 200))
                    return report;
        }
    }
}

using Consilium.Modules.Assistant;
using Consilium.ProviderDoubles;

namespace Consilium.Tests.Modules.Assistant;

/// <summary>Once the day's tokens are spent the rules answer, and no model is asked.</summary>
public sealed class SpentBudgetTests
{
    [Fact]
    public async Task What_an_owner_has_spent_ends_at_the_rules_and_concerns_nobody_else()
    {
        await using var provider = new ProviderDouble(Replies.Answer(["At nine."]));
        var server = await Server.StartAsync(new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            ["Assistant:Providers:0:Name"] = "near",
            ["Assistant:Providers:0:BaseAddress"] = provider.BaseAddress.ToString(),
            ["Assistant:Providers:0:Model"] = "small",
            ["Assistant:Providers:0:MaxTokens"] = "100",
            ["Assistant:Budget:OwnerTokensPerDay"] = "5000",
        });
        try
        {
            var thread = await AskedThread.OpenAsync(server);
            await thread.EndOfRunAsync(await thread.AskAsync("When do you open?"));
            await server.Database.ExecuteAsync("UPDATE assistant.calls SET input_tokens = 4000");
            await thread.EndOfRunAsync(await thread.AskAsync("And tomorrow?"));
            var other = await AskedThread.OpenAsync(server);
            await other.EndOfRunAsync(await other.AskAsync("When do you open?"));

            (await thread.AnswersAsync()).Select(a => a.Ai!.Value.Text("provider")).ShouldBe(["near", BuiltInRules.Source.Provider]);
            (await other.AnswersAsync()).ShouldHaveSingleItem().Content.ShouldBe("At nine.");
            provider.Requests.Count.ShouldBe(2);
        }
        finally
        {
            await server.DisposeAsync();
        }
    }
}

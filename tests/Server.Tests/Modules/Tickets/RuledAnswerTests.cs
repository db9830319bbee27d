using Consilium.Modules.Assistant;
using Consilium.Tests.Modules.Cases;

namespace Consilium.Tests.Modules.Tickets;

/// <summary>The whole way with real runs: a question, its answer by the built-in rules as a stream, and as a message.</summary>
public sealed class RuledAnswerTests(CaseServer server) : IClassFixture<CaseServer>
{
    const string Greeting = "Hello! How can I assist you today?";

    [Fact]
    public async Task A_description_is_answered_once_and_the_answer_is_a_message()
    {
        var id = await server.Owner.OpenTicketAsync(description: "Hello, the scanner shows a blank page.");
        var streams = await Task.WhenAll(server.Owner.AnswerAsync(id), server.Staff.AnswerAsync(id), server.Owner.AnswerAsync(id, root: "/api/v1/tickets"));

        var answer = (await server.Owner.TicketMessagesAsync(id)).ShouldHaveSingleItem();
        answer.Text("content").ShouldBe(Greeting);
        answer.GetProperty("is_ai").GetBoolean().ShouldBeTrue();
        answer.Text("sender_role").ShouldBe("assistant");
        answer.GetProperty("ai").Text("provider").ShouldBe(BuiltInRules.Source.Provider);
        answer.GetProperty("ai").TryGetProperty("stopped", out _).ShouldBeFalse();
        var run = await server.Database.ScalarAsync<Guid>("SELECT id FROM assistant.runs WHERE thread_id = $1", id);
        foreach (var stream in streams.Append(await server.Owner.AnswerAsync(id)))
            AnswerFramesTests.Parse(stream).Text.ShouldBe(Greeting);
        for (var offset = 0; offset <= Greeting.Length; offset++)
            AnswerFramesTests.Parse(await server.Owner.AnswerAsync(id, $"{run}:{offset}")).Text.ShouldBe(Greeting[offset..]);
        await (await server.Owner.TryAskAsync(id, $"{run}:{Greeting.Length + 1}")).ShouldRefuseFieldsAsync("last_event_id");
        (await server.Owner.TicketMessagesAsync(id)).Count.ShouldBe(1);
    }

    [Fact]
    public async Task The_newest_message_is_answered_and_staff_keep_the_assistant_from_nothing()
    {
        var id = await server.Owner.OpenTicketAsync();
        await server.Owner.AnswerAsync(id);
        await server.Staff.PostAsync(id, "We look into it.");
        await server.Owner.PostAsync(id, "Thank you!");

        AnswerFramesTests.Parse(await server.Staff.AnswerAsync(id)).Text.ShouldBe("You're welcome! Is there anything else I can help with?");
        (await server.Staff.TicketAsync(id)).GetProperty("messages").EnumerateArray().Select(m => m.Text("sender_role"))
            .ShouldBe(["assistant", "staff", "user", "assistant"]);
        await server.Owner.SetStatusAsync(id, "closed");
        AnswerFramesTests.Parse(await server.Owner.AnswerAsync(id)).Text.ShouldStartWith("You're welcome!");
    }

    [Fact]
    public async Task Nothing_to_stop_is_no_failure()
    {
        var id = await server.Owner.OpenTicketAsync();
        await (await server.Owner.DeleteAsync($"/tickets/{id}/ai-response")).ShouldAnswerAsync(204);
        await server.Owner.AnswerAsync(id);
        await (await server.Owner.DeleteAsync($"/tickets/{id}/ai-response")).ShouldAnswerAsync(204);

        (await server.Owner.TicketMessagesAsync(id)).Count.ShouldBe(1);
    }
}

using Consilium.Modules.Accounts.Contracts;
using Consilium.Modules.Threads;
using Consilium.Modules.Threads.Contracts;
using Consilium.Tests.Modules.Cases;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Consilium.Tests.Modules.Threads;

/// <summary>Several messages in one statement, as group commit brings them together.</summary>
public sealed class AppendMessagesTests(CaseServer server) : IClassFixture<CaseServer>
{
    [Fact]
    public async Task First_messages_of_one_sender_bring_one_joining()
    {
        var id = await server.Owner.OpenCaseAsync();
        var results = await AppendAsync(Assistant(id, "One"), Assistant(id, "Two"), User(id, "Three"), Assistant(id, "Four"));

        results.Select(r => (r.Outcome, r.Message!.Seq, r.Message.Content)).ShouldBe(
            [(PostOutcome.Posted, 3, "One"), (PostOutcome.Posted, 4, "Two"), (PostOutcome.Posted, 5, "Three"), (PostOutcome.Posted, 6, "Four")]);
        (await server.Owner.EventsAsync(id)).Types().ShouldBe(
            ["participant.joined", "participant.joined", "message.posted", "message.posted", "message.posted", "message.posted"]);
        await server.Database.ShouldHaveNoGapAsync(id);
    }

    [Fact]
    public async Task Posts_of_staff_take_the_turn_once()
    {
        var id = await server.Owner.OpenCaseAsync();
        await AppendAsync(Staff(id, "One"), Staff(id, "Two"), Staff(id, "Three", server.Colleague));

        (await server.Owner.EventsAsync(id)).Types().ShouldBe(
        [
            "participant.joined", "participant.joined", "assistant.changed", "message.posted", "message.posted",
            "participant.joined", "message.posted",
        ]);
        (await server.Owner.CaseAsync(id)).Text("assistant_mode").ShouldBe("off");
        await server.Database.ShouldHaveNoGapAsync(id);
    }

    [Fact]
    public async Task A_question_gets_a_run_before_staff_speaks_and_none_after()
    {
        var id = await server.Owner.OpenCaseAsync();
        var results = await AppendAsync(User(id, "Before?") with { AsksAssistant = true }, Staff(id, "I take over"),
            User(id, "After?") with { AsksAssistant = true });

        results[0].Message!.RunId.ShouldNotBeNull();
        results[2].Message!.RunId.ShouldBeNull();
        (await server.Database.ColumnAsync<bool>("SELECT run_id IS NOT NULL FROM threads.messages WHERE id = ANY ($1) ORDER BY seq",
            (Guid[])[results[0].Message!.Id, results[2].Message!.Id])).ShouldBe([true, false]);
    }

    [Fact]
    public async Task What_needs_the_turn_is_refused_after_staff_in_the_same_batch()
    {
        var id = await server.Owner.OpenCaseAsync();
        var results = await AppendAsync(
            Assistant(id, "In time") with { NeedsTurn = true }, Staff(id, "I take over"), Assistant(id, "Too late") with { NeedsTurn = true },
            Assistant(id, "By a program"));

        results.Select(r => r.Outcome).ShouldBe([PostOutcome.Posted, PostOutcome.Posted, PostOutcome.TurnTaken, PostOutcome.Posted]);
        (await server.Owner.MessagesAsync(id)).Select(m => m.Text("content")).ShouldBe(["In time", "I take over", "By a program"]);
        (await AppendAsync(Assistant(id, "Still too late") with { NeedsTurn = true }))[0].Outcome.ShouldBe(PostOutcome.TurnTaken);
        await server.Database.ShouldHaveNoGapAsync(id);
    }

    [Fact]
    public async Task A_refused_post_of_staff_takes_no_turn()
    {
        var id = await server.Owner.OpenCaseAsync();
        var results = await AppendAsync(Staff(id, "To nothing") with { ReplyTo = Guid.CreateVersion7() },
            Assistant(id, "Mine") with { NeedsTurn = true });

        results.Select(r => r.Outcome).ShouldBe([PostOutcome.UnknownReply, PostOutcome.Posted]);
        (await server.Owner.CaseAsync(id)).Text("assistant_mode").ShouldBe("on");
    }

    [Fact]
    public async Task Good_ones_pass_among_closed_foreign_and_unknown_threads()
    {
        var (open, closed, foreign) = (await server.Owner.OpenCaseAsync(), await server.Owner.OpenCaseAsync(), await server.Stranger.OpenCaseAsync());
        var first = await server.Owner.SayAsync(closed, "First", token: "k");
        await server.Owner.PutAsync(closed, "close");

        var results = await AppendAsync(
            User(open, "One"), User(closed, "Closed"), User(foreign, "Not mine"), User(Guid.CreateVersion7(), "Nowhere"),
            User(closed, "Again") with { ClientToken = "k" },
            User(open, "Another door's") with { Kind = "ticket" }, User(open, "Two") with { ReplyTo = first.Id() },
            User(open, "No member") with { SenderId = server.Stranger.UserId, Reach = Reach.Member },
            User(open, "Member") with { Reach = Reach.Member }, User(open, "None") with { Reach = Reach.None });

        results.Select(r => r.Outcome).ShouldBe([
            PostOutcome.Posted, PostOutcome.Closed, PostOutcome.NotFound, PostOutcome.NotFound, PostOutcome.Replayed,
            PostOutcome.NotFound, PostOutcome.UnknownReply, PostOutcome.NotFound, PostOutcome.Posted, PostOutcome.NotFound]);
        results[4].Message!.Id.ShouldBe(first.Id());
        results[4].Message!.Content.ShouldBe("First");
        results.Where(r => r.Outcome is not (PostOutcome.Posted or PostOutcome.Replayed)).ShouldAllBe(r => r.Message == null);
        (await server.Owner.MessagesAsync(open)).Select(m => m.Text("content")).ShouldBe(["One", "Member"]);
        foreach (var thread in (Guid[])[open, closed, foreign]) await server.Database.ShouldHaveNoGapAsync(thread);
    }

    [Fact]
    public async Task The_writer_lets_equal_tokens_find_the_first_and_isolates_what_cannot_be_written()
    {
        var id = await server.Owner.OpenCaseAsync();
        var writer = server.Services.GetRequiredService<MessageWriter>();
        var messages = Enumerable.Range(0, 120)
            .Select(i => User(id, i switch { 40 => "NUL \0", 80 => "half \ud83d", _ => $"{i}" }) with { ClientToken = $"{i % 100}" }).ToList();

        var posts = messages.ConvertAll(message => writer.PostAsync(Pending(message)));

        for (var i = 0; i < posts.Count; i++)
        {
            if (i is 40 or 80) await Should.ThrowAsync<Exception>(posts[i]);
            else (await posts[i]).Outcome.ShouldBe(i < 100 ? PostOutcome.Posted : PostOutcome.Replayed, $"message {i}");
        }
        (await posts[107]).Message!.Id.ShouldBe((await posts[7]).Message!.Id);
        (await server.Owner.MessagesAsync(id)).Count.ShouldBe(98);
        await server.Database.ShouldHaveNoGapAsync(id);
    }

    async Task<PostResult[]> AppendAsync(params NewMessage[] messages)
    {
        await using var connection = await server.Services.GetRequiredService<NpgsqlDataSource>().OpenConnectionAsync();
        return await server.Services.GetRequiredService<AppendMessages>().RunAsync(connection, null, [.. messages.Select(Pending)], default);
    }

    static PendingMessage Pending(NewMessage message) => new(Guid.CreateVersion7(), Guid.CreateVersion7(), message, null, null);

    NewMessage User(Guid thread, string content) => new(thread, "case", Reach.Own, server.Owner.UserId, "user", SenderRole.User, "Owner", content);

    NewMessage Staff(Guid thread, string content, Client? who = null) =>
        new(thread, "case", Reach.All, (who ?? server.Staff).UserId, "staff", SenderRole.Staff, "Staff", content) { TakesTurn = true };

    static NewMessage Assistant(Guid thread, string content) =>
        new(thread, "case", Reach.All, AssistantAccount.Id, "assistant", SenderRole.Assistant, "Assistant", content);
}

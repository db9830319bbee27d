using System.Globalization;
using Consilium.Tests.Modules.Cases;

namespace Consilium.Tests.Modules.Tickets;

/// <summary>Which answer a reader of <c>ai-response</c> gets, and what he may do with it. How it looks: <see cref="AnswerFramesTests"/>.</summary>
public sealed class StreamAnswerTests(AnswerServer server) : IClassFixture<AnswerServer>
{
    [Theory]
    [InlineData("/tickets")]
    [InlineData("/api/v1/tickets")]
    public async Task The_description_is_the_question_while_the_customer_has_said_nothing(string root)
    {
        var id = await server.Owner.OpenTicketAsync();
        await server.Staff.PostAsync(id, "We look into it.");
        using var reader = await server.Owner.AskAsync(id, root: root);

        var run = server.Runs.Of(id).ShouldHaveSingleItem();
        run.Question.ShouldBe(new(id, "ticket", id, 0, 3));
        run.Say("Hello");
        run.Complete();
        (await reader.StreamAsync()).ShouldBe($":\n\nid: {run.Id}:5\ndata: Hello\n\ndata: [DONE]\n\n");
    }

    [Fact]
    public async Task The_question_is_the_newest_message_of_the_customer_that_stands()
    {
        var id = await server.Owner.OpenTicketAsync();
        await server.Owner.PostAsync(id, "First");
        var second = await server.Owner.PostAsync(id, "Second");
        var third = await server.Owner.PostAsync(id, "Third");
        await server.Staff.PostAsync(id, "A word of staff");
        await server.Database.ExecuteAsync("UPDATE threads.messages SET retracted_at = now() WHERE id = $1", third.Id());

        using var reader = await server.Staff.AskAsync(id);

        server.Runs.Of(id).ShouldHaveSingleItem().Question.ShouldBe(new(id, "ticket", second.Id(), second.Number("seq"), 6));
    }

    [Fact]
    public async Task Two_readers_join_one_run_and_a_finished_answer_is_sent_again()
    {
        var id = await server.Owner.OpenTicketAsync();
        using var first = await server.Owner.AskAsync(id);
        var run = server.Runs.Of(id).ShouldHaveSingleItem();
        run.Say("One ");
        using var second = await server.Staff.AskAsync(id);
        run.Say("answer");
        run.Complete();

        var whole = $":\n\nid: {run.Id}:4\ndata: One \n\nid: {run.Id}:10\ndata: answer\n\ndata: [DONE]\n\n";
        (await first.StreamAsync()).ShouldBe(whole);
        (await second.StreamAsync()).ShouldBe(whole);
        (await server.Owner.AnswerAsync(id)).ShouldBe(whole);
        server.Runs.Of(id).Count.ShouldBe(1);
    }

    [Fact]
    public async Task Nothing_but_this_GET_starts_a_run()
    {
        var id = await server.Owner.OpenTicketAsync();
        await server.Owner.PostAsync(id, "Hello?");
        await server.Owner.TicketAsync(id);
        await (await server.Owner.DeleteAsync($"/tickets/{id}/ai-response")).ShouldAnswerAsync(204);
        await (await server.Owner.TryAskAsync(id, $"{Guid.CreateVersion7()}:0")).ShouldBeProblemAsync(404, "not_found");
        await (await server.Owner.SendAsync(new(HttpMethod.Head, $"/tickets/{id}/ai-response"))).ShouldAnswerAsync(405);

        server.Runs.Of(id).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_closed_ticket_is_not_answered_but_tells_its_answer()
    {
        var (silent, told) = (await server.Owner.OpenTicketAsync(), await server.Owner.OpenTicketAsync());
        server.Runs.Answered(told, "It was the fuse.");
        var broken = await server.Owner.OpenTicketAsync();
        server.Runs.Begin(new(broken, "ticket", broken, 0, 1)).Stop("thread_closed");
        foreach (var id in (Guid[])[silent, told, broken]) await server.Owner.SetStatusAsync(id, "closed");

        await (await server.Owner.TryAskAsync(silent)).ShouldBeProblemAsync(409, "ticket_closed");
        await (await server.Owner.TryAskAsync(broken)).ShouldBeProblemAsync(409, "ticket_closed");
        (await server.Owner.AnswerAsync(told)).ShouldContain("data: It was the fuse.\n");
        server.Runs.Of(silent).ShouldBeEmpty();
        server.Runs.Of(told).Count.ShouldBe(1);
    }

    [Fact]
    public async Task After_a_failure_the_question_may_be_asked_again()
    {
        var id = await server.Owner.OpenTicketAsync();
        using var first = await server.Owner.AskAsync(id);
        var run = server.Runs.Of(id)[0];
        run.Fail("answer_failed");
        await first.StreamAsync();

        using var second = await server.Owner.AskAsync(id);
        server.Runs.Of(id).Count.ShouldBe(2);
        (await server.Owner.AnswerAsync(id, $"{run.Id}:0")).ShouldContain("event: error\n"); // whoever comes back by himself asks nothing anew
        server.Runs.Of(id).Count.ShouldBe(2);
    }

    [Fact]
    public async Task A_stop_ends_the_stream_with_what_was_shown()
    {
        var id = await server.Owner.OpenTicketAsync();
        using var reader = await server.Owner.AskAsync(id);
        var run = server.Runs.Of(id)[0];
        run.Say("So far");
        await (await server.Staff.DeleteAsync($"/api/v1/tickets/{id}/ai-response")).ShouldAnswerAsync(204);

        (await reader.StreamAsync()).ShouldBe($":\n\nid: {run.Id}:6\ndata: So far\n\ndata: [DONE]\n\n");
        await (await server.Owner.DeleteAsync($"/tickets/{id}/ai-response")).ShouldAnswerAsync(204); // nothing runs any more
    }

    [Theory]
    [InlineData("abc")]
    [InlineData("1:2")]
    [InlineData("{run}")]
    [InlineData("{run}:")]
    [InlineData("{run}:-1")]
    [InlineData("{run}:+1")]
    [InlineData("{run}:1.5")]
    [InlineData("{run}: 1")]
    [InlineData("{run}:99999999999")]
    [InlineData("{run}:8")] // beyond the end
    [InlineData("{run}:2")] // inside a character
    public async Task A_place_that_is_none_is_refused(string place)
    {
        var id = await server.Owner.OpenTicketAsync();
        var run = server.Runs.Answered(id, "a😀bcde"); // 7 units
        var from = place.Replace("{run}", $"{run.Id}", StringComparison.Ordinal);

        await (await server.Owner.TryAskAsync(id, from)).ShouldRefuseFieldsAsync("last_event_id");
        await (await server.Owner.GetAsync($"/tickets/{id}/ai-response?last_event_id={Uri.EscapeDataString(from)}")).ShouldRefuseFieldsAsync("last_event_id");
    }

    [Fact]
    public async Task A_place_is_of_a_run_of_this_ticket()
    {
        var (mine, other) = (await server.Owner.OpenTicketAsync(), await server.Stranger.OpenTicketAsync());
        var run = server.Runs.Answered(other, "Not yours");
        foreach (var unknown in (Guid[])[run.Id, Guid.CreateVersion7()])
            await (await server.Owner.TryAskAsync(mine, $"{unknown}:0")).ShouldBeProblemAsync(404, "not_found");
    }

    [Fact]
    public async Task Others_neither_read_nor_stop_an_answer_and_all_is_audited_first()
    {
        var id = await server.Owner.OpenTicketAsync();
        foreach (var ticket in (Guid[])[id, Guid.CreateVersion7()])
        {
            await (await server.Stranger.TryAskAsync(ticket)).ShouldBeProblemAsync(404, "not_found");
            await (await server.Stranger.DeleteAsync($"/tickets/{ticket}/ai-response")).ShouldBeProblemAsync(404, "not_found");
        }
        await (await server.Doctor.TryAskAsync(id)).ShouldBeProblemAsync(403, "forbidden");
        await (await server.Doctor.DeleteAsync($"/tickets/{id}/ai-response")).ShouldBeProblemAsync(403, "forbidden");
        server.Runs.Of(id).ShouldBeEmpty();
        using var reader = await server.Staff.AskAsync(id); // its headers are here: the entry is too
        (await server.Database.ColumnAsync<string>(
            "SELECT actor_role || ' ' || action || ' ' || outcome FROM audit.entries WHERE resource = $1 AND action LIKE 'ticket.answer%' ORDER BY id", $"ticket/{id}"))
            .ShouldBe(["user ticket.answer_read denied", "user ticket.answer_stop denied", "staff ticket.answer_read ok"]);
    }

    [Fact]
    public async Task A_ticket_of_streams_opens_it_and_its_end_ends_the_stream()
    {
        using var customer = await server.SignedInAsync("user");
        var id = await customer.OpenTicketAsync();
        var path = $"/tickets/{id}/ai-response";
        var ticket = (await (await customer.PostJsonAsync("/api/v1/auth/stream-tickets", new { path })).ShouldAnswerAsync(201)).Text("ticket");
        using var anonymous = server.Anonymous();
        using var reader = await anonymous.GetAsync($"{path}?ticket={ticket}", HttpCompletionOption.ResponseHeadersRead);
        var run = server.Runs.Of(id).ShouldHaveSingleItem();
        run.Say("Half");
        using var resumed = await anonymous.GetAsync($"{path}?ticket={ticket}&last_event_id={run.Id}:2", HttpCompletionOption.ResponseHeadersRead);

        await (await anonymous.DeleteAsync($"{path}?ticket={ticket}")).ShouldBeProblemAsync(401, "unauthenticated");
        await (await customer.PostJsonAsync("/auth/logout", null)).ShouldAnswerAsync(204);
        (await reader.StreamAsync()).ShouldBe($":\n\nid: {run.Id}:4\ndata: Half\n\n");
        (await resumed.StreamAsync()).ShouldBe($":\n\nid: {run.Id}:4\ndata: lf\n\n");
        run.State.Status.ShouldBe("running"); // a reader who leaves stops nothing
    }

    [Fact]
    public async Task Silence_brings_comments_and_a_stopping_server_says_when_to_come_back()
    {
        var clock = new ManualClock();
        var runs = new ScriptedRuns();
        var quiet = await Server.StartAsync(CaseServer.QuickPasswords, clock, services => services.AddRuns(runs));
        using var owner = await quiet.SignedInAsync("user");
        var id = await owner.OpenTicketAsync();
        using var answer = await owner.AskAsync(id);
        using var reader = new StreamReader(await answer.Content.ReadAsStreamAsync());
        (await reader.ReadLineAsync()).ShouldBe(":");
        await reader.ReadLineAsync();

        var comment = reader.ReadLineAsync();
        while (await Task.WhenAny(comment, Task.Delay(20)) != comment) clock.Advance(TimeSpan.FromSeconds(1));
        (await comment).ShouldBe(":");
        await reader.ReadLineAsync();
        await quiet.DisposeAsync();

        (await reader.ReadToEndAsync()).TrimStart(':', '\n').ShouldBe("retry: 1000\n\n");
    }

    [Fact]
    public async Task A_reader_who_does_not_keep_up_is_cut_off_and_resumes()
    {
        var clock = new ManualClock();
        var runs = new ScriptedRuns();
        var slow = await Server.StartAsync(CaseServer.QuickPasswords, clock, services => services.AddRuns(runs));
        try
        {
            using var owner = await slow.SignedInAsync("user");
            var id = await owner.OpenTicketAsync();
            const int piece = 500_000;
            const int whole = 40 * piece; // far more than the system holds for a connection
            var run = runs.Answered(id, [.. Enumerable.Repeat(new string('x', piece), 40)]);
            var answer = await owner.AskAsync(id); // and does not read on

            using var body = await answer.Content.ReadAsStreamAsync();
            var cut = false;
            for (var deadline = DateTime.UtcNow + EventStream.Patience; !cut && DateTime.UtcNow < deadline; await Task.Delay(20))
            {
                clock.Advance(TimeSpan.FromSeconds(1));
                cut = runs.Following == 0;
            }
            cut.ShouldBeTrue();
            var taken = 0;
            using var reader = new StreamReader(body);
            try
            {
                while (await reader.ReadLineAsync() is { } line)
                    if (line.StartsWith("id: ", StringComparison.Ordinal)) taken = int.Parse(line.Split(':')[^1], CultureInfo.InvariantCulture);
            }
            catch (IOException) { }
            taken.ShouldBeLessThan(whole);
            taken = Math.Max(0, taken - piece); // the last frame may have come in part only
            (await owner.AnswerAsync(id, $"{run.Id}:{taken}")).Count(c => c == 'x').ShouldBe(whole - taken);
        }
        finally
        {
            await slow.DisposeAsync();
        }
    }
}

using Consilium.Tests.Modules.Cases;

namespace Consilium.Tests.Modules.Tickets;

public sealed class SetTicketStatusTests(CaseServer server) : IClassFixture<CaseServer>
{
    static readonly string[] Statuses = ["open", "in_progress", "resolved", "closed"];

    static readonly HashSet<(string, string)> Steps =
    [
        ("open", "in_progress"), ("open", "resolved"), ("open", "closed"), ("in_progress", "open"), ("in_progress", "resolved"), ("in_progress", "closed"),
        ("resolved", "in_progress"), ("resolved", "closed"), ("closed", "open"),
    ];

    public static TheoryData<string, string, bool> Table()
    {
        var table = new TheoryData<string, string, bool>();
        foreach (var from in Statuses)
            foreach (var to in Statuses)
                foreach (var byOwner in (bool[])[true, false]) table.Add(from, to, byOwner);
        return table;
    }

    [Theory]
    [MemberData(nameof(Table))]
    public async Task Each_step_is_taken_or_refused(string from, string to, bool byOwner)
    {
        var id = await TicketInAsync(from);
        var before = (await server.Staff.TicketAsync(id)).Number("last_seq");

        var answer = await (byOwner ? server.Owner : server.Staff).TrySetStatusAsync(id, to);

        var expected = byOwner && to != "closed" ? 403 : from == to || Steps.Contains((from, to)) ? 200 : 409;
        ((int)answer.StatusCode).ShouldBe(expected);
        if (expected == 200) (await answer.ShouldAnswerAsync(200)).Text("status").ShouldBe(to);
        if (expected == 403) await answer.ShouldBeProblemAsync(403, "forbidden");
        if (expected == 409)
            (await answer.ShouldBeProblemAsync(409, "status_step_refused")).Text("detail")!
                .ShouldContain(string.Join(" or ", Statuses.Where(s => Steps.Contains((from, s)))));
        var now = expected == 200 ? to : from;
        var ticket = await server.Owner.TicketAsync(id);
        ticket.Text("status").ShouldBe(now);
        if (now == from) ticket.Number("last_seq").ShouldBe(before);
        (await server.Database.ScalarAsync<string>("SELECT status FROM threads.threads WHERE id = $1", id)).ShouldBe(now == "closed" ? "closed" : "open");
    }

    [Fact]
    public async Task Each_change_is_an_event_and_audited()
    {
        var id = await server.Owner.OpenTicketAsync();
        foreach (var (caller, status) in ((Client, string)[])[
            (server.Staff, "in_progress"), (server.Staff, "in_progress"), (server.Owner, "closed"), (server.Admin, "open")])
            await caller.SetStatusAsync(id, status);

        var events = await server.Owner.TicketEventsAsync(id, "/api/v1/tickets");
        events.Types().ShouldBe(
            ["participant.joined", "ticket.status_changed", "thread.closed", "ticket.status_changed", "thread.reopened", "ticket.status_changed"]);
        events.Where(e => e.Text("type") == "ticket.status_changed").Select(e => (e.Text("status"), e.Id("actor_id")))
            .ShouldBe([("in_progress", server.Staff.UserId), ("closed", server.Owner.UserId), ("open", server.Admin.UserId)]);
        (await server.Database.ColumnAsync<string>(
            "SELECT actor_role || ' ' || reason FROM audit.entries WHERE resource = $1 AND action = 'ticket.status' ORDER BY id", $"ticket/{id}"))
            .ShouldBe(["staff open to in_progress", "user in_progress to closed", "admin closed to open"]);
    }

    [Fact]
    public async Task Steps_at_once_are_taken_one_after_the_other()
    {
        var id = await TicketInAsync("resolved");
        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => server.Staff.TrySetStatusAsync(id, "in_progress")));

        answers.ShouldAllBe(answer => (int)answer.StatusCode == 200);
        (await server.Owner.TicketEventsAsync(id)).Count(e => e.Text("type") == "ticket.status_changed").ShouldBe(2);
    }

    [Theory]
    [InlineData("nonsense")]
    [InlineData("Open")]
    [InlineData("")]
    [InlineData(null)]
    public async Task What_is_no_status_is_refused(string? status)
    {
        var id = await server.Owner.OpenTicketAsync();
        foreach (var caller in (Client[])[server.Staff, server.Owner]) await (await caller.TrySetStatusAsync(id, status)).ShouldRefuseFieldsAsync("status");
    }

    [Fact]
    public async Task A_stranger_finds_no_ticket_to_close()
    {
        var id = await server.Owner.OpenTicketAsync();
        foreach (var status in Statuses) await (await server.Stranger.TrySetStatusAsync(id, status)).ShouldBeProblemAsync(404, "not_found");
        await (await server.Staff.TrySetStatusAsync(Guid.CreateVersion7(), "closed")).ShouldBeProblemAsync(404, "not_found");
        await (await server.Doctor.TrySetStatusAsync(id, "closed")).ShouldBeProblemAsync(403, "forbidden");
        (await server.Owner.TicketAsync(id)).Text("status").ShouldBe("open");
    }

    async Task<Guid> TicketInAsync(string status)
    {
        var id = await server.Owner.OpenTicketAsync();
        if (status != "open") await server.Staff.SetStatusAsync(id, status);
        return id;
    }
}

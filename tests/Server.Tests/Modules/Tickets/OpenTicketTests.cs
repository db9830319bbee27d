using Consilium.Tests.Modules.Cases;

namespace Consilium.Tests.Modules.Tickets;

public sealed class OpenTicketTests(CaseServer server) : IClassFixture<CaseServer>
{
    static readonly object Good = new { title = "  Pump shows E4 ", description = "\tIts display shows E4 since this morning. " };

    [Theory]
    [InlineData("/tickets")]
    [InlineData("/tickets/")]
    [InlineData("/api/v1/tickets")]
    [InlineData("/api/v1/tickets/")]
    public async Task A_customer_opens_a_ticket_under_either_address(string path)
    {
        var answer = await server.Owner.PostJsonAsync(path, Good);
        var ticket = await answer.ShouldAnswerAsync(201);

        answer.Headers.Location!.OriginalString.ShouldBe($"{path.TrimEnd('/')}/{ticket.Id()}");
        ticket.Text("title").ShouldBe("Pump shows E4");
        ticket.Text("description").ShouldBe("Its display shows E4 since this morning.");
        ticket.Text("status").ShouldBe("open");
        ticket.Id("user_id").ShouldBe(server.Owner.UserId);
        ticket.Text("created_at").ShouldBe(ticket.Text("updated_at"));
        ticket.Number("last_seq").ShouldBe(1);
        ticket.Number("unread_count").ShouldBe(0);
        foreach (var slash in (string[])["", "/"])
        {
            var got = await server.Owner.GetJsonAsync(answer.Headers.Location.OriginalString + slash);
            got.GetProperty("messages").GetArrayLength().ShouldBe(0);
            foreach (var member in ticket.EnumerateObject()) got.GetProperty(member.Name).ToString().ShouldBe(member.Value.ToString(), member.Name);
        }
        (await server.Owner.GetJsonAsync(path)).Items().ShouldContain(t => t.Id() == ticket.Id());
    }

    [Fact]
    public async Task A_patient_opens_one_too()
    {
        using var patient = await server.SignInAsync("patient@example.com", "patient123");
        (await (await patient.PostJsonAsync("/tickets", Good)).ShouldAnswerAsync(201)).Id("user_id").ShouldBe(patient.UserId);
    }

    [Fact]
    public async Task Others_may_not_open_tickets()
    {
        foreach (var caller in (Client[])[server.Staff, server.Admin, server.Doctor])
            await (await caller.PostJsonAsync("/tickets", Good)).ShouldBeProblemAsync(403, "forbidden");
        await (await server.Anonymous().PostJsonAsync("/tickets", Good)).ShouldBeProblemAsync(401, "unauthenticated");
    }

    [Theory]
    [InlineData(2, 10, "title")]
    [InlineData(101, 10, "title")]
    [InlineData(3, 9, "description")]
    [InlineData(3, 5001, "description")]
    [InlineData(2, 9, "title", "description")]
    public async Task Lengths_are_bound(int title, int description, params string[] refused) =>
        await (await OpenAsync(title, description)).ShouldRefuseFieldsAsync(refused);

    [Theory]
    [InlineData(3, 10)]
    [InlineData(100, 5000)]
    public async Task The_bounds_themselves_are_taken(int title, int description) => await (await OpenAsync(title, description)).ShouldAnswerAsync(201);

    [Fact]
    public async Task A_repeated_key_opens_one_ticket()
    {
        (string, string)[] key = [("Idempotency-Key", $"{Guid.CreateVersion7()}")];
        var first = await (await server.Owner.PostJsonAsync("/tickets", Good, key)).ShouldAnswerAsync(201);
        (await (await server.Owner.PostJsonAsync("/tickets", Good, key)).ShouldAnswerAsync(201)).Id().ShouldBe(first.Id());
    }

    [Fact]
    public async Task Opening_and_reading_are_audited_and_a_stranger_finds_nothing()
    {
        var id = await server.Owner.OpenTicketAsync();
        await server.Staff.TicketAsync(id);
        await (await server.Stranger.GetAsync($"/tickets/{id}")).ShouldBeProblemAsync(404, "not_found");
        await (await server.Doctor.GetAsync($"/tickets/{id}")).ShouldBeProblemAsync(403, "forbidden");

        (await server.Database.ColumnAsync<string>(
            "SELECT actor_role || ' ' || action || ' ' || outcome FROM audit.entries WHERE resource = $1 ORDER BY id", $"ticket/{id}"))
            .ShouldBe(["user ticket.open ok", "staff ticket.read ok", "user ticket.read denied"]);
    }

    [Fact]
    public async Task A_ticket_shows_its_first_two_hundred_messages()
    {
        var id = await server.Owner.OpenTicketAsync();
        await Task.WhenAll(Enumerable.Range(0, 201).Select(i => server.Owner.PostAsync(id, $"{i}")));

        var shown = (await server.Staff.TicketAsync(id)).GetProperty("messages").EnumerateArray().Select(m => m.Number("seq")).ToList();
        shown.ShouldBe(Enumerable.Range(2, 200).Select(n => (long)n));
        (await server.Staff.TicketMessagesAsync(id, $"after={shown[^1]}")).Select(m => m.Number("seq")).ShouldBe([202]);
    }

    Task<HttpResponseMessage> OpenAsync(int title, int description) =>
        server.Owner.PostJsonAsync("/tickets", new { title = $" {new string('é', title)} ", description = $" {new string('ü', description)}\n" });
}

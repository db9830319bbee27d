using Consilium.Tests.Modules.Cases;

namespace Consilium.Tests.Modules.Tickets;

public sealed class ListTicketsTests(CaseServer server) : IClassFixture<CaseServer>
{
    [Fact]
    public async Task A_customer_lists_his_own_and_staff_all()
    {
        var (mine, other) = (await server.Owner.OpenTicketAsync(), await server.Stranger.OpenTicketAsync());
        var caseId = await server.Owner.OpenCaseAsync();

        (await FindAsync(server.Owner)).ShouldContain(mine);
        (await FindAsync(server.Owner)).ShouldNotContain(other);
        foreach (var reader in (Client[])[server.Staff, server.Admin])
        {
            var all = await FindAsync(reader);
            all.ShouldContain(mine);
            all.ShouldContain(other);
            all.ShouldNotContain(caseId);
        }
        await (await server.Doctor.GetAsync("/tickets")).ShouldBeProblemAsync(403, "forbidden");
    }

    [Fact]
    public async Task Newest_activity_comes_first_and_pages_join()
    {
        using var customer = await server.SignedInAsync("user");
        var ids = new List<Guid>();
        for (var i = 0; i < 5; i++) ids.Add(await customer.OpenTicketAsync());
        await server.Staff.PostAsync(ids[1], "Have you tried turning it off?");

        var (seen, cursor) = (new List<Guid>(), "");
        do
        {
            var page = await customer.GetJsonAsync($"/tickets?limit=2{cursor}");
            page.Items().Count.ShouldBeLessThanOrEqualTo(2);
            seen.AddRange(page.Items().Select(t => t.Id()));
            cursor = page.Text("next_cursor") is { } next ? $"&cursor={next}" : "";
        }
        while (cursor.Length > 0);
        seen.ShouldBe([ids[1], ids[4], ids[3], ids[2], ids[0]]);
        (await customer.GetJsonAsync("/tickets?limit=1")).Items()[0].Number("unread_count").ShouldBe(1);
    }

    [Fact]
    public async Task A_status_narrows()
    {
        using var customer = await server.SignedInAsync("user");
        var ids = new Dictionary<string, Guid>(StringComparer.Ordinal);
        foreach (var status in (string[])["open", "in_progress", "resolved", "closed"])
        {
            ids[status] = await customer.OpenTicketAsync();
            if (status != "open") await server.Staff.SetStatusAsync(ids[status], status);
        }

        foreach (var (status, id) in ids) (await FindAsync(customer, $"?status={status}")).ShouldBe([id], status);
    }

    [Fact]
    public async Task A_search_finds_title_description_messages_and_documents()
    {
        using var customer = await server.SignedInAsync("user");
        var title = await customer.OpenTicketAsync(title: "About the Centrifuge");
        var description = await customer.OpenTicketAsync(description: "It is the centrifuge that hums.");
        var message = await customer.OpenTicketAsync();
        await server.Staff.PostAsync(message, "Which centrifuge?");
        var document = await customer.OpenTicketAsync();
        await customer.PostAsync(document, "See here", await server.UploadedToTicketAsync(customer, document, "The centrifuge manual"));
        await customer.OpenTicketAsync();
        var elsewhere = await server.Owner.OpenTicketAsync(title: "My centrifuge");

        (await FindAsync(customer, "?q=CENTRIFUGE")).ShouldBe([document, message, description, title]);
        (await FindAsync(customer, "?q=centrifuge&status=closed")).ShouldBeEmpty();
        (await FindAsync(server.Staff, "?q=centrifuge")).ShouldContain(elsewhere);
    }

    [Theory]
    [InlineData("status=nonsense", "status")]
    [InlineData("status=InProgress", "status")]
    [InlineData("cursor=x", "cursor")]
    [InlineData("limit=201", "limit")]
    public async Task What_is_no_filter_is_refused(string query, string field) =>
        await (await server.Owner.GetAsync($"/tickets?{query}")).ShouldRefuseFieldsAsync(field);

    static async Task<List<Guid>> FindAsync(Client reader, string query = "?limit=200") =>
        [.. (await reader.GetJsonAsync($"/api/v1/tickets{query}")).Items().Select(t => t.Id())];
}

using System.Text.Json;

namespace Consilium.Tests.Modules.Cases;

public sealed class ListMessagesTests(CaseServer server) : IClassFixture<CaseServer>
{
    [Fact]
    public async Task An_empty_case_has_an_empty_page()
    {
        var id = await server.Owner.OpenCaseAsync();
        var page = await server.Owner.GetJsonAsync($"/cases/{id}/messages");

        page.Items().ShouldBeEmpty();
        page.GetProperty("next_cursor").ValueKind.ShouldBe(JsonValueKind.Null);
    }

    [Fact]
    public async Task Pages_go_forward_from_the_oldest_and_backward_from_any_number()
    {
        var (id, seqs) = await TenAsync();

        (await PagesAsync(id, "limit=4")).ShouldBe([seqs[..4], seqs[4..8], seqs[8..]]);
        (await PagesAsync(id, $"limit=4&after={seqs[2]}")).ShouldBe([seqs[3..7], seqs[7..]]);
        (await PagesAsync(id, $"limit=4&before={seqs[9]}")).ShouldBe([seqs[5..9], seqs[1..5], seqs[..1]]);
        (await PagesAsync(id, $"limit=2&after={seqs[2]}&before={seqs[6]}")).ShouldBe([seqs[3..5], seqs[5..6]]);
        (await PagesAsync(id, $"limit=4&before={long.MaxValue}")).ShouldBe([seqs[6..], seqs[2..6], seqs[..2]]);
        (await PagesAsync(id, $"after={seqs[9]}")).ShouldBe([[]]);
        (await PagesAsync(id, "before=0")).ShouldBe([[]]);
        (await PagesAsync(id, "limit=10")).ShouldBe([seqs]);
    }

    [Fact]
    public async Task A_role_narrows()
    {
        var id = await server.Owner.OpenCaseAsync();
        await server.Owner.SayAsync(id, "Owner's");
        await server.Staff.SayAsync(id, "Staff's");
        using var assistant = await server.KeyAsync("cases:write");
        await assistant.SayAsync(id, "Assistant's");

        foreach (var (role, text) in ((string, string)[])[("user", "Owner's"), ("staff", "Staff's"), ("assistant", "Assistant's")])
            (await server.Owner.MessagesAsync(id, $"role={role}")).ShouldHaveSingleItem().Text("content").ShouldBe(text);
        (await server.Owner.MessagesAsync(id, "role=doctor")).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("role=User", "role")]
    [InlineData("role=1", "role")]
    [InlineData("role=", "role")]
    [InlineData("role=user,staff", "role")]
    [InlineData("after=-1", "after")]
    [InlineData("before=-1", "before")]
    [InlineData("after=abc", "after")]
    [InlineData("after=9223372036854775808", "after")]
    [InlineData("before=1.5", "before")]
    [InlineData("limit=0", "limit")]
    [InlineData("limit=-1", "limit")]
    [InlineData("limit=1e9", "limit")]
    [InlineData("cursor=zzz", "cursor")]
    [InlineData("cursor=a-1", "cursor")]
    [InlineData("cursor=a", "cursor")]
    public async Task A_wrong_query_names_its_field(string query, string field)
    {
        var id = await server.Owner.OpenCaseAsync();
        await (await server.Owner.GetAsync($"/cases/{id}/messages?{query}")).ShouldRefuseFieldsAsync(field);
    }

    [Fact]
    public async Task Marking_as_read_refuses_what_is_beyond_the_end()
    {
        var id = await server.Owner.OpenCaseAsync();
        async Task RefusedAsync(object body) => await (await server.Owner.PutJsonAsync($"/cases/{id}/read", body)).ShouldRefuseFieldsAsync("seq");

        await RefusedAsync(new { seq = 2 });
        await RefusedAsync(new { seq = -1 });
        await RefusedAsync(new { });
        await RefusedAsync("""{"seq":"1"}""");
        await RefusedAsync("""{"seq":1.5}""");
        await server.Owner.ReadAsync(id, 1);
        await server.Owner.ReadAsync(id, 1);
        await server.Owner.ReadAsync(id, 0);
        var events = await server.Owner.EventsAsync(id);
        events.Types().ShouldBe(["participant.joined", "read"]);
        events[1].Number("last_read_seq").ShouldBe(1);
        await (await server.Doctor.PutJsonAsync($"/cases/{id}/read", new { seq = 1 })).ShouldBeProblemAsync(403, "forbidden");
    }

    async Task<(Guid Id, long[] Seqs)> TenAsync()
    {
        var id = await server.Owner.OpenCaseAsync();
        var seqs = new List<long>();
        for (var i = 0; i < 10; i++)
        {
            seqs.Add((await server.Owner.SayAsync(id, $"Message {i}")).Number("seq"));
            if (i % 3 == 0) await server.Owner.ReadAsync(id, seqs[^1]); // numbers between the messages
        }
        return (id, [.. seqs]);
    }

    /// <summary>The numbers on each page, until there is no further one.</summary>
    async Task<List<long[]>> PagesAsync(Guid id, string query)
    {
        var pages = new List<long[]>();
        for (var cursor = ""; ;)
        {
            var page = await server.Owner.GetJsonAsync($"{CaseServer.Root}/{id}/messages?{query}{cursor}");
            pages.Add([.. page.Items().Select(m => m.Number("seq"))]);
            if (page.GetProperty("next_cursor").ValueKind == JsonValueKind.Null) return pages;
            cursor = $"&cursor={page.Text("next_cursor")}";
        }
    }
}

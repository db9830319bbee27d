using System.Text.Json;

namespace Consilium.Tests.Modules.Conversations;

public sealed class ListMessagesTests(ListMessagesTests.TalkedAbout server) : IClassFixture<ListMessagesTests.TalkedAbout>
{
    const string Root = ConversationCalls.Root;

    readonly Client anyone = server.Anonymous();

    [Fact]
    public async Task Ten_come_on_a_page_oldest_first()
    {
        var page = await PageAsync("");
        page.EnumerateObject().Select(member => member.Name).ShouldBe(["count", "next", "previous", "results"]);
        page.Number("count").ShouldBe(23);
        Texts(page).ShouldBe(Enumerable.Range(1, 10).Select(n => $"Message {n}"));
        page.Text("next").ShouldBe($"{server.Messages}?page=2");
        page.Text("previous").ShouldBeNull();
    }

    [Theory]
    [InlineData("page=1", 10, 2, 0)]
    [InlineData("page=2", 10, 3, 1)]
    [InlineData("page=3", 3, 0, 2)]
    [InlineData("page=03", 3, 0, 2)]
    [InlineData("page_size=23", 23, 0, 0)]
    [InlineData("page_size=22", 22, 2, 0)]
    [InlineData("page_size=22&page=2", 1, 0, 1)]
    [InlineData("page_size=1&page=23", 1, 0, 22)]
    [InlineData("page_size=99999999999999999999", 23, 0, 0)]
    public async Task Pages_end_where_the_messages_end(string query, int shown, int next, int previous)
    {
        var page = await PageAsync(query);
        Texts(page).Count.ShouldBe(shown);
        page.Number("count").ShouldBe(23);
        PageOf(page.Text("next")).ShouldBe(next);
        PageOf(page.Text("previous")).ShouldBe(previous);
    }

    [Theory]
    [InlineData("page=4")]
    [InlineData("page=0")]
    [InlineData("page=-1")]
    [InlineData("page=")]
    [InlineData("page=one")]
    [InlineData("page=1.0")]
    [InlineData("page=%C2%B2")]
    [InlineData("page=2147483647&page_size=100")]
    [InlineData("page=99999999999999999999")]
    [InlineData("page=2&q=message%2022")]
    public async Task A_page_that_is_not_there_is_404(string query) =>
        await (await anyone.GetAsync($"{server.Messages}?{query}")).ShouldBeErrorAsync(404, "not_found");

    [Theory]
    [InlineData("page_size=0", "page_size")]
    [InlineData("page_size=ten", "page_size")]
    [InlineData("role=staff", "role")]
    [InlineData("role=", "role")]
    [InlineData("role=USER", "role")]
    public async Task A_wrong_parameter_is_400_with_details(string query, string field) =>
        await (await anyone.GetAsync($"{server.Messages}?{query}")).ShouldBeErrorAsync(400, "validation_failed", field);

    [Fact]
    public async Task A_page_has_at_most_100()
    {
        var program = server.Program();
        var id = await program.OpenConversationAsync();
        for (var i = 0; i < 101; i++) await program.SayInAsync(id, $"{i}", "assistant");

        foreach (var size in (int[])[100, 101, 5000])
        {
            var page = await anyone.GetJsonAsync($"{Root}/{id}/messages?page_size={size}");
            Texts(page).Count.ShouldBe(100);
            Texts(await anyone.GetJsonAsync(page.Text("next")!)).ShouldBe(["100"]);
        }
    }

    [Fact]
    public async Task The_first_page_of_nothing_is_an_empty_list()
    {
        var id = await server.Program().OpenConversationAsync();
        foreach (var query in (string[])["", "?page=1", "?page=1&q=x&role=user"])
            (await anyone.GetJsonAsync($"{Root}/{id}/messages{query}")).ToString().ShouldBe("""{"count":0,"next":null,"previous":null,"results":[]}""");
        await (await anyone.GetAsync($"{Root}/{id}/messages?page=2")).ShouldBeErrorAsync(404, "not_found");
    }

    [Theory]
    [InlineData("/conversations")]
    [InlineData("/api/v1/conversations")]
    public async Task Next_and_previous_lead_through_all_pages_with_the_other_parameters(string root)
    {
        var program = server.Program();
        var id = await program.OpenConversationAsync();
        foreach (var text in (string[])["Größe & 1", "size", "Größe & 2", "Größe & 3"]) await program.SayInAsync(id, text, "assistant");
        var address = $"{server.Address.GetLeftPart(UriPartial.Authority)}{root}/{id}/messages/?q=GR%C3%96%C3%9FE%20%26&role=assistant&page_size=2&lang=de&lang=en";

        var first = await anyone.GetJsonAsync(address);
        first.Text("next").ShouldBe($"{address}&page=2");
        var second = await anyone.GetJsonAsync(first.Text("next")!);

        Texts(first).Concat(Texts(second)).ShouldBe(["Größe & 1", "Größe & 2", "Größe & 3"]);
        (second.Text("next"), second.Text("previous")).ShouldBe((null, $"{address}&page=1"));
        (await anyone.GetJsonAsync(second.Text("previous")!)).GetProperty("results").ToString().ShouldBe(first.GetProperty("results").ToString());
    }

    [Fact]
    public async Task Role_and_text_select_and_count()
    {
        (await PageAsync("role=user&page_size=1")).Number("count").ShouldBe(12);
        (await PageAsync("role=assistant&page_size=1")).Number("count").ShouldBe(11);
        Texts(await PageAsync("q=SAGE%202")).ShouldBe(["Message 2", "Message 20", "Message 21", "Message 22", "Message 23"]);
        (await PageAsync("q=message%202&role=assistant")).Number("count").ShouldBe(3);
        (await PageAsync("q=")).Number("count").ShouldBe(23);
        (await PageAsync("q=%25")).Number("count").ShouldBe(0);
        (await PageAsync("q=Message_1")).Number("count").ShouldBe(0);
    }

    [Fact]
    public async Task Deleted_messages_leave_pages_and_count()
    {
        var program = server.Program();
        var id = await program.OpenConversationAsync();
        var ids = new List<Guid>();
        for (var i = 0; i < 3; i++) ids.Add((await program.SayInAsync(id, $"{i}", "assistant")).Id("message_id"));

        await (await program.DeleteAsync($"{Root}/{id}/messages/{ids[1]}")).ShouldAnswerAsync(204);

        var page = await anyone.GetJsonAsync($"{Root}/{id}/messages?page_size=2");
        Texts(page).ShouldBe(["0", "2"]);
        (page.Number("count"), page.Text("next")).ShouldBe((2, null));
        (await anyone.GetJsonAsync($"{Root}/{id}/messages?q=1")).Number("count").ShouldBe(0);
        await (await anyone.GetAsync($"{Root}/{id}/messages?page_size=2&page=2")).ShouldBeErrorAsync(404, "not_found");
    }

    [Theory]
    [InlineData(null, "http")]
    [InlineData("127.0.0.1,::1", "https")]
    public async Task Whole_addresses_believe_known_proxies_alone(string? known, string scheme)
    {
        var settings = new Dictionary<string, string?>(StringComparer.Ordinal) { ["Proxies:Known"] = known };
        var proxied = await Server.StartAsync(settings);
        try
        {
            var program = proxied.Program();
            var id = await program.OpenConversationAsync();
            for (var i = 0; i < 2; i++) await program.SayInAsync(id, "x", "assistant");
            var request = new HttpRequestMessage(HttpMethod.Get, $"{Root}/{id}/messages?page_size=1");
            foreach (var (name, value) in ((string, string)[])[
                ("Host", "talk.example.com"), ("X-Forwarded-Proto", "https"), ("X-Forwarded-For", "192.0.2.7"), ("X-Forwarded-Host", "evil.example")])
                request.Headers.TryAddWithoutValidation(name, value);
            var page = await (await program.SendAsync(request)).ShouldAnswerAsync(200);
            page.Text("next").ShouldBe($"{scheme}://talk.example.com{Root}/{id}/messages?page_size=1&page=2");
        }
        finally
        {
            await proxied.DisposeAsync();
        }
    }

    Task<JsonElement> PageAsync(string query) => anyone.GetJsonAsync($"{server.Messages}?{query}");

    static List<string?> Texts(JsonElement page) => [.. page.GetProperty("results").EnumerateArray().Select(m => m.Text("text"))];

    static int PageOf(string? address) => address?.Split("page=") is [.., var number] && int.TryParse(number, out var page) ? page : 0;

    /// <summary>With a conversation of 23 messages, the odd ones of which are the user's.</summary>
    public sealed class TalkedAbout : Server
    {
        /// <summary>The address of the 23 messages.</summary>
        public string Messages { get; private set; } = "";

        public override async Task InitializeAsync()
        {
            await base.InitializeAsync();
            var program = this.Program();
            var id = await program.OpenConversationAsync();
            Messages = $"{Address.GetLeftPart(UriPartial.Authority)}{Root}/{id}/messages";
            // No user's message here asks anybody: nothing comes by itself.
            for (var n = 1; n <= 23; n++) await program.SayInAsync(id, $"Message {n}", "assistant");
            await Database.ExecuteAsync("UPDATE threads.messages SET sender_role = 'user' WHERE thread_id = $1 AND seq % 2 = 0", id);
        }
    }
}

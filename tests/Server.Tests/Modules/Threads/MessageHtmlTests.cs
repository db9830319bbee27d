using Consilium.Tests.Modules.Cases;

namespace Consilium.Tests.Modules.Threads;

/// <summary>Messages as HTML, in the lists of those doors that people look at.</summary>
public sealed class MessageHtmlTests(CaseServer server) : IClassFixture<CaseServer>
{
    const string Html = "<p><strong>Bold</strong> &lt;script&gt;</p>";

    [Fact]
    public async Task It_comes_beside_the_text_when_it_is_asked_for()
    {
        foreach (var (messages, id) in await ThreadsAsync())
        {
            var plain = (await server.Owner.GetJsonAsync(messages)).Items().ShouldHaveSingleItem();
            var html = (await server.Owner.GetJsonAsync($"{messages}?format=html")).Items().ShouldHaveSingleItem();

            plain.TryGetProperty("content_html", out _).ShouldBeFalse();
            html.Id().ShouldBe(id);
            html.Text("content").ShouldBe("**Bold** <script>");
            html.Text("content_html").ShouldBe(Html);
        }
    }

    [Theory]
    [InlineData("[Anna]: yes", "<p>[Anna]: yes</p>")]
    [InlineData("2*3*4", "<p>2*3*4</p>")]
    [InlineData("- 5 °C", "<p>- 5 °C</p>")]
    [InlineData("> 38.5", "<p>&gt; 38.5</p>")]
    [InlineData("no\n-", "<p>no<br />\n-</p>")]
    [InlineData("1986. A great year", "<p>1986. A great year</p>")]
    public async Task What_people_type_is_what_is_seen(string content, string html)
    {
        var ofCase = await server.Owner.OpenCaseAsync();
        await server.Owner.SayAsync(ofCase, content);
        await server.Staff.SayAsync(ofCase, content);
        var opened = await server.Owner.PostJsonAsync("/tickets", new { title = "A printer", description = "It does not print at all." });
        var ticket = (await opened.ShouldAnswerAsync(201)).Id();
        await (await server.Owner.PostJsonAsync($"/tickets/{ticket}/messages", new { content })).ShouldAnswerAsync(201);

        foreach (var messages in (string[])[$"/cases/{ofCase}/messages", $"/tickets/{ticket}/messages"])
            (await server.Owner.GetJsonAsync($"{messages}?format=html")).Items().Where(message => message.Text("sender_role") != "assistant")
                .Select(message => message.Text("content_html")).ShouldAllBe(shown => shown == html);
    }

    [Fact]
    public async Task Another_format_is_refused()
    {
        foreach (var (messages, _) in await ThreadsAsync())
            await (await server.Owner.GetAsync(new Uri($"{messages}?format=HTML", UriKind.Relative))).ShouldRefuseFieldsAsync("format");
    }

    [Fact]
    public async Task What_was_retracted_has_none()
    {
        var id = await server.Owner.OpenCaseAsync();
        var message = (await server.Owner.SayAsync(id, "**Bold**")).Id();
        await server.Owner.RetractAsync(id, message);
        (await server.Owner.MessagesAsync(id, "format=html")).ShouldHaveSingleItem().Text("content_html").ShouldBe("");
    }

    [Fact]
    public async Task A_page_has_at_most_50_of_them_and_goes_on()
    {
        var id = await server.Owner.OpenCaseAsync();
        for (var n = 0; n < 51; n++) await server.Owner.SayAsync(id, $"Message {n}");

        var page = await server.Owner.GetJsonAsync($"/cases/{id}/messages?format=html&limit=200");

        page.Items().Count.ShouldBe(50);
        var rest = await server.Owner.GetJsonAsync($"/cases/{id}/messages?format=html&cursor={page.Text("next_cursor")}");
        rest.Items().ShouldHaveSingleItem().Text("content_html").ShouldBe("<p>Message 50</p>");
    }

    async Task<(string Messages, Guid Id)[]> ThreadsAsync()
    {
        const string content = "**Bold** <script>";
        var ofCase = await server.Owner.OpenCaseAsync();
        var ticket = (await (await server.Owner.PostJsonAsync("/tickets", new { title = "A printer", description = "It does not print at all." })).ShouldAnswerAsync(201)).Id();
        var inTicket = await (await server.Owner.PostJsonAsync($"/tickets/{ticket}/messages", new { content })).ShouldAnswerAsync(201);
        return [($"/cases/{ofCase}/messages", (await server.Owner.SayAsync(ofCase, content)).Id()), ($"/tickets/{ticket}/messages", inTicket.Id())];
    }
}

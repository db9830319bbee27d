using System.Diagnostics;
using Consilium.ProviderDoubles;
using Microsoft.Playwright;

namespace Consilium.Web;

/// <summary>The assistant's answer in a browser, by its own EventSource, which sends no headers: a stream ticket opens the stream.</summary>
public sealed class AnswerStreamTests(Browser browser) : IClassFixture<Browser>
{
    static readonly string[] Tokens = [.. Enumerable.Range(1, 60).Select(n => n % 20 == 0 ? $"line {n} ends 🕘\n" : $"word{n} ")];

    /// <summary>Signs in, opens a ticket, and reads the answer; what arrives is kept on the page.</summary>
    const string Read = """
        async () => {
            const call = async (path, body, token) => (await fetch(path, {
                method: 'POST', body: JSON.stringify(body), headers: { 'Content-Type': 'application/json', ...(token && { Authorization: `Bearer ${token}` }) } })).json();
            const { access_token: token } = await call('/auth/login', { username: 'customer@example.com', password: 'password123' });
            const { id } = await call('/tickets', { title: 'A question', description: 'When does the clinic open, please?' }, token);
            const path = `/tickets/${id}/ai-response`;
            const { ticket } = await call('/api/v1/auth/stream-tickets', { path }, token);
            Object.assign(window, { token, id, text: '', done: false, opened: 0 });
            const source = new EventSource(`${path}?ticket=${ticket}`);
            source.onopen = () => window.opened++;
            source.onmessage = message => {
                if (message.data === '[DONE]') { window.done = true; source.close(); }
                else window.text += message.data;
            };
        }
        """;

    const string Stored = """
        async () => (await (await fetch(`/tickets/${window.id}`, { headers: { Authorization: `Bearer ${window.token}` } })).json())
            .messages.filter(message => message.is_ai).map(message => message.content)
        """;

    [BrowserFact]
    public async Task An_answer_arrives_whole_in_a_browser_although_its_server_is_killed_while_it_is_written()
    {
        // The model hangs half-way, so that the answer is still being written when the server dies, however slow the browser is.
        await using var provider = new ProviderDouble(Replies.HangAfter(30, Tokens), Replies.GoOn(Tokens));
        await using var server = await ServerProcess.StartAsync(
            ("Assistant__Providers__0__Name", "double"), ("Assistant__Providers__0__Model", "double"),
            ("Assistant__Providers__0__BaseAddress", provider.BaseAddress.ToString()), ("Assistant__Providers__0__ContinuesPrefix", "true"),
            ("Assistant__Lease", "00:00:02"), ("Assistant__Renewal", "00:00:00.500"));
        var (page, _) = await browser.OpenAsync(new Uri(server.Address, "/docs")); // a page that may call its server; that it goes away is a fault there
        await page.EvaluateAsync(Read);
        await UntilAsync(page, "window.text.length > 40");

        await server.KillAsync();
        await server.RestartAsync();

        await UntilAsync(page, "window.done");
        var text = await page.EvaluateAsync<string>("window.text");
        text.ShouldBe(string.Concat(Tokens));
        (await page.EvaluateAsync<string[]>(Stored)).ShouldBe([text]);
        (await page.EvaluateAsync<int>("window.opened")).ShouldBeGreaterThan(1);
        await page.CloseAsync();
    }

    /// <summary>Playwright's own waiting needs eval, which the page forbids.</summary>
    static async Task UntilAsync(IPage page, string condition)
    {
        for (var waiting = Stopwatch.StartNew(); !await page.EvaluateAsync<bool>(condition); await Task.Delay(50))
            waiting.Elapsed.ShouldBeLessThan(TimeSpan.FromSeconds(60), condition);
    }
}

using System.Text.Json;
using Consilium.Tests.Platform.Markdown;
using Microsoft.Playwright;

namespace Consilium.Web;

/// <summary>Messages that mean harm, as HTML in a page that protects itself by nothing: no policy, no filter of its own.</summary>
public sealed class MessageHtmlTests(Browser browser) : IClassFixture<Browser>
{
    /// <summary>Signs in, posts each text in a case, and reads them back as HTML.</summary>
    const string Post = """
        async texts => {
            const call = async (path, body, token) => (await fetch(path, {
                method: body ? 'POST' : 'GET', body: body && JSON.stringify(body),
                headers: { 'Content-Type': 'application/json', ...(token && { Authorization: `Bearer ${token}` }) } })).json();
            const { access_token: token } = await call('/auth/login', { username: 'customer@example.com', password: 'password123' });
            const { id } = await call('/api/v1/cases', { issue_description: 'Hostile texts' }, token);
            for (const content of texts)
                await call(`/api/v1/cases/${id}/messages`, { content, ask_assistant: false, client_token: content.slice(0, 90) + texts.indexOf(content) }, token);
            const html = [];
            for (let cursor = ''; cursor !== null;) {
                const page = await call(`/api/v1/cases/${id}/messages?format=html${cursor && '&cursor=' + cursor}`, undefined, token);
                html.push(...page.items.map(message => message.content_html));
                cursor = page.next_cursor;
            }
            return html;
        }
        """;

    /// <summary>Does to every element what a person may do by accident, and counts what is in the page.</summary>
    const string Touch = """
        () => {
            const elements = [...document.querySelectorAll('main *')];
            for (const element of elements)
                for (const type of ['mouseover', 'mouseenter', 'focus', 'toggle', 'load', 'error', 'animationstart', 'begin'])
                    element.dispatchEvent(new Event(type));
            return {
                elements: [...new Set(elements.map(element => element.localName))].sort(),
                attributes: [...new Set(elements.flatMap(element => element.getAttributeNames().map(name => `${element.localName} ${name}`)))].sort(),
                protocols: [...new Set(elements.filter(e => e.localName === 'a').map(link => link.protocol))].sort(),
                rel: [...new Set(elements.filter(e => e.localName === 'a').map(link => link.rel))],
                links: elements.filter(e => e.localName === 'a').length,
                mains: document.querySelectorAll('main').length,
                text: document.querySelector('main').textContent,
            };
        }
        """;

    /// <summary>Fetched after everything else: what the page began before has been seen by then.</summary>
    const string Last = "https://last.example/picture.png";

    [BrowserFact]
    public async Task Hostile_messages_run_nothing_fetch_nothing_and_stay_in_their_place()
    {
        HostileMarkdown.All.Length.ShouldBeGreaterThanOrEqualTo(40);
        var (api, _) = await browser.OpenAsync("/docs");
        var messages = await api.EvaluateAsync<string[]>(Post, HostileMarkdown.All);
        messages.Length.ShouldBe(HostileMarkdown.All.Length);
        await api.CloseAsync();

        // At once with the page, where scripts would run, and put in later, as an app does.
        foreach (var later in (bool[])[false, true])
        {
            var (found, happened) = await ShowAsync(messages, later);

            happened.ShouldBeEmpty();
            found.GetProperty("mains").GetInt32().ShouldBe(1);
            Of(found, "elements").ShouldBeSubsetOf(["a", "article", "blockquote", "br", "code", "em", "h1", "li", "ol", "p", "pre", "strong", "table", "tbody", "td", "th", "thead", "tr", "ul"]);
            Of(found, "attributes").ShouldBe(["a href", "a rel"]);
            Of(found, "protocols").ShouldBeSubsetOf(["http:", "https:", "mailto:"]);
            Of(found, "rel").ShouldBe(["noopener noreferrer nofollow"]);
            found.GetProperty("links").GetInt32().ShouldBeGreaterThan(5);
            found.GetProperty("text").GetString()!.ShouldContain("<script>hit()</script>");
        }
    }

    /// <summary>The page above would tell: the same texts, put in as they are, do harm there.</summary>
    [BrowserFact]
    public async Task A_page_without_the_rendering_would_be_hit()
    {
        var (_, happened) = await ShowAsync(["<img src=x onerror=hit()>", "<img src='https://remote.example/pixel.gif'>", "<script>hit()</script>"], later: false);
        happened.ShouldContain("hit");
        happened.ShouldContain("https://remote.example/pixel.gif");
    }

    async Task<(JsonElement Found, List<string> Happened)> ShowAsync(string[] messages, bool later)
    {
        var (page, _) = await browser.OpenAsync(new Uri("about:blank"));
        var happened = new List<string>();
        await page.ExposeFunctionAsync("hit", () => happened.Add("hit"));
        await page.RouteAsync("**/*", route =>
        {
            happened.Add(route.Request.Url);
            return route.AbortAsync();
        });
        page.Dialog += (_, dialog) => happened.Add(dialog.Message);
        page.Popup += (_, popup) => happened.Add(popup.Url);
        var html = string.Concat(messages.Select(message => $"<article>{message}</article>"));
        await page.SetContentAsync($"<!doctype html><title>Messages</title><main>{(later ? "" : html)}</main>", new() { WaitUntil = WaitUntilState.DOMContentLoaded });
        if (later) await page.EvaluateAsync("html => { document.querySelector('main').innerHTML = html }", html);
        var found = await page.EvaluateAsync<JsonElement>(Touch);
        await page.EvaluateAsync("last => new Promise(done => Object.assign(new Image(), { onerror: done, src: last }))", Last);
        var seen = happened.ToList();
        await page.CloseAsync();
        seen.Remove(Last).ShouldBeTrue();
        return (found, seen);
    }

    static List<string> Of(JsonElement found, string name) => [.. found.GetProperty(name).EnumerateArray().Select(e => e.GetString()!)];
}

using Microsoft.Playwright;

namespace Consilium.Web;

/// <summary>An app of another origin, in a browser that holds it to the rules: what it may do with the setting, and may not without.</summary>
public sealed class CrossOriginTests(Browser browser) : IClassFixture<Browser>
{
    const string App = "http://localhost:9";
    const string Stranger = "http://localhost:10";

    /// <summary>Signs in, works with a case by every kind of request, and follows it in each way.</summary>
    const string Work = """
        async api => {
            const seen = {};
            const call = (path, method = 'GET', body = undefined, headers = {}) => fetch(api + path, { method, body: body && JSON.stringify(body),
                headers: { ...(body && { 'Content-Type': 'application/json' }), ...(seen.token && { Authorization: `Bearer ${seen.token}` }), ...headers } });
            seen.token = (await (await call('/auth/login', 'POST', { username: 'admin@example.com', password: 'admin123' })).json()).access_token;
            const opened = await call('/api/v1/cases', 'POST', { issue_description: 'From elsewhere' }, { 'Idempotency-Key': crypto.randomUUID() });
            seen.location = opened.headers.get('Location');
            const id = (await opened.json()).id;
            seen.put = (await call(`/api/v1/cases/${id}/close`, 'PUT')).status;
            await call(`/api/v1/cases/${id}/reopen`, 'PUT');
            const entry = await call('/api/v1/config', 'POST', { key: 'cross.origin', value: 1 });
            seen.etag = entry.headers.get('ETag');
            seen.stale = (await call('/api/v1/config/cross.origin', 'PUT', { value: 2 }, { 'If-Match': '"77"' })).status;
            seen.deleted = (await call('/api/v1/config/cross.origin', 'DELETE')).status;
            const nobody = await fetch(api + '/api/v1/users/me');
            seen.unauthenticated = [nobody.status, (await nobody.json()).code];
            const nowhere = await call('/nowhere');
            seen.nowhere = [nowhere.status, (await nowhere.json()).code];
            const form = new FormData();
            form.append('file', new Blob(['hello']), 'a.txt');
            const upload = { method: 'POST', headers: { Authorization: `Bearer ${seen.token}` }, body: form };
            const file = await (await fetch(`${api}/api/v1/cases/${id}/attachments`, upload)).json();
            seen.disposition = (await call(`/api/v1/files/${file.id}`)).headers.get('Content-Disposition');

            const stream = await call(`/api/v1/cases/${id}/events`, 'GET', undefined, { 'Last-Event-ID': '0' });
            const reader = stream.body.pipeThrough(new TextDecoderStream()).getReader();
            for (seen.stream = ''; !seen.stream.includes('event:');) seen.stream += (await reader.read()).value;
            await reader.cancel();

            const path = `/api/v1/cases/${id}/events`;
            const ticket = async path => (await (await call('/api/v1/auth/stream-tickets', 'POST', { path })).json()).ticket;
            const source = new EventSource(`${api}${path}?after=0&ticket=${await ticket(path)}`);
            seen.source = await new Promise((take, fail) => {
                source.addEventListener('participant.joined', event => take(event.lastEventId));
                source.onerror = () => fail('EventSource');
            });
            source.close();

            const at = `/api/v1/cases/${id}/ws`;
            const socket = new WebSocket(`${api.replace('http', 'ws')}${at}?after=0&ticket=${await ticket(at)}`);
            seen.socket = await new Promise((take, fail) => {
                socket.onmessage = event => take(JSON.parse(event.data).type);
                socket.onerror = () => fail('WebSocket');
            });
            socket.close();
            delete seen.token;
            return JSON.stringify(seen);
        }
        """;

    const string Try = """
        async api => {
            const outcome = path => fetch(api + path, { headers: { Authorization: 'Bearer x' } }).then(answer => answer.status, () => 'refused');
            return [await outcome('/health'), await outcome('/api/v1/users/me')].join();
        }
        """;

    [BrowserFact]
    public async Task An_app_of_an_origin_that_is_listed_uses_everything_and_others_nothing()
    {
        await using var server = await ServerProcess.StartAsync(("Origins__Allowed", App));
        var api = server.Address.ToString().TrimEnd('/');

        var app = await PageAsync(App);
        var seen = System.Text.Json.JsonDocument.Parse(await app.EvaluateAsync<string>(Work, api)).RootElement;
        seen.GetProperty("location").GetString().ShouldNotBeNull().ShouldStartWith("/api/v1/cases/");
        seen.GetProperty("put").GetInt32().ShouldBe(200);
        seen.GetProperty("etag").GetString().ShouldBe("\"1\"");
        seen.GetProperty("stale").GetInt32().ShouldBe(412);
        seen.GetProperty("deleted").GetInt32().ShouldBe(204);
        seen.GetProperty("unauthenticated").ToString().ShouldBe("[401,\"unauthenticated\"]");
        seen.GetProperty("nowhere").ToString().ShouldBe("[404,\"not_found\"]");
        seen.GetProperty("disposition").GetString().ShouldNotBeNull().ShouldContain("a.txt");
        seen.GetProperty("stream").GetString().ShouldNotBeNull().ShouldContain("event: participant.joined");
        seen.GetProperty("source").GetString().ShouldBe("1");
        seen.GetProperty("socket").GetString().ShouldBe("participant.joined");
        await app.CloseAsync();

        var stranger = await PageAsync(Stranger);
        (await stranger.EvaluateAsync<string>(Try, api)).ShouldBe("refused,refused");
        await stranger.CloseAsync();
    }

    [BrowserFact]
    public async Task Without_the_setting_no_other_origin_reads_anything()
    {
        await using var server = await ServerProcess.StartAsync();
        var page = await PageAsync(App);
        (await page.EvaluateAsync<string>(Try, server.Address.ToString().TrimEnd('/'))).ShouldBe("refused,refused");
        await page.CloseAsync();
    }

    /// <summary>An empty page of this origin: no server stands behind it.</summary>
    async Task<IPage> PageAsync(string origin)
    {
        var page = await browser.EmptyAsync();
        await page.RouteAsync($"{origin}/**", route => route.FulfillAsync(new() { ContentType = "text/html", Body = "<!doctype html>" }));
        await page.GotoAsync($"{origin}/");
        return page;
    }
}

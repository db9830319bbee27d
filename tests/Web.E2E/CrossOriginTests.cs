using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Playwright;

namespace Consilium.Web;

/// <summary>An app of another origin, in a browser that holds it to the rules: what it may do with the setting, and may not without.</summary>
public sealed class CrossOriginTests(Browser browser) : IClassFixture<Browser>
{
    /// <summary>Signs up, works by every kind of request, and follows a case in each way.</summary>
    const string Work = """
        async api => {
            const seen = {};
            const call = (path, method = 'GET', body = undefined, headers = {}) => fetch(api + path, { method, body: body && JSON.stringify(body),
                headers: { ...(body && { 'Content-Type': 'application/json' }), ...(seen.token && { Authorization: `Bearer ${seen.token}` }), ...headers } });
            const signIn = async (username, password) => (await (await call('/auth/login', 'POST', { username, password })).json()).access_token;
            await call('/auth/signup', 'POST', { email: 'ada@example.com', password: 'analytical-engine' });
            seen.token = await signIn('ada@example.com', 'analytical-engine');
            const opened = await call('/api/v1/cases', 'POST', { issue_description: 'From elsewhere' }, { 'Idempotency-Key': crypto.randomUUID() });
            seen.location = opened.headers.get('Location');
            const id = (await opened.json()).id;
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
            for (seen.stream = ''; !seen.stream.includes('event:');) {
                const { value, done } = await reader.read();
                if (done) break;
                seen.stream += value;
            }
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

            seen.put = (await call(`/api/v1/cases/${id}/close`, 'PUT')).status;
            seen.token = await signIn('admin@example.com', 'admin123');
            const entry = await call('/api/v1/config', 'POST', { key: 'cross.origin', value: 1 });
            seen.etag = entry.headers.get('ETag');
            seen.stale = (await call('/api/v1/config/cross.origin', 'PUT', { value: 2 }, { 'If-Match': '"77"' })).status;
            seen.deleted = (await call('/api/v1/config/cross.origin', 'DELETE')).status;
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
        await using var site = await Site.StartAsync();
        await using var stranger = await Site.StartAsync();
        await using var server = await ServerProcess.StartAsync(("Origins__Allowed", site.Origin));
        var api = server.Address.ToString().TrimEnd('/');

        var app = await PageAsync(site);
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

        var other = await PageAsync(stranger);
        (await other.EvaluateAsync<string>(Try, api)).ShouldBe("refused,refused");
        await other.CloseAsync();
    }

    [BrowserFact]
    public async Task Without_the_setting_no_other_origin_reads_anything()
    {
        await using var site = await Site.StartAsync();
        await using var server = await ServerProcess.StartAsync();
        var page = await PageAsync(site);
        (await page.EvaluateAsync<string>(Try, server.Address.ToString().TrimEnd('/'))).ShouldBe("refused,refused");
        await page.CloseAsync();
    }

    async Task<IPage> PageAsync(Site site)
    {
        var page = await browser.EmptyAsync();
        await page.GotoAsync($"{site.Origin}/");
        return page;
    }

    /// <summary>Another server of this machine, and so another origin, with an empty page.</summary>
    sealed class Site(WebApplication app) : IAsyncDisposable
    {
        public string Origin => app.Urls.Single();

        public static async Task<Site> StartAsync()
        {
            var builder = WebApplication.CreateSlimBuilder(["--urls=http://127.0.0.1:0"]);
            builder.Logging.ClearProviders();
            var app = builder.Build();
            app.MapGet("/", () => Results.Content("<!doctype html><title>App</title>", "text/html"));
            await app.StartAsync();
            return new(app);
        }

        public async ValueTask DisposeAsync() => await app.DisposeAsync();
    }
}

using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Consilium.Tests.Modules.Settings;

/// <summary>
/// A hundred secrets go through every route that takes one, also where they do not belong. Then everything that the server has kept, logged and answered is
/// searched byte by byte.
/// </summary>
[Collection(Alone.Name)]
public sealed class SecretSearchTests : IDisposable
{
    const int Secrets = 100;
    const string Root = "/api/v1/config";

    readonly List<string> halves = [];
    readonly Recorder recorder = new();

    [Fact]
    public async Task No_secret_is_found_in_the_data_directory_the_log_or_an_answer()
    {
        await using var server = await ServerProcess.StartAsync(("Accounts__PasswordIterations", "1000"), ("Security__OpensPerMinute", "0"));
        using var admin = await SignInAsync(server);
        for (var i = 0; i < Secrets; i++) await PassAsync(admin, i, NewSecret());
        var plain = RandomNumberGenerator.GetHexString(24);
        await ShouldBeWrittenAsync(admin.PostJsonAsync(Root, new { Key = "plain", Value = plain }));
        await RotateAsync(admin);
        await LookAroundAsync(admin);
        (await server.TerminateAsync()).ShouldBe(0);

        var secrets = new ByteSearch(halves);
        secrets.Under(server.Data).ShouldBeEmpty();
        secrets.In(server.Output).ShouldBeEmpty();
        recorder.Telling(secrets).ShouldBeEmpty();
        // It would have been found: what is not encrypted lies in the tables and in the write-ahead log.
        var found = new ByteSearch([plain]).Under(server.Data).ConvertAll(place => place.File);
        found.ShouldContain(file => file.StartsWith("postgres/base/", StringComparison.Ordinal));
        found.ShouldContain(file => file.StartsWith("postgres/pg_wal/", StringComparison.Ordinal));
        ShouldNotTellTheMasterKey(server);
    }

    /// <summary>Takes one secret through some routes; ten ways in turn.</summary>
    async Task PassAsync(HttpClient admin, int number, string secret)
    {
        var key = $"k{number}";
        var path = $"{Root}/{key}";
        var good = new { Key = key, Value = secret, IsEncrypted = true };
        switch (number % 10)
        {
            case 0:
                await ShouldBeWrittenAsync(admin.PostJsonAsync(Root, new { Key = key, Value = new { Password = secret, List = (string[])[secret] }, IsEncrypted = true }));
                await ShouldOpenAsync(admin, path, value => value.GetProperty("password").GetString() == secret);
                await ImportAsync(admin, key, NewSecret());
                break;
            case 1:
                for (var time = 0; time < 2; time++) await ShouldBeWrittenAsync(admin.PostJsonAsync(Root, good, ("Idempotency-Key", key)));
                (await admin.PostJsonAsync(Root, good with { Value = secret + "!" }, ("Idempotency-Key", key))).StatusCode.ShouldBe((System.Net.HttpStatusCode)422);
                break;
            case 2:
                await ShouldBeWrittenAsync(admin.PostJsonAsync(Root, new { Key = key, Value = "nothing yet", Profile = "p" }));
                await ShouldBeWrittenAsync(admin.PutJsonAsync($"{path}?profile=p", new { Value = secret, IsEncrypted = true }));
                await ShouldOpenAsync(admin, $"{path}/?profile=p", value => value.GetString() == secret);
                break;
            case 3:
                await ShouldBeWrittenAsync(admin.PostJsonAsync(Root, good));
                await ShouldBeWrittenAsync(admin.PutJsonAsync(path, new { Value = NewSecret(), Reason = "a new one" }));
                await ShouldBeWrittenAsync(admin.PostJsonAsync($"{path}/rollback", new { Version = 1 }));
                await ShouldOpenAsync(admin, path, value => value.GetString() == secret);
                (await admin.DeleteAsync(path)).IsSuccessStatusCode.ShouldBeTrue();
                break;
            case 4:
                var made = await (await admin.PostJsonAsync("/api/v1/security/encrypt", new { Value = secret })).ShouldAnswerAsync(200);
                var opened = await admin.PostJsonAsync("/api/v1/security/decrypt", new { EncryptedValue = made.Text("encrypted_value") });
                (await opened.ShouldAnswerAsync(200)).Text("value").ShouldBe(secret);
                break;
            case 5:
                await ShouldBeWrittenAsync(admin.PostJsonAsync(Root, good));
                await ShouldRefuseAsync(409, admin.PostJsonAsync(Root, good, ("Idempotency-Key", key)));
                await ShouldRefuseAsync(412, admin.PutJsonAsync(path, new { Value = NewSecret() }, ("If-Match", "\"7\"")));
                await ShouldRefuseAsync(404, admin.PutJsonAsync($"{path}.absent", new { Value = secret }));
                break;
            case 6:
                await ShouldRefuseAsync(400, admin.PostJsonAsync(Root, new { Key = secret, Value = 1 }));
                await ShouldRefuseAsync(400, admin.PostJsonAsync(Root, new { Key = (string[])[secret], Value = 1 }));
                await ShouldRefuseAsync(400, admin.PostJsonAsync(Root, new { Key = key, Value = 1, IsEncrypted = secret }));
                await ShouldRefuseAsync(400, admin.PostJsonAsync(Root, new { Key = key, Value = 1, Profile = secret }));
                break;
            case 7:
                var json = JsonSerializer.Serialize(secret);
                await ShouldRefuseAsync(400, admin.PostJsonAsync(Root, $"{{\"key\": \"{key}\", \"is_encrypted\": true, \"value\": {json}"));
                await ShouldRefuseAsync(400, admin.PostJsonAsync(Root, $"{{\"key\": \"{key}\", {json}: 1, {json}: 2}}"));
                await ShouldRefuseAsync(400, admin.PostJsonAsync(Root, secret));
                await ShouldRefuseAsync(400, admin.PostJsonAsync($"{Root}/{key}/reveal", json));
                await ShouldBeWrittenAsync(admin.PostJsonAsync(Root, $"{{\"key\": \"{key}\", \"value\": 1, \"secret\": {json}, {json}: 3}}"));
                break;
            case 8:
                var escaped = Uri.EscapeDataString(secret);
                await ShouldRefuseAsync(404, admin.GetAsync($"{Root}/{escaped}"));
                await ShouldRefuseAsync(404, admin.PutJsonAsync($"{Root}/{escaped}", new { Value = 1 }));
                await ShouldRefuseAsync(404, admin.PostJsonAsync($"{Root}/{escaped}/reveal", new { Reason = "to see" }));
                await ShouldRefuseAsync(404, admin.PostJsonAsync($"{Root}/{escaped}/rollback", new { Version = 1 }));
                await ShouldRefuseAsync(404, admin.DeleteAsync($"{Root}/{escaped}"));
                await ShouldRefuseAsync(400, admin.GetAsync($"{Root}?profile={escaped}"));
                await ShouldRefuseAsync(400, admin.GetAsync($"{Root}/events?after={escaped}"));
                await ShouldRefuseAsync(400, admin.GetAsync($"{Root}?prefix={escaped}"));
                break;
            default:
                await ShouldRefuseAsync(400, admin.PostJsonAsync("/api/v1/security/decrypt", new { EncryptedValue = secret }));
                await ShouldRefuseAsync(400, admin.PostJsonAsync("/api/v1/security/encrypt", new { Values = secret }));
                await ShouldRefuseAsync(404, admin.PostJsonAsync("/api/v1/securities", new { Value = secret }));
                await ShouldRefuseAsync(405, admin.PutJsonAsync(Root, new { Value = secret }));
                await ShouldRefuseAsync(401, new Client(admin.BaseAddress!).PostJsonAsync(Root, good));
                break;
        }
    }

    /// <summary>A new value for an encrypted entry, and files that are refused.</summary>
    static async Task ImportAsync(HttpClient admin, string key, string secret)
    {
        var json = JsonSerializer.Serialize(secret);
        foreach (var mode in (string[])["preview", "merge"])
        {
            var good = await (await SendAsync(mode, "yaml", $"{key}: {json}\n")).ShouldAnswerAsync(200);
            good.GetProperty("valid").GetBoolean().ShouldBeTrue(good.ToString());
            foreach (var (format, file) in ((string, string)[])
                     [("yaml", $"{key}: {json[..^1]}"), ("yaml", $"{json}: 1"), ("yaml", $"{key}: *{secret[..14]}"), ("json", $"{{\"{key}\": {json}"), ("json", $"{{{json}: 1}}"), ("env", secret)])
                await ShouldRefuseAsync(mode == "preview" ? 200 : 400, SendAsync(mode, format, file));
        }
        await ShouldOpenAsync(admin, $"{Root}/{key}", value => value.GetString() == secret);

        async Task<HttpResponseMessage> SendAsync(string mode, string format, string file)
        {
            using var content = new StringContent(file, Encoding.UTF8, "application/yaml");
            return await admin.PostAsync($"{Root}/import?mode={mode}&format={format}", content);
        }
    }

    /// <summary>Everything that shows secrets masked.</summary>
    async Task LookAroundAsync(HttpClient admin)
    {
        for (string? cursor = ""; cursor is not null;)
        {
            var page = await admin.GetJsonAsync($"{Root}?limit=20{(cursor.Length > 0 ? $"&cursor={cursor}" : "")}");
            foreach (var entry in page.Items())
            {
                var scope = entry.Text("profile") is { } profile ? $"?profile={profile}" : "";
                await admin.GetJsonAsync($"{Root}/{entry.Text("key")}{scope}");
                await admin.GetJsonAsync($"{Root}/{entry.Text("key")}/history{scope}");
            }
            cursor = page.Text("next_cursor");
        }
        foreach (var path in (string[])[$"{Root}?effective=true&resolve=true", $"{Root}/export?format=yaml", $"{Root}/export?format=json", $"{Root}/export?format=env", $"{Root}/diff?from=2020-01-01T00:00:00Z&to=/",
            "/api/v1/security/keys", "/api/v1/jobs", "/api/v1/jobs/schedules", "/api/v1/audit?limit=200", "/health", "/health/ready", "/metrics", "/"])
            (await admin.GetAsync(path)).Dispose();
        (await admin.GetStringAsync("/health")).ShouldContain("healthy");
        await FollowAsync(admin);
    }

    async Task FollowAsync(HttpClient admin)
    {
        using var answer = await admin.GetAsync($"{Root}/events?after=0", HttpCompletionOption.ResponseHeadersRead);
        using var events = new StreamReader(await answer.Content.ReadAsStreamAsync());
        var all = new StringBuilder();
        while (await events.ReadLineAsync().WaitAsync(TimeSpan.FromSeconds(30)) is { } line)
        {
            all.AppendLine(line);
            if (line.StartsWith("data:", StringComparison.Ordinal) && line.Contains("\"plain\"", StringComparison.Ordinal)) break; // the last change
        }
        recorder.Answers.Enqueue(("the events", Encoding.UTF8.GetBytes(all.ToString())));
    }

    static async Task RotateAsync(HttpClient admin)
    {
        var before = (await admin.GetJsonAsync("/api/v1/security/keys")).Items()[0];
        before.Number("in_use").ShouldBeGreaterThan(Secrets / 3);
        await (await admin.PostJsonAsync("/api/v1/security/keys/rotate", body: null)).ShouldAnswerAsync(201);
        await Accounts.Eventually.BecomesAsync("retired", async () => (await admin.GetJsonAsync("/api/v1/security/keys")).Items()[1].Text("status"));
    }

    void ShouldNotTellTheMasterKey(ServerProcess server)
    {
        var file = Path.Combine(server.Data, "keys", "master.key");
        if (!OperatingSystem.IsWindows())
        {
            File.GetUnixFileMode(file).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
            File.GetUnixFileMode(Path.GetDirectoryName(file)!).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
        var key = new ByteSearch([]);
        key.AddBytes(Convert.FromBase64String(File.ReadAllText(file)), "the master key");
        key.Under(server.Data).ShouldBe([(Path.Combine("keys", "master.key"), "the master key")]);
        key.In(server.Output).ShouldBeEmpty();
        recorder.Telling(key).ShouldBeEmpty();
    }

    public void Dispose() => recorder.Dispose();

    static async Task ShouldBeWrittenAsync(Task<HttpResponseMessage> asked)
    {
        using var answer = await asked;
        answer.IsSuccessStatusCode.ShouldBeTrue(await answer.Content.ReadAsStringAsync());
    }

    static async Task ShouldRefuseAsync(int status, Task<HttpResponseMessage> asked)
    {
        using var answer = await asked;
        await answer.ShouldAnswerAsync(status);
    }

    static async Task ShouldOpenAsync(HttpClient admin, string path, Func<JsonElement, bool> isRight)
    {
        var revealed = await admin.PostJsonAsync(path.Contains("/?", StringComparison.Ordinal) ? path.Replace("/?", "/reveal?", StringComparison.Ordinal) : $"{path}/reveal", new { Reason = "to see" });
        isRight((await revealed.ShouldAnswerAsync(200)).GetProperty("value")).ShouldBeTrue(path);
    }

    /// <summary>Two words with something between them that JSON and URLs write in another way. The words are searched for: part of a secret must not be found either.</summary>
    string NewSecret()
    {
        const string alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
        string[] words = [RandomNumberGenerator.GetString(alphabet, 14), RandomNumberGenerator.GetString(alphabet, 14)];
        halves.AddRange(words);
        return string.Join("\"é/+ <", words);
    }

    async Task<HttpClient> SignInAsync(ServerProcess server)
    {
        using var anonymous = new Client(server.Address);
        var login = await (await anonymous.PostJsonAsync("/auth/login", new { username = "admin@example.com", password = "admin123" })).ShouldAnswerAsync(200);
        return recorder.Client(server.Address, login.Text("access_token")!);
    }

    /// <summary>Keeps every answer, head and body, but those that are there to tell a secret.</summary>
    sealed class Recorder() : DelegatingHandler(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false })
    {
        public ConcurrentQueue<(string Asked, byte[] Answer)> Answers { get; } = new();

        /// <summary>The answers in which something is found.</summary>
        public List<string> Telling(ByteSearch search) =>
            [.. Answers.Where(answer => search.In(answer.Answer).Count > 0).Select(answer => $"{answer.Asked}: {Encoding.UTF8.GetString(answer.Answer)}")];

        public HttpClient Client(Uri address, string token) =>
            new(this, disposeHandler: false) { BaseAddress = address, DefaultRequestHeaders = { Authorization = new("Bearer", token) } };

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var answer = await base.SendAsync(request, cancellationToken);
            var tells = answer.IsSuccessStatusCode && request.RequestUri!.AbsolutePath is var path && (path.EndsWith("/reveal", StringComparison.Ordinal) || path.EndsWith("/decrypt", StringComparison.Ordinal));
            if (tells || answer.Content.Headers.ContentType?.MediaType == "text/event-stream") return answer;
            await answer.Content.LoadIntoBufferAsync(cancellationToken);
            byte[] all = [.. Encoding.UTF8.GetBytes($"{answer.Headers}{answer.Content.Headers}"), .. await answer.Content.ReadAsByteArrayAsync(cancellationToken)];
            Answers.Enqueue(($"{request.Method} {request.RequestUri}", all));
            return answer;
        }
    }
}

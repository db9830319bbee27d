using System.Text;
using Consilium.Tests.Modules.Cases;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using static Consilium.Tests.Modules.Settings.ConfigCalls;

namespace Consilium.Tests.Modules.Settings;

public sealed class ConfigSecretTests(ConfigSecretTests.Logged server) : IClassFixture<ConfigSecretTests.Logged>
{
    const string Secret = "a word that nobody else says";

    Client Admin => server.Admin;

    [Fact]
    public async Task No_answer_shows_it_and_no_row_keeps_it()
    {
        var key = NewKey();
        await using var stream = await EventStream.OpenAsync(Admin, $"{Root}/events?prefix={key}");
        var answers = new List<string>
        {
            (await Admin.CreateAsync(key, Secret, encrypted: true)).GetRawText(), (await Admin.PutAsync(key, $"{Secret} 2")).GetRawText(), (await Admin.LookUpAsync(key)).GetRawText(),
            (await Admin.GetJsonAsync($"{Root}?prefix={key}")).GetRawText(), (await Admin.GetJsonAsync($"{Root}?prefix={key}&effective=true&resolve=true")).GetRawText(),
            (await (await Admin.TryRollBackAsync(key, 1)).ShouldAnswerAsync(200)).GetRawText(), (await Admin.GetJsonAsync(PathOf(key, rest: "/history"))).GetRawText(),
        };
        for (var version = 1; version <= 3; version++) answers.Add((await FrameAsync(stream)).GetRawText());

        answers.ShouldAllBe(answer => !answer.Contains("nobody", StringComparison.Ordinal));
        answers.Take(7).ShouldAllBe(answer => answer.Contains("********", StringComparison.Ordinal));
        (await server.Database.ColumnAsync<string>("SELECT to_jsonb(v)::text || encode(sealed, 'escape') FROM settings.versions v JOIN settings.entries e ON e.id = v.entry_id WHERE e.key = $1", key))
            .ShouldAllBe(row => !row.Contains("nobody", StringComparison.Ordinal));
        await (await Admin.TryPutAsync(key, "********")).ShouldRefuseFieldsAsync("value");
        await (await Admin.PutJsonAsync(PathOf(key), new { value = "********", is_encrypted = false })).ShouldRefuseFieldsAsync("value");
        (await (await Admin.TryRevealAsync(key)).ShouldAnswerAsync(200)).Text("value").ShouldBe(Secret);
    }

    [Fact]
    public async Task It_is_shown_for_a_reason_to_those_who_may_and_written_down()
    {
        var key = NewKey("app.db");
        await Admin.CreateAsync(key, Secret, encrypted: true);
        using var reader = await server.GrantedAsync("config:read");
        using var near = await server.GrantedAsync("config:read", "config:reveal:app.dbx");
        using var revealer = await server.GrantedAsync("config:reveal:app.db");

        foreach (var reason in (string?[])[null, "", "  ", new string('x', 501)]) await (await Admin.TryRevealAsync(key, reason!)).ShouldRefuseFieldsAsync("reason");
        await (await reader.TryRevealAsync(key)).ShouldBeProblemAsync(403, "forbidden");
        await (await near.TryRevealAsync(key, "Curious")).ShouldBeProblemAsync(403, "forbidden");
        var shown = await revealer.TryRevealAsync(key, " It is broken ");

        (await shown.ShouldAnswerAsync(200)).Text("value").ShouldBe(Secret);
        shown.Headers.CacheControl!.NoStore.ShouldBeTrue();
        (await server.AuditOfAsync(key))[1..].ShouldBe(["config.revealed denied Curious", "config.revealed ok It is broken"]);
        (await server.Database.ColumnAsync<string>("SELECT address FROM audit.entries WHERE resource = $1 AND action = 'config.revealed'", $"config/{key}")).ShouldBe(["127.0.0.1", "127.0.0.1"]);
        (await server.Database.ColumnAsync<string>("SELECT action || ' ' || outcome || ' ' || resource FROM audit.entries WHERE actor_id = $1 ORDER BY id DESC LIMIT 1", reader.UserId))
            .ShouldBe(["settings.refused denied permission/config:reveal"]);
    }

    [Theory]
    [InlineData("a flipped bit", "UPDATE settings.versions v SET sealed = set_byte(sealed, length(sealed) - 1, get_byte(sealed, length(sealed) - 1) # 1) FROM settings.entries e WHERE e.id = v.entry_id AND e.key = $1 AND $2 <> ''")]
    [InlineData("cut", "UPDATE settings.versions v SET sealed = substr(sealed, 1, 5) FROM settings.entries e WHERE e.id = v.entry_id AND e.key = $1 AND $2 <> ''")]
    [InlineData("another entry's", """
        UPDATE settings.versions v SET (sealed, data_key_id) = (SELECT o.sealed, o.data_key_id FROM settings.versions o JOIN settings.entries oe ON oe.id = o.entry_id WHERE oe.key = $2 AND o.version = v.version)
        FROM settings.entries e WHERE e.id = v.entry_id AND e.key = $1
        """)]
    [InlineData("an older version's", """
        UPDATE settings.versions v SET (sealed, data_key_id) = (SELECT o.sealed, o.data_key_id FROM settings.versions o WHERE o.entry_id = v.entry_id AND o.version = 1)
        FROM settings.entries e WHERE e.id = v.entry_id AND e.key = $1 AND v.version = 2 AND $2 <> ''
        """)]
    [InlineData("renamed", "UPDATE settings.entries SET key = key || 'x' WHERE key = $1 AND $2 <> ''")]
    public async Task One_that_was_changed_outside_opens_no_more(string how, string sql)
    {
        var (key, other) = (NewKey(), NewKey());
        foreach (var one in (string[])[key, other])
        {
            await Admin.CreateAsync(one, Secret, encrypted: true);
            await Admin.PutAsync(one, $"{Secret} 2");
        }
        await server.Database.ExecuteAsync(sql, key, other);
        if (how == "renamed") key += "x";

        await (await Admin.TryRevealAsync(key)).ShouldBeProblemAsync(409, "cannot_decrypt");
        await (await Admin.TryRollBackAsync(key, how.StartsWith("an older", StringComparison.Ordinal) ? 2 : 1)).ShouldBeProblemAsync(409, "cannot_decrypt");

        (await server.AuditOfAsync(key)).ShouldContain("config.revealed failed A test");
        (await Admin.ValueAsync(key)).ShouldBe("\"********\"");
        server.Lines.ShouldNotBeEmpty();
        server.Lines.ShouldNotContain("nobody");
        await Admin.PutAsync(key, "again");
        (await (await Admin.TryRevealAsync(key)).ShouldAnswerAsync(200)).Text("value").ShouldBe("again");
    }

    [Fact]
    public async Task One_without_a_value_is_null()
    {
        var key = NewKey();
        await Admin.CreateAsync(key, Secret, encrypted: true);
        await server.Database.ExecuteAsync("UPDATE settings.versions v SET sealed = NULL, data_key_id = NULL FROM settings.entries e WHERE e.id = v.entry_id AND e.key = $1", key);

        (await Admin.ValueAsync(key)).ShouldBe("null");
        (await (await Admin.TryRevealAsync(key)).ShouldAnswerAsync(200)).GetProperty("value").ValueKind.ShouldBe(System.Text.Json.JsonValueKind.Null);
    }

    [Fact]
    public async Task Only_so_many_are_opened_in_a_minute()
    {
        var key = NewKey();
        await Admin.CreateAsync(key, Secret, encrypted: true);
        using var revealer = await server.GrantedAsync("config:reveal");

        for (var i = 0; i < Logged.Opens; i++) await (await revealer.TryRevealAsync(key)).ShouldAnswerAsync(200);
        await (await revealer.TryRevealAsync(key)).ShouldBeProblemAsync(429, "too_many_requests");
    }

    [Fact]
    public async Task Secrets_that_one_entry_refers_to_are_counted_each()
    {
        var secret = NewKey();
        await Admin.CreateAsync(secret, Secret, encrypted: true);
        var (one, several) = (NewKey(), NewKey());
        await Admin.CreateAsync(one, $"${{{secret}}}");
        await Admin.CreateAsync(several, $"${{{one}}} ${{{secret}}}");
        using var revealer = await server.GrantedAsync("config:read", "config:reveal");

        for (var i = 0; i < Logged.Opens / 2; i++) await (await revealer.TryRevealAsync(several, resolve: true)).ShouldAnswerAsync(200); // itself, and the secret

        await (await revealer.TryRevealAsync(several)).ShouldBeProblemAsync(429, "too_many_requests");
    }

    static async Task<System.Text.Json.JsonElement> FrameAsync(EventStream stream)
    {
        while (await stream.NextAsync() is { } frame)
            if (!frame.IsComment) return frame.Data;
        throw new EndOfStreamException();
    }

    /// <summary>Keeps what is logged.</summary>
    public sealed class Logged : ConfigServer, ILoggerProvider, ILogger
    {
        public const int Opens = 30;

        readonly StringBuilder lines = new();

        protected override IReadOnlyDictionary<string, string?> Settings { get; init; } =
            new Dictionary<string, string?>(CaseServer.QuickPasswords, StringComparer.Ordinal) { ["Security:OpensPerMinute"] = $"{Opens}" };

        public string Lines
        {
            get
            {
                lock (lines) return lines.ToString();
            }
        }

        protected override void ConfigureServices(IServiceCollection services) => services.AddSingleton<ILoggerProvider>(this);

        public ILogger CreateLogger(string categoryName) => this;

        public bool IsEnabled(LogLevel logLevel) => true;

        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            lock (lines) lines.Append(formatter(state, exception)).Append(exception).AppendLine();
        }

        public void Dispose() { }
    }
}

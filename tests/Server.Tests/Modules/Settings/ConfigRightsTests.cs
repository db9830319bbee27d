using Consilium.Tests.Api;
using Consilium.Tests.Modules.Cases;
using static Consilium.Tests.Modules.Settings.ConfigCalls;

namespace Consilium.Tests.Modules.Settings;

/// <summary>Every route of the configuration and the vault, asked by everybody, for keys under a grant's prefix, at it, beside it, elsewhere and for none.</summary>
public sealed class ConfigRightsTests(ConfigRightsTests.World world) : IClassFixture<ConfigRightsTests.World>
{
    const string Read = "config:read";
    const string Write = "config:write";
    const string Reveal = "config:reveal";
    const string Use = "security:use";
    const string Manage = "security:manage";
    const string OnlyAdmin = "";

    /// <summary>The right that each route needs. A route that is missing here fails the test.</summary>
    static readonly Dictionary<string, (string Right, bool IsForKey)> Needs = new(StringComparer.Ordinal)
    {
        ["GET /api/v1/config"] = (Read, false),
        ["GET /api/v1/config/events"] = (Read, false),
        ["GET /api/v1/config/export"] = (Read, false),
        ["GET /api/v1/config/diff"] = (Read, false),
        ["GET /api/v1/config/{key}"] = (Read, true),
        ["GET /api/v1/config/{key}/history"] = (Read, true),
        ["PUT /api/v1/config/{key}"] = (Write, true),
        ["DELETE /api/v1/config/{key}"] = (Write, true),
        ["POST /api/v1/config/{key}/rollback"] = (Write, true),
        ["POST /api/v1/config/{key}/reveal"] = (Reveal, true),
        ["POST /api/v1/security/encrypt"] = (Use, false),
        ["POST /api/v1/security/decrypt"] = (Use, false),
        ["GET /api/v1/security/keys"] = (Manage, false),
        ["POST /api/v1/security/keys/rotate"] = (Manage, false),
        ["GET /api/v1/security/grants"] = (OnlyAdmin, false),
        ["POST /api/v1/security/grants"] = (OnlyAdmin, false),
        ["DELETE /api/v1/security/grants/{id:guid}"] = (OnlyAdmin, false),

        // Last, for what they make is in the history for ever.
        ["POST /api/v1/config/import"] = (Write, true),
        ["POST /api/v1/config"] = (Write, true),
    };

    /// <summary>A key for each relation to the prefix <c>app.db</c>; null where there is no entry.</summary>
    static readonly (string Key, bool Exists)[] Keys = [("app.db.host", true), ("app.db", true), ("app.dbx", true), ("other.key", true), ("app.db.none", false), ("none", false)];

    [Fact]
    public void Every_route_has_its_line() => RoutesOf(world).ShouldBe(Needs.Keys.Order(StringComparer.Ordinal));

    [Fact]
    public async Task Everybody_gets_what_the_table_says()
    {
        var faults = new List<string>();
        await world.RestoreAsync();
        foreach (var route in Needs.Keys)
            foreach (var who in world.Everybody)
                foreach (var (key, exists) in Needs[route].IsForKey ? Keys : [("", true)])
                {
                    using var answer = await AskAsync(who.Client, route, key);
                    var (status, expected) = ((int)answer.StatusCode, Expected(route, who, key, exists));
                    if (Needs[route] == (Write, true) && status < 300) await world.RestoreAsync();
                    if (status != expected) faults.Add($"{route} of '{key}' by {who.Name}: {status} instead of {expected}");
                    if (answer.Content.Headers.ContentType?.MediaType == "text/event-stream") continue;
                    var body = await answer.Content.ReadAsStringAsync();
                    foreach (var (other, _) in Keys.Where(other => other.Key != key && !who.Has(Read, other.Key) && body.Contains($"\"{other.Key}\"", StringComparison.Ordinal)))
                        faults.Add($"{route} of '{key}' by {who.Name} shows {other}");
                    if (status == 200 && (route is "GET /api/v1/config" or "GET /api/v1/config/export" or "GET /api/v1/config/diff"))
                        foreach (var (other, _) in Keys.Where(other => other.Exists && who.Has(Read, other.Key) && !body.Contains($"\"{other.Key}\"", StringComparison.Ordinal)))
                            faults.Add($"{route} by {who.Name} lacks {other}");
                }

        faults.ShouldBeEmpty();
    }

    [Fact]
    public async Task Streams_tell_of_granted_keys_alone_and_of_no_more_once_it_is_taken_back()
    {
        using var person = await world.SignedInAsync("staff");
        var grant = await world.GrantAsync(person, "config:read:app.db");
        await world.GrantAsync(person, "config:read:lasting");
        using var program = await world.KeyAsync("config:read:app.db");
        await using var toPerson = await EventStream.OpenAsync(person, $"{Root}/events");
        await using var toProgram = await EventStream.OpenAsync(program, $"{Root}/events");
        var (theirs, mine, last) = (NewKey("app.dbx"), NewKey("app.db"), NewKey("lasting"));

        await world.Admin.CreateAsync(theirs, 1);
        await world.Admin.CreateAsync(mine, 1);
        foreach (var stream in (EventStream[])[toPerson, toProgram]) (await FollowConfigTests.NextAsync(stream)).Text("key").ShouldBe(mine);
        await (await world.Admin.DeleteAsync($"{Grants}/{grant}")).ShouldAnswerAsync(204);

        await (await person.GetAsync(PathOf(mine))).ShouldBeProblemAsync(404, "not_found");
        await world.Admin.CreateAsync(NewKey("app.db"), 1);
        await FollowConfigTests.NextAsync(toProgram);
        await world.Admin.CreateAsync(last, 1);
        (await FollowConfigTests.NextAsync(toPerson)).Text("key").ShouldBe(last);
    }

    static int Expected(string route, Person who, string key, bool exists)
    {
        var (right, isForKey) = Needs[route];
        if (who.Name == "anonymous") return 401;
        if (right == OnlyAdmin ? !who.IsAdmin : !who.HasAny(right)) return 403;
        if (!isForKey) return route switch
        {
            "POST /api/v1/security/keys/rotate" or "POST /api/v1/security/grants" => 201,
            "DELETE /api/v1/security/grants/{id:guid}" => 404, // of nobody
            _ => 200,
        };
        var may = who.Has(right, key);
        if (route == "POST /api/v1/config/import") return may ? 200 : 403;
        if (route == "POST /api/v1/config") return !may ? 403 : exists ? 409 : 201;
        if (!may) return who.Has(Read, key) && (exists || right == Write) ? 403 : 404;
        if (!exists) return 404;
        // Whoever may not read what was there can't bring it back either.
        if (route.EndsWith("/rollback", StringComparison.Ordinal) && !who.Has(Read, key)) return 404;
        return route.StartsWith("DELETE", StringComparison.Ordinal) ? 204 : 200;
    }

    async Task<HttpResponseMessage> AskAsync(Client who, string route, string key)
    {
        var (method, pattern) = (route.Split(' ')[0], route.Split(' ')[1]);
        if (pattern.EndsWith("/import", StringComparison.Ordinal)) pattern += "?mode=merge";
        else if (pattern.EndsWith("/diff", StringComparison.Ordinal)) pattern += "?from=2020-01-01T00:00:00Z&to=/";
        var path = pattern.Replace("{key}", key, StringComparison.Ordinal).Replace("{id:guid}", $"{Guid.CreateVersion7()}", StringComparison.Ordinal);
        object? body = route switch
        {
            "POST /api/v1/config" => new { key, value = 1 },
            "POST /api/v1/config/import" => new Dictionary<string, int>(StringComparer.Ordinal) { [key] = 1 },
            "PUT /api/v1/config/{key}" => new { value = 1 },
            "POST /api/v1/config/{key}/rollback" => new { version = 1 },
            "POST /api/v1/config/{key}/reveal" => new { reason = "x" },
            "POST /api/v1/security/encrypt" => new { value = 1 },
            "POST /api/v1/security/decrypt" => new { encrypted_value = world.Encrypted },
            "POST /api/v1/security/grants" => new { account_id = (await world.SignedInAsync("user")).UserId, permission = Read },
            _ => null,
        };
        var request = new HttpRequestMessage(new(method), path);
        if (body is not null) request.Content = System.Net.Http.Json.JsonContent.Create(body);
        return await who.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
    }

    static List<string> RoutesOf(Server server) => [.. Route.Of(server).Select(route => route.Key)
        .Where(route => route.Contains(" /api/v1/config", StringComparison.Ordinal) || route.Contains(" /api/v1/security", StringComparison.Ordinal)).Order(StringComparer.Ordinal)];

    internal sealed record Person(string Name, Client Client, params string[] Rights)
    {
        public bool IsAdmin => Name == "admin";

        public bool HasAny(string right) => IsAdmin || Rights.Any(one => one == right || one.StartsWith($"{right}:", StringComparison.Ordinal));

        public bool Has(string right, string key) => IsAdmin || Rights.Any(one => one == right || (one.StartsWith($"{right}:", StringComparison.Ordinal)
            && one[(right.Length + 1)..] is var prefix && (key == prefix || key.StartsWith($"{prefix}.", StringComparison.Ordinal))));
    }

    /// <summary>Everybody, and an entry for every relation.</summary>
    public sealed class World : ConfigServer
    {
        internal List<Person> Everybody { get; } = [];

        public string Encrypted { get; private set; } = "";

        protected override IReadOnlyDictionary<string, string?> Settings { get; init; } =
            new Dictionary<string, string?>(CaseServer.QuickPasswords, StringComparer.Ordinal) { ["Security:OpensPerMinute"] = "0" };

        public override async Task InitializeAsync()
        {
            await base.InitializeAsync();
            Encrypted = (await (await Admin.PostJsonAsync("/api/v1/security/encrypt", new { value = 1 })).ShouldAnswerAsync(200)).Text("encrypted_value")!;
            Everybody.AddRange([new("anonymous", Anonymous()), new("admin", Admin), new("nobody special", await SignedInAsync("staff")), new("a user", await SignedInAsync("user"))]);
            foreach (var rights in (string[][])[["config:read:app.db"], ["config:write:app.db"], ["config:reveal:app.db"], ["config:read:app.db", "config:write:app.db", "config:reveal:app.db"],
                         ["config:read"], ["config:read:other", "config:write:app.db"], ["security:use"], ["security:manage"]])
            {
                Everybody.Add(new($"granted {string.Join(' ', rights)}", await GrantedAsync(rights), rights));
                Everybody.Add(new($"key {string.Join(' ', rights)}", await KeyAsync(rights), rights));
            }
            Everybody.Add(new("key config:write", await KeyAsync("config:write"), "config:write"));
            Everybody.Add(new("an unrelated key", await KeyAsync("cases:write", "config:readx", "xconfig:read")));
            var late = await SignedInAsync("staff");
            await GrantAsync(late, "config:read", Time.GetUtcNow().AddSeconds(1));
            Time.Advance(TimeSpan.FromSeconds(1));
            Everybody.Add(new("granted until now", late));
        }

        /// <summary>Brings the entries back to where they were.</summary>
        public async Task RestoreAsync()
        {
            foreach (var (key, exists) in Keys)
                if ((await Admin.GetAsync(PathOf(key))).IsSuccessStatusCode != exists)
                    if (exists) await Admin.CreateAsync(key, 1);
                    else await Admin.RemoveAsync(key);
        }
    }
}

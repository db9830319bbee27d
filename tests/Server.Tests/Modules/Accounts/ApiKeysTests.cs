using Consilium.Modules.Accounts.Contracts;

namespace Consilium.Tests.Modules.Accounts;

public sealed class ApiKeysTests : DatabaseTest
{
    const string Path = "/api/v1/api-keys";

    readonly ManualClock clock = new();
    ProbeServer server = null!;
    Client admin = null!;

    public override async Task InitializeAsync()
    {
        await base.InitializeAsync();
        server = await ProbeServer.StartAsync(Database, clock: clock);
        admin = await server.SignInAsync(DemoAccounts.Admin);
    }

    public override async Task DisposeAsync()
    {
        await server.DisposeAsync();
        await base.DisposeAsync();
    }

    [Fact]
    public async Task A_key_is_shown_once_and_kept_as_a_hash()
    {
        var response = await admin.PostJsonAsync(Path, new { name = " bot ", scopes = new[] { "probe:read", "cases:write", "probe:read" }, expires_at = clock.GetUtcNow().AddDays(1) });
        var created = await response.ShouldAnswerAsync(201);

        var key = created.Text("key")!;
        key.ShouldMatch("^cns_[A-Za-z0-9_-]{43}$");
        created.Text("name").ShouldBe("bot");
        created.GetProperty("scopes").EnumerateArray().Select(scope => scope.GetString()).ShouldBe(["cases:write", "probe:read"]);
        created.Id("account_id").ShouldBe(AssistantAccount.Id);
        (await admin.GetJsonAsync(Path)).ToString().ShouldNotContain(key);
        (await Database.ScalarAsync<string>("SELECT to_jsonb(k)::text FROM accounts.api_keys k WHERE id = $1", created.Id()))!.ShouldNotContain(key);
    }

    [Fact]
    public async Task A_key_acts_as_its_account_where_its_scope_is_named_and_nowhere_else()
    {
        using var program = server.WithHeader("X-API-Key", await KeyAsync("probe:read"));

        var caller = await program.GetJsonAsync("/probe/scoped");

        caller.Id("user_id").ShouldBe(AssistantAccount.Id);
        caller.Text("role").ShouldBe("assistant");
        await (await program.GetAsync("/probe/me")).ShouldBeProblemAsync(403, "forbidden");
        await (await program.GetAsync("/probe/staff")).ShouldBeProblemAsync(403, "forbidden");
        await (await program.GetAsync("/api/v1/users/me")).ShouldBeProblemAsync(403, "forbidden");
        await (await program.PostJsonAsync("/api/v1/auth/logout?all=true", null)).ShouldBeProblemAsync(403, "forbidden");
        await (await program.PostJsonAsync("/api/v1/auth/stream-tickets", new { path = "/probe/stream" })).ShouldBeProblemAsync(403, "forbidden");
    }

    [Fact]
    public async Task A_key_without_the_scope_is_refused()
    {
        using var program = server.WithHeader("X-API-Key", await KeyAsync("cases:write"));

        await (await program.GetAsync("/probe/scoped")).ShouldBeProblemAsync(403, "forbidden");
    }

    [Theory]
    [InlineData("probe:part", 200, 403)]
    [InlineData("probe:part:app.db", 200, 403)]
    [InlineData("probe:part:a", 200, 403)]
    [InlineData("probe:partial", 403, 403)]
    [InlineData("probe:read:app.db", 403, 403)]
    [InlineData("probe:read", 403, 200)]
    public async Task A_scope_for_a_part_opens_the_routes_that_take_parts_alone(string scope, int part, int whole)
    {
        using var program = server.WithHeader("X-API-Key", await KeyAsync(scope));

        var answer = await program.GetAsync("/probe/part");

        ((int)answer.StatusCode).ShouldBe(part);
        if (part == 200) (await answer.Content.ReadAsStringAsync()).ShouldContain(scope);
        ((int)(await program.GetAsync("/probe/scoped")).StatusCode).ShouldBe(whole);
    }

    [Fact]
    public async Task A_revoked_key_is_refused_at_once_and_revoking_twice_is_fine()
    {
        var created = await CreateAsync("probe:read");
        using var program = server.WithHeader("X-API-Key", created.Text("key")!);
        await program.GetJsonAsync("/probe/scoped");

        await (await admin.DeleteAsync($"{Path}/{created.Id()}")).ShouldAnswerAsync(204);

        await (await program.GetAsync("/probe/scoped")).ShouldBeProblemAsync(401, "unauthenticated");
        await (await admin.DeleteAsync($"{Path}/{created.Id()}")).ShouldAnswerAsync(204);
        (await admin.GetJsonAsync(Path)).Items().Single(item => item.Id() == created.Id()).Text("revoked_at").ShouldNotBeNull();
    }

    [Fact]
    public async Task A_key_ends_with_its_time()
    {
        var created = await (await admin.PostJsonAsync(Path, new { name = "bot", scopes = new[] { "probe:read" }, expires_at = clock.GetUtcNow().AddHours(1) })).ShouldAnswerAsync(201);
        using var program = server.WithHeader("X-API-Key", created.Text("key")!);
        await program.GetJsonAsync("/probe/scoped");

        clock.Advance(TimeSpan.FromHours(1));

        await (await program.GetAsync("/probe/scoped")).ShouldAnswerAsync(401);
    }

    [Fact]
    public async Task A_key_rests_while_its_account_is_closed()
    {
        var bot = await (await admin.PostJsonAsync("/api/v1/auth/signup", new { email = "bot@example.com", role = "assistant" })).ShouldAnswerAsync(201);
        using var program = server.WithHeader("X-API-Key", await KeyAsync("probe:read", bot.Id()));
        await program.GetJsonAsync("/probe/scoped");

        await (await admin.PutJsonAsync($"/api/v1/users/{bot.Id()}", new { is_active = false })).ShouldAnswerAsync(200);
        await (await program.GetAsync("/probe/scoped")).ShouldAnswerAsync(401);
        await (await admin.PutJsonAsync($"/api/v1/users/{bot.Id()}", new { is_active = true })).ShouldAnswerAsync(200);
        await program.GetJsonAsync("/probe/scoped");
    }

    [Theory]
    [InlineData("cns_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    [InlineData("cns_")]
    [InlineData("x")]
    public async Task An_unknown_key_is_a_401(string key)
    {
        using var program = server.WithHeader("X-API-Key", key);

        var response = await program.GetAsync("/probe/scoped");

        await response.ShouldBeProblemAsync(401, "unauthenticated");
        response.Headers.WwwAuthenticate.ToString().ShouldBe("Bearer error=\"invalid_token\"");
    }

    [Fact]
    public async Task A_key_is_no_access_token_and_no_query_parameter_and_a_token_is_no_key()
    {
        var key = await KeyAsync("probe:read");
        using var asToken = server.WithHeader("Authorization", $"Bearer {key}");
        using var asKey = server.WithHeader("X-API-Key", admin.AccessToken);
        using var anyone = server.Anonymous();

        await (await asToken.GetAsync("/probe/scoped")).ShouldAnswerAsync(401);
        await (await asKey.GetAsync("/probe/scoped")).ShouldAnswerAsync(401);
        await (await anyone.GetAsync($"/probe/scoped?api_key={key}&ticket={key}&X-API-Key={key}")).ShouldAnswerAsync(401);
    }

    [Fact]
    public async Task Lists_come_newest_first_by_pages()
    {
        var made = new List<Guid>();
        for (var i = 0; i < 5; i++)
        {
            clock.Advance(TimeSpan.FromSeconds(1));
            made.Add((await CreateAsync("probe:read")).Id());
        }

        var first = await admin.GetJsonAsync($"{Path}?limit=3");
        var second = await admin.GetJsonAsync($"{Path}?limit=3&cursor={first.Text("next_cursor")}");

        first.Items().Concat(second.Items()).Select(item => item.Id()).ShouldBe([.. Enumerable.Reverse(made), DemoApiKey.Id]);
        second.Text("next_cursor").ShouldBeNull();
    }

    [Fact]
    public async Task Only_admins_have_to_do_with_keys()
    {
        using var staff = await server.SignInAsync(DemoAccounts.Staff);
        using var anyone = server.Anonymous();
        foreach (var (client, status) in new[] { (staff, 403), (anyone, 401) })
        {
            await (await client.GetAsync(Path)).ShouldAnswerAsync(status);
            await (await client.PostJsonAsync(Path, new { name = "x", scopes = new[] { "a:b" } })).ShouldAnswerAsync(status);
            await (await client.DeleteAsync($"{Path}/{Guid.CreateVersion7()}")).ShouldAnswerAsync(status);
        }
    }

    [Theory]
    [InlineData("""{}""", "name", "scopes")]
    [InlineData("""{"name":"x","scopes":[]}""", "scopes")]
    [InlineData("""{"name":"x","scopes":[null]}""", "scopes")]
    [InlineData("""{"name":"x","scopes":["everything"]}""", "scopes")]
    [InlineData("""{"name":"x","scopes":["*"]}""", "scopes")]
    [InlineData("""{"name":"x","scopes":["*:*"]}""", "scopes")]
    [InlineData("""{"name":"x","scopes":["a:b:"]}""", "scopes")]
    [InlineData("""{"name":"x","scopes":["a:b:.x"]}""", "scopes")]
    [InlineData("""{"name":"x","scopes":["a:b:x..y"]}""", "scopes")]
    [InlineData("""{"name":"x","scopes":["a:b:x."]}""", "scopes")]
    [InlineData("""{"name":"x","scopes":["a:b:x:y"]}""", "scopes")]
    [InlineData("""{"name":"x","scopes":["a:b:*"]}""", "scopes")]
    [InlineData("""{"name":"x","scopes":["a:b:x y"]}""", "scopes")]
    [InlineData("""{"name":"x","scopes":["a:b"],"expires_at":"2001-01-01T00:00:00Z"}""", "expires_at")]
    [InlineData("""{"name":"x","scopes":["a:b"],"account_id":"0198c5a0-0000-7000-8000-000000000000"}""", "account_id")]
    public async Task What_is_missing_or_wrong_is_named(string body, params string[] fields) =>
        await (await admin.PostJsonAsync(Path, body)).ShouldRefuseFieldsAsync(fields);

    [Fact]
    public async Task An_unknown_key_cannot_be_revoked() => await (await admin.DeleteAsync($"{Path}/{Guid.CreateVersion7()}")).ShouldBeProblemAsync(404, "not_found");

    async Task<System.Text.Json.JsonElement> CreateAsync(string scope, Guid? account = null) =>
        await (await admin.PostJsonAsync(Path, new { name = "bot", scopes = new[] { scope }, account_id = account })).ShouldAnswerAsync(201);

    async Task<string> KeyAsync(string scope, Guid? account = null) => (await CreateAsync(scope, account)).Text("key")!;
}

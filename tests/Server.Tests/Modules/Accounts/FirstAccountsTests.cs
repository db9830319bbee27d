using Consilium.Modules.Accounts.Contracts;

namespace Consilium.Tests.Modules.Accounts;

public sealed class FirstAccountsTests : DatabaseTest
{
    const string Password = "vellum thicket orbit quay";

    [Fact]
    public async Task Production_starts_with_the_admin_of_its_configuration_and_the_assistant_alone()
    {
        await using (var server = await ProbeServer.StartAsync(Database, "Production", settings: [("Admin:Email", "boss@example.com"), ("Admin:Password", Password)]))
        {
            using var admin = await server.SignInAsync("boss@example.com", Password);
            (await admin.GetJsonAsync("/api/v1/users")).Items().Select(user => user.Text("role")).ShouldBe(["assistant", "admin"], ignoreOrder: true);
        }
        await using var again = await ProbeServer.StartAsync(Database, "Production", settings: [("Admin:Email", "other@example.com"), ("Admin:Password", "short")]);
        (await again.SignInAsync("boss@example.com", Password)).Dispose();
    }

    [Fact]
    public async Task Production_starts_without_any_admin_when_none_is_given()
    {
        await using var server = await ProbeServer.StartAsync(Database, "Production");

        (await Database.ColumnAsync<string>("SELECT role FROM accounts.users")).ShouldBe(["assistant"]);
    }

    [Theory]
    [InlineData("no address", Password, "Admin:Email")]
    [InlineData("boss@example.com", "password1", "Admin:Password")]
    [InlineData("boss@example.com", "passwordpassword", "Admin:Password")]
    public async Task A_first_admin_that_cannot_be_is_explained(string email, string password, string setting) =>
        (await Should.ThrowAsync<InvalidOperationException>(() => ProbeServer.StartAsync(Database, "Production", settings: [("Admin:Email", email), ("Admin:Password", password)])))
            .Message.ShouldContain(setting);

    [Fact]
    public async Task Production_refuses_to_start_with_the_demo_accounts()
    {
        await (await ProbeServer.StartAsync(Database)).DisposeAsync();

        var refusal = await Should.ThrowAsync<InvalidOperationException>(() => ProbeServer.StartAsync(Database, "Production"));

        refusal.Message.ShouldContain("demo accounts");
    }

    [Fact]
    public async Task Development_has_the_demo_key_and_a_revoked_one_stays_revoked()
    {
        await using (var first = await ProbeServer.StartAsync(Database))
        {
            using var program = first.WithHeader("X-API-Key", DemoApiKey.Key);
            await (await program.GetAsync("/probe/scoped")).ShouldBeProblemAsync(403, "forbidden"); // known, with another scope
            (await Database.ColumnAsync<string[]>("SELECT scopes FROM accounts.api_keys")).ShouldHaveSingleItem().ShouldBe([DemoApiKey.Scope]);
            using var admin = await first.SignInAsync(DemoAccounts.Admin);
            await (await admin.DeleteAsync($"/api/v1/api-keys/{DemoApiKey.Id}")).ShouldAnswerAsync(204);
        }
        await using var second = await ProbeServer.StartAsync(Database);
        using var refused = second.WithHeader("X-API-Key", DemoApiKey.Key);
        await (await refused.GetAsync("/probe/scoped")).ShouldBeProblemAsync(401, "unauthenticated");
    }

    [Theory]
    [InlineData("Production")]
    [InlineData("Staging")]
    public async Task No_other_environment_starts_with_the_demo_key(string environment)
    {
        await (await ProbeServer.StartAsync(Database)).DisposeAsync();
        await Database.ExecuteAsync("UPDATE accounts.users SET is_demo = false");

        var refusal = await Should.ThrowAsync<InvalidOperationException>(() => ProbeServer.StartAsync(Database, environment));

        refusal.Message.ShouldContain("demo API key");
    }

    [Theory]
    [InlineData("Production")]
    [InlineData("Staging")]
    public async Task No_other_environment_accepts_the_demo_key_that_a_development_server_brings_in_later(string environment)
    {
        await using var production = await ProbeServer.StartAsync(Database, environment);
        await using var development = await ProbeServer.StartAsync(Database);
        using var there = development.WithHeader("X-API-Key", DemoApiKey.Key);
        using var here = production.WithHeader("X-API-Key", DemoApiKey.Key);

        await (await there.GetAsync("/probe/scoped")).ShouldBeProblemAsync(403, "forbidden");
        await (await here.GetAsync("/probe/scoped")).ShouldBeProblemAsync(401, "unauthenticated");
    }

    [Fact]
    public async Task Hashing_cannot_be_weakened_in_Production() => (await Should.ThrowAsync<InvalidOperationException>(() =>
        ProbeServer.StartAsync(Database, "Production", settings: [("Accounts:PasswordIterations", "1000")]))).Message.ShouldContain("210000");

    [Fact]
    public async Task A_second_start_changes_nothing_and_keeps_the_keys()
    {
        string access;
        await using (var first = await ProbeServer.StartAsync(Database))
        {
            using var user = await first.SignInAsync(DemoAccounts.User);
            access = user.AccessToken;
        }
        var before = await RowsAsync();

        await using var second = await ProbeServer.StartAsync(Database);

        (await RowsAsync()).ShouldBe(before);
        using var still = second.WithHeader("Authorization", $"Bearer {access}");
        (await still.GetJsonAsync("/probe/me")).Id("user_id").ShouldBe(DemoAccounts.User.Id);
    }

    [Fact]
    public async Task The_published_example_signs_up_and_logs_in_on_a_new_database_and_on_one_from_before()
    {
        const string body = """{"email":"user@example.com","password":"password"}""";
        await (await ProbeServer.StartAsync(Database)).DisposeAsync();
        await Database.ExecuteAsync("UPDATE accounts.users SET email = 'user@example.com', email_key = 'user@example.com' WHERE id = $1", DemoAccounts.User.Id); // as it was once

        await using var server = await ProbeServer.StartAsync(Database);

        using var anyone = server.Anonymous();
        await (await anyone.PostJsonAsync("/auth/login", """{"username":"user@example.com","password":"password123"}""")).ShouldBeProblemAsync(401, "invalid_credentials");
        var created = await (await anyone.PostJsonAsync("/auth/signup", body)).ShouldAnswerAsync(201);
        (created.Text("email"), created.Text("role")).ShouldBe(("user@example.com", "user"));
        using var person = await server.SignInAsync("user@example.com", "password");
        (await person.GetJsonAsync("/probe/me")).Id("user_id").ShouldBe(created.Id());
        using var demo = await server.SignInAsync("customer@example.com", "password123");
        (await demo.GetJsonAsync("/probe/me")).Id("user_id").ShouldBe(DemoAccounts.User.Id);
    }

    [Fact]
    public async Task A_demo_user_from_before_keeps_the_old_address_where_somebody_has_the_new_one()
    {
        await using (var first = await ProbeServer.StartAsync(Database))
        {
            await Database.ExecuteAsync("UPDATE accounts.users SET email = 'user@example.com', email_key = 'user@example.com' WHERE id = $1", DemoAccounts.User.Id);
            using var anyone = first.Anonymous();
            await (await anyone.PostJsonAsync("/auth/signup", new { email = "Customer@example.com", password = Password })).ShouldAnswerAsync(201);
        }

        await using var second = await ProbeServer.StartAsync(Database);

        (await second.SignInAsync("user@example.com", "password123")).Dispose();
        (await second.SignInAsync("customer@example.com", Password)).Dispose();
    }

    [Fact]
    public async Task The_password_of_the_published_example_is_refused_in_Production()
    {
        await using var server = await ProbeServer.StartAsync(Database, "Production", settings: [("Accounts:MinimumPasswordLength", "8")]);
        using var anyone = server.Anonymous();
        await (await anyone.PostJsonAsync("/auth/signup", """{"email":"user@example.com","password":"password"}""")).ShouldRefuseFieldsAsync("password");
    }

    [Fact]
    public async Task Another_master_key_refuses_to_start_in_a_plain_sentence()
    {
        await (await ProbeServer.StartAsync(Database)).DisposeAsync();

        var refusal = await Should.ThrowAsync<InvalidOperationException>(() =>
            ProbeServer.StartAsync(Database, settings: [("Security:MasterKey", Convert.ToBase64String(new byte[32]))]));

        refusal.Message.ShouldContain("master key");
    }

    [Fact]
    public async Task Servers_that_start_at_once_make_one_key_and_one_set_of_accounts()
    {
        var servers = await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => ProbeServer.StartAsync(Database)));
        foreach (var server in servers) await server.DisposeAsync();

        (await Database.ScalarAsync<long>("SELECT count(*) FROM accounts.signing_keys")).ShouldBe(1);
        (await Database.ScalarAsync<long>("SELECT count(*) FROM accounts.users")).ShouldBe(DemoAccounts.All.Count + 1);
        (await Database.ScalarAsync<long>("SELECT count(*) FROM accounts.api_keys")).ShouldBe(1);
    }

    [Fact]
    public async Task Signing_keys_lie_in_the_database_wrapped()
    {
        await using var server = await ProbeServer.StartAsync(Database);
        var key = (Consilium.Modules.Accounts.KeyRing)server.Services.GetService(typeof(Consilium.Modules.Accounts.KeyRing))!;

        var wrapped = Convert.ToHexString((await Database.ScalarAsync<byte[]>("SELECT wrapped FROM accounts.signing_keys"))!);

        wrapped.ShouldNotContain(Convert.ToHexString(key.Current.ExportPrivateKey().AsSpan(0, 16)));
    }

    Task<List<string>> RowsAsync() => Database.ColumnAsync<string>("SELECT to_jsonb(u)::text FROM accounts.users u UNION ALL SELECT to_jsonb(k)::text FROM accounts.signing_keys k UNION ALL SELECT to_jsonb(a)::text FROM accounts.api_keys a ORDER BY 1");
}

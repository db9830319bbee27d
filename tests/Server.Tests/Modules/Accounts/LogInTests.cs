using System.Net.Http.Headers;
using System.Text;
using Consilium.Modules.Accounts.Contracts;

namespace Consilium.Tests.Modules.Accounts;

public sealed class LogInTests : IAsyncLifetime
{
    const int Attempts = 5;

    readonly ManualClock clock = new();
    Server server = null!;
    Client anyone = null!;

    public async Task InitializeAsync()
    {
        server = await Server.StartAsync(clock: clock);
        anyone = server.Anonymous();
    }

    public async Task DisposeAsync() => await server.DisposeAsync();

    [Theory]
    [InlineData("/auth/login")]
    [InlineData("/api/v1/auth/login")]
    public async Task A_login_by_JSON_answers_the_tokens_and_who_one_is(string path)
    {
        var answer = await (await anyone.PostJsonAsync(path, new { username = "DOCTOR@example.com", password = "doctor123", remember = true })).ShouldAnswerAsync(200);

        answer.EnumerateObject().Select(member => member.Name).ShouldBe(
            ["access_token", "refresh_token", "token_type", "expires_in", "user_id", "role", "profile_id"]);
        answer.Text("token_type").ShouldBe("bearer");
        answer.Number("expires_in").ShouldBeInRange(1, 1800);
        answer.Text("role").ShouldBe("doctor");
        answer.Id("user_id").ShouldBe(DemoAccounts.Doctor.Id);
        answer.Id("profile_id").ShouldBe(DemoAccounts.Doctor.Id);
    }

    [Theory]
    [InlineData("/auth/login")]
    [InlineData("/api/v1/auth/login")]
    public async Task A_login_by_form_is_the_same(string path)
    {
        var answer = await (await PostFormAsync(path, "grant_type=password&username=staff%40example.com&password=staff123")).ShouldAnswerAsync(200);

        answer.Text("role").ShouldBe("staff");
        answer.GetProperty("profile_id").ValueKind.ShouldBe(System.Text.Json.JsonValueKind.Null);
    }

    [Fact]
    public async Task All_demo_accounts_log_in()
    {
        foreach (var demo in DemoAccounts.All)
        {
            using var client = await server.SignInAsync(demo.Email, demo.Password);
            var me = await client.GetJsonAsync("/api/v1/users/me");
            me.Text("role").ShouldBe(demo.Role.Wire());
            me.Text("name").ShouldBe(demo.Name);
        }
    }

    [Fact]
    public async Task An_unknown_user_a_wrong_password_a_closed_account_and_an_assistant_get_the_same_answer()
    {
        await server.Database.ExecuteAsync("UPDATE accounts.users SET is_active = false WHERE email = 'patient@example.com'");
        await server.Database.ExecuteAsync("UPDATE accounts.users SET email = 'assistant@example.com' WHERE role = 'assistant'");

        var bodies = new HashSet<string>();
        foreach (var (email, password) in new[]
        {
            ("nobody@example.com", "password1"), ("customer@example.com", "wrong password"), ("patient@example.com", "patient123"), ("assistant@example.com", "anything"),
        })
        {
            var response = await anyone.PostJsonAsync("/auth/login", new { username = email, password });
            var problem = await response.ShouldBeProblemAsync(401, "invalid_credentials");
            response.Headers.WwwAuthenticate.ToString().ShouldBe("Bearer");
            bodies.Add(problem.ToString().Replace(problem.Text("trace_id")!, "", StringComparison.Ordinal));
        }
        bodies.ShouldHaveSingleItem();
        (await server.Database.ScalarAsync<long>("SELECT count(*) FROM audit.entries WHERE action = 'session.refused'")).ShouldBe(4);
    }

    [Theory]
    [InlineData("customer@example.com", "password123")]
    [InlineData("nobody@example.com", "password123")]
    public async Task After_five_failures_in_a_row_even_the_right_password_waits(string email, string password)
    {
        for (var i = 0; i < Attempts; i++) await (await LogInAsync(email, "wrong password")).ShouldAnswerAsync(401);

        var refused = await LogInAsync(email.ToUpperInvariant(), password);

        await refused.ShouldBeProblemAsync(429, "too_many_failed_logins");
        refused.Headers.RetryAfter!.Delta.ShouldBe(TimeSpan.FromSeconds(5));
        clock.Advance(TimeSpan.FromSeconds(5));
        await (await LogInAsync(email, "wrong password")).ShouldAnswerAsync(401);
        (await LogInAsync(email, password)).Headers.RetryAfter!.Delta.ShouldBe(TimeSpan.FromSeconds(10));
    }

    [Fact]
    public async Task A_success_begins_the_count_anew()
    {
        for (var round = 0; round < 3; round++)
        {
            for (var i = 0; i < Attempts - 1; i++) await (await LogInAsync("customer@example.com", "wrong password")).ShouldAnswerAsync(401);
            await (await LogInAsync("customer@example.com", "password123")).ShouldAnswerAsync(200);
        }
    }

    [Fact]
    public async Task After_twenty_failures_the_address_waits_whoever_is_tried_and_a_quarter_of_an_hour_forgets_them()
    {
        for (var i = 0; i < 20; i++) await (await LogInAsync($"nobody{i}@example.com", "wrong password")).ShouldAnswerAsync(401);

        await (await LogInAsync("customer@example.com", "password123")).ShouldBeProblemAsync(429, "too_many_failed_logins");
        clock.Advance(TimeSpan.FromSeconds(5));
        await (await LogInAsync("customer@example.com", "password123")).ShouldAnswerAsync(200);
        clock.Advance(TimeSpan.FromMinutes(16));
        await (await LogInAsync("nobody@example.com", "wrong password")).ShouldAnswerAsync(401);
        await (await LogInAsync("customer@example.com", "password123")).ShouldAnswerAsync(200);
    }

    [Fact]
    public async Task Another_server_knows_the_failures_too()
    {
        var other = await Server.StartAsync(clock: clock, sharedDatabase: server.Database, settings: await SameMasterKeyAsync());
        try
        {
            for (var i = 0; i < Attempts; i++) await (await LogInAsync("customer@example.com", "wrong password")).ShouldAnswerAsync(401);

            using var there = other.Anonymous();
            await (await there.PostJsonAsync("/auth/login", new { username = "customer@example.com", password = "password123" })).ShouldAnswerAsync(429);
        }
        finally
        {
            await other.DisposeAsync();
        }
    }

    [Fact]
    public async Task Many_guesses_at_once_do_not_slip_past_the_count()
    {
        var answers = await Task.WhenAll(Enumerable.Range(0, 30).Select(i => LogInAsync("customer@example.com", $"wrong password {i}")));

        answers.Count(answer => (int)answer.StatusCode == 401).ShouldBe(Attempts);
        answers.Count(answer => (int)answer.StatusCode == 429).ShouldBe(30 - Attempts);
    }

    [Fact]
    public async Task An_outdated_hash_is_renewed_at_login()
    {
        var weak = await new Consilium.Modules.Accounts.PasswordHashing(iterations: 10).HashAsync("password123", default);
        await server.Database.ExecuteAsync("UPDATE accounts.users SET password_hash = $1 WHERE email = 'customer@example.com'", weak);

        await (await LogInAsync("customer@example.com", "password123")).ShouldAnswerAsync(200);

        (await server.Database.ScalarAsync<string>("SELECT password_hash FROM accounts.users WHERE email = 'customer@example.com'")).ShouldNotBe(weak);
        await (await LogInAsync("customer@example.com", "password123")).ShouldAnswerAsync(200);
    }

    [Theory]
    [InlineData("""{}""", "username", "password")]
    [InlineData("""{"username":"a@example.com"}""", "password")]
    [InlineData("""{"username":null,"password":"x"}""", "username")]
    public async Task What_is_missing_is_named(string body, params string[] fields) =>
        await (await anyone.PostJsonAsync("/auth/login", body)).ShouldRefuseFieldsAsync(fields);

    [Theory]
    [InlineData("username=a%40example.com", 400)]
    [InlineData("username=%00&password=x", 400)]
    [InlineData("username=%ff%fe&password=x", 401)]
    [InlineData("", 400)]
    [InlineData("&&&===%%%", 400)]
    public async Task A_form_that_says_too_little_is_refused(string form, int status) => await (await PostFormAsync("/auth/login", form)).ShouldAnswerAsync(status);

    [Fact]
    public async Task A_form_of_unreasonable_size_is_refused()
    {
        var response = await PostFormAsync("/auth/login", "username=a&password=" + new string('x', 20_000));

        ((int)response.StatusCode).ShouldBe(413);
    }

    [Theory]
    [InlineData("text/plain")]
    [InlineData("multipart/form-data; boundary=x")]
    public async Task Another_content_type_is_a_415(string type)
    {
        var content = new StringContent("username=a&password=b");
        content.Headers.ContentType = MediaTypeHeaderValue.Parse(type);

        await (await anyone.PostAsync("/auth/login", content)).ShouldBeProblemAsync(415, "unsupported_media_type");
    }

    Task<HttpResponseMessage> LogInAsync(string email, string password) => anyone.PostJsonAsync("/auth/login", new { username = email, password });

    Task<HttpResponseMessage> PostFormAsync(string path, string form) =>
        anyone.PostAsync(path, new StringContent(form, Encoding.UTF8, "application/x-www-form-urlencoded"));

    // A second server needs the master key that the first one made in its data directory.
    Task<Dictionary<string, string?>> SameMasterKeyAsync()
    {
        var settings = (Consilium.Platform.Database.DatabaseSettings)server.Services.GetService(typeof(Consilium.Platform.Database.DatabaseSettings))!;
        return Task.FromResult(new Dictionary<string, string?>(StringComparer.Ordinal) { ["Security:MasterKeyFile"] = Path.Combine(settings.DataDirectory, "keys", "master.key") });
    }
}

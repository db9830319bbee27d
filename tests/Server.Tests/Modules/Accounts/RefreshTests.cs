
namespace Consilium.Tests.Modules.Accounts;

public sealed class RefreshTests : IAsyncLifetime
{
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
    [InlineData("/auth/refresh")]
    [InlineData("/api/v1/auth/refresh")]
    public async Task A_refresh_answers_the_login_shape_with_a_new_pair(string path)
    {
        using var user = await server.SignInAsync("customer@example.com", "password123");

        var answer = await (await anyone.PostJsonAsync(path, new { refresh_token = user.RefreshToken })).ShouldAnswerAsync(200);

        answer.EnumerateObject().Select(member => member.Name).ShouldBe(
            ["access_token", "refresh_token", "token_type", "expires_in", "user_id", "role", "profile_id"]);
        answer.Text("refresh_token").ShouldNotBe(user.RefreshToken);
        (await MeAsync(answer.Text("access_token")!)).ShouldBe(200);
        (await MeAsync(user.AccessToken)).ShouldBe(200);
    }

    [Fact]
    public async Task A_lost_answer_can_be_asked_for_again_within_ten_seconds()
    {
        using var user = await server.SignInAsync("customer@example.com", "password123");
        var first = await RefreshAsync(user.RefreshToken);

        clock.Advance(TimeSpan.FromSeconds(10));
        var again = await RefreshAsync(user.RefreshToken);

        again.ShouldBe(first);
        await RefreshAsync(first);
    }

    [Fact]
    public async Task A_used_token_ends_the_session_after_ten_seconds()
    {
        using var user = await server.SignInAsync("customer@example.com", "password123");
        var successor = await RefreshAsync(user.RefreshToken);

        clock.Advance(TimeSpan.FromSeconds(11));

        await RefusedAsync(user.RefreshToken);
        await RefusedAsync(successor);
        (await MeAsync(user.AccessToken)).ShouldBe(401);
        (await server.Database.ScalarAsync<string>("SELECT end_reason FROM accounts.sessions WHERE user_id = $1", user.UserId)).ShouldBe("refresh token used twice");
    }

    [Fact]
    public async Task A_used_token_ends_the_session_once_its_successor_is_used_too()
    {
        using var user = await server.SignInAsync("customer@example.com", "password123");
        var second = await RefreshAsync(user.RefreshToken);
        var third = await RefreshAsync(second);

        await RefusedAsync(user.RefreshToken);
        await RefusedAsync(third);
    }

    [Fact]
    public async Task The_end_of_one_session_leaves_the_others()
    {
        using var thief = await server.SignInAsync("customer@example.com", "password123");
        using var other = await server.SignInAsync("customer@example.com", "password123");
        await RefreshAsync(thief.RefreshToken);
        clock.Advance(TimeSpan.FromSeconds(11));

        await RefusedAsync(thief.RefreshToken);

        (await MeAsync(other.AccessToken)).ShouldBe(200);
        await RefreshAsync(other.RefreshToken);
    }

    [Fact]
    public async Task Of_many_at_once_all_get_the_same_successor()
    {
        using var user = await server.SignInAsync("customer@example.com", "password123");

        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => RefreshAsync(user.RefreshToken)));

        answers.Distinct().ShouldHaveSingleItem();
        (await server.Database.ScalarAsync<long>("SELECT count(*) FROM accounts.refresh_tokens t JOIN accounts.sessions s ON s.id = t.session_id WHERE s.user_id = $1", user.UserId)).ShouldBe(2);
    }

    [Theory]
    [InlineData("staff@example.com", "staff123")]
    [InlineData("doctor@example.com", "doctor123")]
    [InlineData("hospital@example.com", "hospital123")]
    [InlineData("admin@example.com", "admin123")]
    public async Task Who_sees_others_data_is_out_after_an_idle_hour_and_after_a_day_in_any_case(string email, string password)
    {
        using var idle = await server.SignInAsync(email, password);
        using var busy = await server.SignInAsync(email, password);
        var token = busy.RefreshToken;
        for (var hour = 0; hour < 23; hour++)
        {
            clock.Advance(TimeSpan.FromMinutes(59));
            token = await RefreshAsync(token);
        }

        await RefusedAsync(idle.RefreshToken);
        clock.Advance(TimeSpan.FromMinutes(59));
        token = await RefreshAsync(token);
        clock.Advance(TimeSpan.FromMinutes(25));
        await RefusedAsync(token);
    }

    [Fact]
    public async Task Users_stay_signed_in_for_weeks_but_at_most_thirty_days()
    {
        using var user = await server.SignInAsync("customer@example.com", "password123");
        clock.Advance(TimeSpan.FromDays(13));
        var token = await RefreshAsync(user.RefreshToken);
        clock.Advance(TimeSpan.FromDays(13));
        token = await RefreshAsync(token);
        clock.Advance(TimeSpan.FromDays(4));

        await RefusedAsync(token);
    }

    [Fact]
    public async Task Tokens_are_kept_as_hashes_alone()
    {
        using var user = await server.SignInAsync("customer@example.com", "password123");

        var rows = await server.Database.ScalarAsync<string>("SELECT string_agg(to_jsonb(t)::text, ' ') FROM accounts.refresh_tokens t");

        rows.ShouldNotBeNull().ShouldNotContain(user.RefreshToken);
    }

    [Theory]
    [InlineData("unknown")]
    [InlineData("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    public async Task An_unknown_token_is_a_401(string token) => await RefusedAsync(token);

    [Fact]
    public async Task An_access_token_is_no_refresh_token()
    {
        using var user = await server.SignInAsync("customer@example.com", "password123");

        await (await anyone.PostJsonAsync("/auth/refresh", new { refresh_token = user.AccessToken })).ShouldRefuseFieldsAsync("refresh_token");
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"refresh_token":""}""")]
    public async Task A_missing_token_is_named(string body) => await (await anyone.PostJsonAsync("/auth/refresh", body)).ShouldRefuseFieldsAsync("refresh_token");

    async Task<string> RefreshAsync(string token) =>
        (await (await anyone.PostJsonAsync("/auth/refresh", new { refresh_token = token })).ShouldAnswerAsync(200)).Text("refresh_token")!;

    async Task RefusedAsync(string token)
    {
        var response = await anyone.PostJsonAsync("/auth/refresh", new { refresh_token = token });
        await response.ShouldBeProblemAsync(401, "invalid_refresh_token");
        response.Headers.WwwAuthenticate.ToString().ShouldBe("Bearer");
    }

    async Task<int> MeAsync(string accessToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/v1/users/me") { Headers = { Authorization = new("Bearer", accessToken) } };
        return (int)(await anyone.SendAsync(request)).StatusCode;
    }
}

using Consilium.Modules.Accounts.Contracts;

namespace Consilium.Tests.Modules.Accounts;

/// <summary>Two servers on one database: what ends at one ends at the other within a second, streams included.</summary>
public sealed class SessionEndTests : DatabaseTest
{
    readonly ManualClock clock = new();
    ProbeServer here = null!;
    ProbeServer there = null!;

    public override async Task InitializeAsync()
    {
        await base.InitializeAsync();
        here = await ProbeServer.StartAsync(Database, clock: clock);
        there = await ProbeServer.StartAsync(Database, clock: clock);
    }

    public override async Task DisposeAsync()
    {
        await here.DisposeAsync();
        await there.DisposeAsync();
        await base.DisposeAsync();
    }

    [Theory]
    [InlineData("logout")]
    [InlineData("logout everywhere")]
    [InlineData("password")]
    [InlineData("closed account")]
    public async Task A_session_that_ends_here_ends_at_once_here_and_soon_there_with_its_streams(string how)
    {
        using var user = await here.SignInAsync(DemoAccounts.User);
        using var userThere = there.Here(user);
        using var streamHere = await OpenStream.OpenAsync(user, "/probe/stream");
        using var streamThere = await OpenStream.OpenAsync(userThere, "/probe/stream");
        await userThere.GetJsonAsync("/probe/me");

        await EndAsync(how, user);

        await (await user.GetAsync("/probe/me")).ShouldAnswerAsync(401);
        (await streamHere.NextLineAsync()).ShouldBe("ended");
        (await streamThere.NextLineAsync()).ShouldBe("ended");
        await (await userThere.GetAsync("/probe/me")).ShouldAnswerAsync(401);
    }

    [Fact]
    public async Task A_revoked_key_ends_soon_there()
    {
        using var admin = await here.SignInAsync(DemoAccounts.Admin);
        var created = await (await admin.PostJsonAsync("/api/v1/api-keys", new { name = "bot", scopes = new[] { "probe:read" } })).ShouldAnswerAsync(201);
        using var program = there.WithHeader("X-API-Key", created.Text("key")!);
        await program.GetJsonAsync("/probe/scoped");

        await (await admin.DeleteAsync($"/api/v1/api-keys/{created.Id()}")).ShouldAnswerAsync(204);

        await Eventually.BecomesAsync(401, async () => (int)(await program.GetAsync("/probe/scoped")).StatusCode);
    }

    [Fact]
    public async Task A_new_name_is_known_at_once_here_and_soon_there_and_streams_go_on()
    {
        using var user = await here.SignInAsync(DemoAccounts.User);
        using var userThere = there.Here(user);
        using var stream = await OpenStream.OpenAsync(userThere, "/probe/stream");
        await userThere.GetJsonAsync("/probe/me");

        await (await user.PutJsonAsync("/api/v1/users/me", new { name = "New name" })).ShouldAnswerAsync(200);

        (await user.GetJsonAsync("/probe/me")).Text("name").ShouldBe("New name");
        await Eventually.BecomesAsync("New name", async () => (await userThere.GetJsonAsync("/probe/me")).Text("name"));
        await (await user.PostJsonAsync("/auth/logout", null)).ShouldAnswerAsync(204);
        (await stream.NextLineAsync()).ShouldBe("ended");
    }

    [Fact]
    public async Task A_stream_outlives_its_access_token_but_not_its_session()
    {
        using var user = await here.SignInAsync(DemoAccounts.User);
        using var stream = await OpenStream.OpenAsync(user, "/probe/stream");

        clock.Advance(TimeSpan.FromDays(13));
        await (await user.GetAsync("/probe/me")).ShouldAnswerAsync(401);
        var next = stream.NextLineAsync();
        var refreshed = await (await user.PostJsonAsync("/auth/refresh", new { refresh_token = user.RefreshToken })).ShouldAnswerAsync(200);
        next.IsCompleted.ShouldBeFalse();

        clock.Advance(TimeSpan.FromDays(13));
        await (await user.PostJsonAsync("/auth/refresh", new { refresh_token = refreshed.Text("refresh_token") })).ShouldAnswerAsync(200);
        next.IsCompleted.ShouldBeFalse();

        clock.Advance(TimeSpan.FromDays(5));
        (await next).ShouldBe("ended");
    }

    async Task EndAsync(string how, Client user)
    {
        switch (how)
        {
            case "logout":
                await (await user.PostJsonAsync("/auth/logout", null)).ShouldAnswerAsync(204);
                break;
            case "logout everywhere":
                using (var second = await here.SignInAsync(DemoAccounts.User)) await (await second.PostJsonAsync("/auth/logout?all=true", null)).ShouldAnswerAsync(204);
                break;
            case "password":
                using (var second = await here.SignInAsync(DemoAccounts.User))
                    await (await second.PostJsonAsync("/api/v1/auth/change-password", new { old_password = "password123", new_password = "password456" })).ShouldAnswerAsync(204);
                break;
            default:
                using (var admin = await here.SignInAsync(DemoAccounts.Admin)) await (await admin.PutJsonAsync($"/api/v1/users/{user.UserId}", new { is_active = false })).ShouldAnswerAsync(200);
                break;
        }
    }
}

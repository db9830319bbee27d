
namespace Consilium.Tests.Modules.Accounts;

public sealed class LogOutTests(Server server) : IClassFixture<Server>
{
    [Theory]
    [InlineData("/auth/logout")]
    [InlineData("/api/v1/auth/logout")]
    public async Task A_logout_ends_this_session_alone(string path)
    {
        using var user = await server.SignedInAsync("user");
        using var other = await server.SignInAsync(user.Email, "several plain words 7");

        var answer = await user.PostJsonAsync(path, null);
        await answer.ShouldAnswerAsync(204);
        answer.Headers.GetValues("Clear-Site-Data").ShouldBe(["\"cache\", \"cookies\", \"storage\""]);

        await (await user.GetAsync("/api/v1/users/me")).ShouldBeProblemAsync(401, "unauthenticated");
        await (await user.PostJsonAsync("/auth/refresh", new { refresh_token = user.RefreshToken })).ShouldAnswerAsync(401);
        await (await other.GetAsync("/api/v1/users/me")).ShouldAnswerAsync(200);
    }

    [Fact]
    public async Task With_all_every_session_of_the_account_ends_and_nobody_elses()
    {
        using var user = await server.SignedInAsync("user");
        using var other = await server.SignInAsync(user.Email, "several plain words 7");
        using var stranger = await server.SignedInAsync("user");

        await (await user.PostJsonAsync("/api/v1/auth/logout?all=true", null)).ShouldAnswerAsync(204);

        await (await user.GetAsync("/api/v1/users/me")).ShouldAnswerAsync(401);
        await (await other.GetAsync("/api/v1/users/me")).ShouldAnswerAsync(401);
        await (await stranger.GetAsync("/api/v1/users/me")).ShouldAnswerAsync(200);
    }

    [Fact]
    public async Task Nobody_logs_out_without_a_session()
    {
        using var anyone = server.Anonymous();

        await (await anyone.PostJsonAsync("/auth/logout", null)).ShouldBeProblemAsync(401, "unauthenticated");
    }

    [Fact]
    public async Task A_value_that_is_no_boolean_is_a_400()
    {
        using var user = await server.SignedInAsync("user");

        await (await user.PostJsonAsync("/auth/logout?all=perhaps", null)).ShouldRefuseFieldsAsync("all");
        await (await user.GetAsync("/api/v1/users/me")).ShouldAnswerAsync(200);
    }
}


namespace Consilium.Tests.Modules.Accounts;

public sealed class ChangePasswordTests(Server server) : IClassFixture<Server>
{
    const string Path = "/api/v1/auth/change-password";
    const string Old = "several plain words 7";
    const string New = "other plain words 8";

    [Fact]
    public async Task The_new_password_counts_and_the_other_sessions_end()
    {
        using var user = await server.SignedInAsync("user");
        using var other = await server.SignInAsync(user.Email, Old);

        await (await user.PostJsonAsync(Path, new { old_password = Old, new_password = New })).ShouldAnswerAsync(204);

        await (await user.GetAsync("/api/v1/users/me")).ShouldAnswerAsync(200);
        await (await user.PostJsonAsync("/auth/refresh", new { refresh_token = user.RefreshToken })).ShouldAnswerAsync(200);
        await (await other.GetAsync("/api/v1/users/me")).ShouldAnswerAsync(401);
        await (await other.PostJsonAsync("/auth/refresh", new { refresh_token = other.RefreshToken })).ShouldAnswerAsync(401);
        await (await user.PostJsonAsync("/auth/login", new { username = user.Email, password = Old })).ShouldAnswerAsync(401);
        (await server.SignInAsync(user.Email, New)).Dispose();
    }

    [Fact]
    public async Task A_wrong_old_password_changes_nothing_and_counts_as_a_failed_login()
    {
        using var user = await server.SignedInAsync("user");

        for (var i = 0; i < 5; i++) await (await user.PostJsonAsync(Path, new { old_password = $"wrong {i}", new_password = New })).ShouldRefuseFieldsAsync("old_password");

        await (await user.PostJsonAsync(Path, new { old_password = Old, new_password = New })).ShouldBeProblemAsync(429, "too_many_failed_logins");
        await (await user.PostJsonAsync("/auth/login", new { username = user.Email, password = Old })).ShouldAnswerAsync(429);
    }

    [Theory]
    [InlineData("""{}""", "old_password", "new_password")]
    [InlineData("""{"old_password":"x","new_password":"short"}""", "new_password")]
    [InlineData("""{"new_password":"long enough"}""", "old_password")]
    public async Task What_is_missing_or_wrong_is_named(string body, params string[] fields)
    {
        using var user = await server.SignedInAsync("user");

        await (await user.PostJsonAsync(Path, body)).ShouldRefuseFieldsAsync(fields);
    }

    [Fact]
    public async Task Nobody_changes_a_password_without_a_session()
    {
        using var anyone = server.Anonymous();

        await (await anyone.PostJsonAsync(Path, new { old_password = Old, new_password = New })).ShouldAnswerAsync(401);
    }
}

using Consilium.Modules.Accounts;
using Microsoft.AspNetCore.Builder;

namespace Consilium.Tests.Modules.Accounts;

public sealed class CreateAdminTests : DatabaseTest
{
    const string Password = "vellum thicket orbit quay";

    readonly StringWriter output = new();
    readonly StringWriter errors = new();

    [Fact]
    public async Task The_command_makes_an_admin_with_the_password_given()
    {
        (await RunAsync(Password + "\n", "admin", "create", "--email", "boss@example.com")).ShouldBe(0, errors.ToString());

        output.ToString().ShouldNotContain(Password);
        await using var server = await ProbeServer.StartAsync(Database, "Production");
        using var admin = await server.SignInAsync("boss@example.com", Password);
        (await admin.GetJsonAsync("/api/v1/users/me")).Text("role").ShouldBe("admin");
    }

    [Fact]
    public async Task Without_a_password_one_is_made_up_and_shown_once()
    {
        (await RunAsync("", "admin", "create", "--email", "boss@example.com")).ShouldBe(0, errors.ToString());

        var password = output.ToString().Trim().Split(' ')[^1];
        await using var server = await ProbeServer.StartAsync(Database, "Production");
        (await server.SignInAsync("boss@example.com", password)).Dispose();
    }

    [Theory]
    [InlineData("no address", Password, "e-mail")]
    [InlineData("boss@example.com", "short", "at least 15")]
    public async Task What_cannot_be_is_refused_in_a_sentence(string email, string password, string part)
    {
        (await RunAsync(password, "admin", "create", "--email", email)).ShouldBe(1);

        errors.ToString().ShouldContain(part);
        (await Database.ScalarAsync<long>("SELECT count(*) FROM accounts.users WHERE role = 'admin'")).ShouldBe(0);
    }

    [Fact]
    public async Task A_taken_e_mail_is_refused()
    {
        await RunAsync(Password, "admin", "create", "--email", "boss@example.com");

        (await RunAsync(Password, "admin", "create", "--email", "BOSS@example.com")).ShouldBe(1);

        errors.ToString().ShouldContain("already");
    }

    [Theory]
    [InlineData("admin")]
    [InlineData("admin", "delete")]
    [InlineData("admin", "create")]
    [InlineData("admin", "create", "boss@example.com")]
    public async Task Anything_else_shows_the_usage_and_touches_nothing(params string[] args)
    {
        (await RunAsync("", args)).ShouldBe(2);

        errors.ToString().ShouldStartWith("Usage");
    }

    Task<int> RunAsync(string input, params string[] args) => CreateAdmin.RunAsync(args, Build, new StringReader(input), output, errors);

    WebApplication Build() => ProbeServer.Build(Database, "Production");
}

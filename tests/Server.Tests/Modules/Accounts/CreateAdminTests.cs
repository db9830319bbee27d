namespace Consilium.Tests.Modules.Accounts;

/// <summary>The command as an operator runs it: a process, the password through a pipe.</summary>
public sealed class CreateAdminTests : DatabaseTest
{
    const string Password = "vellum thicket orbit quay";

    [Fact]
    public async Task The_command_makes_an_admin_once()
    {
        var (code, output) = await RunAsync("boss@example.com", Password);
        code.ShouldBe(0, output);
        output.ShouldNotContain(Password);
        var (again, refusal) = await RunAsync("BOSS@example.com", Password);
        again.ShouldBe(1);
        refusal.ShouldContain("already");

        await using var server = await ProbeServer.StartAsync(Database, "Production");
        using var admin = await server.SignInAsync("boss@example.com", Password);
        (await admin.GetJsonAsync("/api/v1/users/me")).Text("role").ShouldBe("admin");
    }

    [Theory]
    [InlineData("boss@example.com", "short", "at least 15")]
    [InlineData("no address", Password, "e-mail")]
    public async Task What_cannot_be_is_refused_in_a_sentence(string email, string password, string part)
    {
        var (code, output) = await RunAsync(email, password);

        code.ShouldBe(1);
        output.ShouldContain(part);
        output.ShouldNotContain("   at ");
    }

    async Task<(int Code, string Output)> RunAsync(string email, string password)
    {
        var ended = await ServerCommand.RunAsync(["admin", "create", email], input: password, ("ASPNETCORE_ENVIRONMENT", "Production"),
            ("ConnectionStrings__Database", Database.ConnectionString), ("Security__MasterKey", ProbeServer.MasterKey));
        return (ended.Code, ended.Output + ended.Errors);
    }
}

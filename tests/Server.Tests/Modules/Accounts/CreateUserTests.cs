
namespace Consilium.Tests.Modules.Accounts;

public sealed class CreateUserTests(Server server) : IClassFixture<Server>
{
    const string Path = "/api/v1/auth/signup";

    [Theory]
    [InlineData("user")]
    [InlineData("staff")]
    [InlineData("admin")]
    public async Task An_admin_makes_accounts_that_log_in(string role)
    {
        using var admin = await server.SignInAsync("admin@example.com", "admin123");

        var response = await admin.PostJsonAsync(Path, new { email = $"made-{role}@example.com", password = "password1", role, name = " Made ", contact = "room 4", address = "" });
        var user = await response.ShouldAnswerAsync(201);

        user.Text("role").ShouldBe(role);
        user.Text("name").ShouldBe("Made");
        user.Text("contact").ShouldBe("room 4");
        user.Text("address").ShouldBeNull();
        (await admin.GetJsonAsync(response.Headers.Location!.ToString())).ToString().ShouldBe(user.ToString());
        using var made = await server.SignInAsync($"made-{role}@example.com", "password1");
        (await made.GetJsonAsync("/api/v1/users/me")).ToString().ShouldBe(user.ToString());
    }

    [Fact]
    public async Task An_assistant_needs_no_password_and_never_logs_in()
    {
        using var admin = await server.SignInAsync("admin@example.com", "admin123");

        await (await admin.PostJsonAsync(Path, new { email = "bot1@example.com", role = "assistant", name = "Bot" })).ShouldAnswerAsync(201);
        await (await admin.PostJsonAsync(Path, new { email = "bot2@example.com", password = "password1", role = "assistant" })).ShouldAnswerAsync(201);

        await (await admin.PostJsonAsync("/auth/login", new { username = "bot2@example.com", password = "password1" })).ShouldAnswerAsync(401);
    }

    [Theory]
    [InlineData("staff@example.com", "staff123")]
    [InlineData("doctor@example.com", "doctor123")]
    [InlineData("hospital@example.com", "hospital123")]
    [InlineData("patient@example.com", "patient123")]
    [InlineData("customer@example.com", "password123")]
    public async Task Nobody_else_makes_accounts_for_others(string email, string password)
    {
        using var client = await server.SignInAsync(email, password);

        await (await client.PostJsonAsync(Path, new { email = "x@example.com", password = "password1", role = "admin" })).ShouldBeProblemAsync(403, "forbidden");
    }

    [Fact]
    public async Task Nobody_makes_accounts_for_others_without_a_session()
    {
        using var anyone = server.Anonymous();

        await (await anyone.PostJsonAsync(Path, new { email = "x@example.com", password = "password1", role = "admin" })).ShouldAnswerAsync(401);
    }

    [Fact]
    public async Task A_taken_e_mail_is_a_409()
    {
        using var admin = await server.SignInAsync("admin@example.com", "admin123");

        await (await admin.PostJsonAsync(Path, new { email = "CUSTOMER@example.com", password = "password1", role = "user" })).ShouldBeProblemAsync(409, "email_taken");
    }

    [Theory]
    [InlineData("""{}""", "email", "password", "role")]
    [InlineData("""{"email":"y@example.com","password":"password1","role":"Staff"}""", "role")]
    [InlineData("""{"email":"y@example.com","password":"password1","role":"doctor"}""", "role")]
    [InlineData("""{"email":"y@example.com","password":"short","role":"staff"}""", "password")]
    public async Task What_is_missing_or_wrong_is_named(string body, params string[] fields)
    {
        using var admin = await server.SignInAsync("admin@example.com", "admin123");

        await (await admin.PostJsonAsync(Path, body)).ShouldRefuseFieldsAsync(fields);
    }

    [Fact]
    public async Task Texts_have_their_limits()
    {
        using var admin = await server.SignInAsync("admin@example.com", "admin123");
        var texts = new { email = "z@example.com", password = "password1", role = "user", name = new string('x', 201), contact = new string('x', 201), address = new string('x', 501) };

        await (await admin.PostJsonAsync(Path, texts)).ShouldRefuseFieldsAsync("name", "contact", "address");
    }
}


namespace Consilium.Tests.Modules.Accounts;

public sealed class SignUpTests(Server server) : IClassFixture<Server>
{
    [Fact]
    public async Task Anyone_signs_up_as_a_user_and_logs_in()
    {
        using var anyone = server.Anonymous();

        var response = await anyone.PostJsonAsync("/auth/signup", new { email = " New.Person@example.com ", password = "password1", role = "admin", is_active = false });
        var created = await response.ShouldAnswerAsync(201);

        created.EnumerateObject().Select(member => member.Name).ShouldBe(["id", "email", "role", "is_active"]);
        created.Text("email").ShouldBe("New.Person@example.com");
        created.Text("role").ShouldBe("user");
        created.GetProperty("is_active").GetBoolean().ShouldBeTrue();
        response.Headers.Location!.ToString().ShouldBe($"/api/v1/users/{created.Id()}");
        using var person = await server.SignInAsync("new.person@EXAMPLE.com", "password1");
        (await person.GetJsonAsync(response.Headers.Location.ToString())).Id().ShouldBe(created.Id());
    }

    [Fact]
    public async Task An_e_mail_is_taken_in_any_case()
    {
        using var anyone = server.Anonymous();
        await (await anyone.PostJsonAsync("/auth/signup", new { email = "taken@example.com", password = "password1" })).ShouldAnswerAsync(201);

        await (await anyone.PostJsonAsync("/auth/signup", new { email = "Taken@Example.com", password = "password2" })).ShouldBeProblemAsync(409, "email_taken");
    }

    [Fact]
    public async Task Of_many_at_once_with_one_e_mail_one_gets_it()
    {
        using var anyone = server.Anonymous();

        var answers = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => anyone.PostJsonAsync("/auth/signup", new { email = "race@example.com", password = "password1" })));

        answers.Select(answer => (int)answer.StatusCode).Order().ShouldBe([201, .. Enumerable.Repeat(409, 9)]);
    }

    [Theory]
    [InlineData("""{}""", "email", "password")]
    [InlineData("""{"email":null,"password":null}""", "email", "password")]
    [InlineData("""{"email":"","password":""}""", "email", "password")]
    [InlineData("""{"email":"no address","password":"password1"}""", "email")]
    [InlineData("""{"email":"short@example.com","password":"1234567"}""", "password")]
    public async Task What_is_missing_or_wrong_is_named(string body, params string[] fields)
    {
        using var anyone = server.Anonymous();

        await (await anyone.PostJsonAsync("/auth/signup", body)).ShouldRefuseFieldsAsync(fields);
    }

    [Theory]
    [InlineData("""{"email":1,"password":"password1"}""")]
    [InlineData("""{"email":"x@example.com","password":"pass\u0000word"}""")]
    [InlineData("""{"email":"x@example.com","email":"y@example.com","password":"password1"}""")]
    [InlineData("""[]""")]
    [InlineData("""null""")]
    [InlineData("""{""")]
    [InlineData("")]
    public async Task A_body_that_is_no_such_object_is_a_400(string body)
    {
        using var anyone = server.Anonymous();

        await (await anyone.PostJsonAsync("/auth/signup", body)).ShouldAnswerAsync(400);
    }

    [Fact]
    public async Task The_password_is_kept_as_a_hash_alone()
    {
        using var anyone = server.Anonymous();
        var created = await (await anyone.PostJsonAsync("/auth/signup", new { email = "hash@example.com", password = "a very special password" })).ShouldAnswerAsync(201);

        var row = await server.Database.ScalarAsync<string>("SELECT to_jsonb(u)::text FROM accounts.users u WHERE id = $1", created.Id());

        row.ShouldNotBeNull().ShouldNotContain("special");
        (await server.Database.ScalarAsync<long>("SELECT count(*) FROM audit.entries WHERE action = 'user.signed_up' AND actor_id = $1", created.Id())).ShouldBe(1);
    }
}

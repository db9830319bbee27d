using Consilium.Tests.Modules.Cases;

namespace Consilium.Tests.Modules.Care;

public sealed class SignUpTests(CaseServer server) : IClassFixture<CaseServer>
{
    const string Password = "several plain words 7";

    static string NewEmail() => $"new-{Guid.CreateVersion7():N}@example.com";

    [Theory]
    [InlineData("doctor", "doctor/signup")]
    [InlineData("doctor", "doctor-signup")]
    [InlineData("hospital", "hospital/signup")]
    [InlineData("hospital", "hospital-signup")]
    [InlineData("patient", "patient/signup")]
    [InlineData("patient", "patient-signup")]
    public async Task Anyone_signs_up_with_a_profile_and_is_signed_in(string role, string path)
    {
        using var anyone = server.Anonymous();
        var email = NewEmail();

        var answer = await anyone.PostJsonAsync($"/api/v1/auth/{path}", new { email, password = Password, name = " Somebody New ", role = "admin" });

        var login = await answer.ShouldAnswerAsync(201);
        login.EnumerateObject().Select(member => member.Name).ShouldBe(["access_token", "refresh_token", "token_type", "expires_in", "user_id", "role", "profile_id"]);
        login.Text("role").ShouldBe(role);
        login.Id("profile_id").ShouldBe(login.Id("user_id"));
        answer.Headers.Location!.ToString().ShouldBe($"/api/v1/{role}s/{login.Id("user_id")}");
        using var here = Client.From(server.Address, email, login);
        (await here.GetJsonAsync("/api/v1/users/me")).Text("name").ShouldBe("Somebody New");
        (await server.Database.ScalarAsync<string>($"SELECT name FROM care.{role}s WHERE id = $1", login.Id("user_id"))).ShouldBe("Somebody New");
        using var again = await server.SignInAsync(email.ToUpperInvariant(), Password);
        again.ProfileId.ShouldBe(login.Id("user_id"));
        (await server.Database.ColumnAsync<string>("SELECT action FROM audit.entries WHERE actor_id = $1 ORDER BY id LIMIT 2", login.Id("user_id")))
            .ShouldBe(["user.signed_up", "session.started"], ignoreOrder: true);
    }

    [Theory]
    [InlineData("doctor")]
    [InlineData("hospital")]
    [InlineData("patient")]
    public async Task Of_many_at_once_with_one_e_mail_one_gets_an_account_and_a_profile(string role)
    {
        using var anyone = server.Anonymous();
        var name = $"Racing {Guid.CreateVersion7():N}";
        var email = NewEmail();

        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(i =>
            anyone.PostJsonAsync($"/api/v1/auth/{role}/signup", new { email = i % 2 == 0 ? email : email.ToUpperInvariant(), password = Password, name })));

        answers.Select(answer => (int)answer.StatusCode).Order().ShouldBe([201, .. Enumerable.Repeat(409, 7)]);
        foreach (var refused in answers.Where(answer => (int)answer.StatusCode == 409)) await refused.ShouldBeProblemAsync(409, "email_taken");
        var id = (await answers.Single(answer => (int)answer.StatusCode == 201).ShouldAnswerAsync(201)).Id("user_id");
        (await server.Database.ColumnAsync<Guid>("SELECT id FROM accounts.users WHERE lower(email) = lower($1)", email)).ShouldBe([id]);
        (await server.Database.ColumnAsync<Guid>($"SELECT id FROM care.{role}s WHERE name = $1", name)).ShouldBe([id]);
        (await server.Database.ScalarAsync<long>("SELECT count(*) FROM accounts.sessions WHERE user_id = $1", id)).ShouldBe(1);
    }

    [Fact]
    public async Task An_e_mail_that_a_user_has_is_taken_for_profiles_too()
    {
        using var anyone = server.Anonymous();
        var email = server.Owner.Email.ToUpperInvariant();

        await (await anyone.PostJsonAsync("/api/v1/auth/patient/signup", new { email, password = Password, name = "Second" })).ShouldBeProblemAsync(409, "email_taken");

        (await server.Database.ScalarAsync<long>("SELECT count(*) FROM care.patients WHERE name = 'Second'")).ShouldBe(0);
    }

    [Theory]
    [InlineData("doctor", """{}""", "email", "password", "name")]
    [InlineData("hospital", """{}""", "email", "password", "name")]
    [InlineData("patient", """{"email":null,"password":null,"name":null}""", "email", "password", "name")]
    [InlineData("patient", """{"email":"no address","password":"short","name":"  "}""", "email", "password", "name")]
    [InlineData("patient", """{"age":151,"gender":"unknown","height":301,"weight":0,"dob":"1879-12-31"}""", "email", "password", "name", "age", "gender", "height", "weight", "dob")]
    [InlineData("patient", """{"email":"a@example.com","password":"password1","name":"A","dob":"2999-01-01"}""", "dob")]
    [InlineData("patient", """{"email":"a@example.com","password":"password1","name":"A","allergies":[null]}""", "allergies")]
    [InlineData("patient", """{"email":"a@example.com","password":"password1","name":"A","medical_info":{"conditions":[" "]}}""", "medical_info.conditions")]
    [InlineData("patient", """{"email":"a@example.com","password":"password1","name":"A","photo":"javascript:alert(1)"}""", "photo")]
    [InlineData("doctor", """{"email":"a@example.com","password":"password1","name":"A","shift_time_start":"09:00"}""", "shift_time_end")]
    [InlineData("doctor", """{"email":"a@example.com","password":"password1","name":"A","shift_time_end":"09:00"}""", "shift_time_end")]
    [InlineData("doctor", """{"email":"a@example.com","password":"password1","name":"A","shift_time_start":"9","shift_time_end":"24:00"}""", "shift_time_start", "shift_time_end")]
    [InlineData("doctor", """{"email":"a@example.com","password":"password1","name":"A","shift_time_start":"09:00","shift_time_end":"09:00:00"}""", "shift_time_end")]
    [InlineData("doctor", """{"email":"a@example.com","password":"password1","name":"A","time_zone":"Mars/Olympus"}""", "time_zone")]
    [InlineData("doctor", """{"email":"a@example.com","password":"password1","name":"A","time_zone":"../../etc/passwd"}""", "time_zone")]
    [InlineData("doctor", """{"email":"a@example.com","password":"password1","name":"A","time_zone":"posixrules"}""", "time_zone")]
    [InlineData("hospital", """{"email":"a@example.com","password":"password1","name":"A","website":"javascript:alert(1)","link":"data:text/html,x"}""", "website", "link")]
    public async Task What_is_missing_or_wrong_is_named(string role, string body, params string[] fields)
    {
        using var anyone = server.Anonymous();

        await (await anyone.PostJsonAsync($"/api/v1/auth/{role}/signup", body)).ShouldRefuseFieldsAsync(fields);
    }

    [Fact]
    public async Task Lists_are_bounded()
    {
        using var anyone = server.Anonymous();
        var many = Enumerable.Range(0, 101).Select(i => $"Entry {i}").ToArray();
        string[] @long = [new('x', 201)];

        await (await anyone.PostJsonAsync("/api/v1/auth/patient/signup", new { email = NewEmail(), password = Password, name = "A", allergies = many, conditions = @long }))
            .ShouldRefuseFieldsAsync("allergies", "conditions");
    }
}

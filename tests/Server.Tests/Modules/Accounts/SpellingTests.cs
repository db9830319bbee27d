namespace Consilium.Tests.Modules.Accounts;

/// <summary>
/// E-mail addresses and passwords in all their spellings: one mailbox has one account, two have two, and a password is the same on every keyboard.
/// </summary>
public sealed class SpellingTests(Server server) : IClassFixture<Server>, IDisposable
{
    const string Password = "password1";

    readonly Client anyone = server.Anonymous();

    public void Dispose() => anyone.Dispose();

    public static TheoryData<string, string> TwoMailboxes() => new()
    {
        { "\u0130an1@example.com", "ian1@example.com" },
        { "ian2@example.com", "\u0130an2@example.com" },
        { "\u212aate3@example.com", "kate3@example.com" },
        { "Kate4@example.com", "\u212aate4@example.com" },
        { "k\u0131m5@example.com", "kim5@example.com" },
        { "e\u017fel6@example.com", "esel6@example.com" },
        { "stra\u00dfe7@example.com", "strasse7@example.com" },
        { "\uff41nna8@example.com", "anna8@example.com" },
        { "te9@example.com", "t\u00e99@example.com" },
        { "same10@example.com", "same10@example.de" },
        { "same11@fa\u00df.de", "same11@fass.de" },
        { "same12@m\u00fcnchen.de", "same12@munchen.de" },
    };

    public static TheoryData<string, string> OneMailbox() => new()
    {
        { "t\u00e91@example.com", "te\u03011@example.com" },
        { "te\u03012@example.com", "T\u00c92@Example.COM" },
        { "\u1112\u1161\u11ab3@example.com", "\ud55c3@example.com" },
        { "\u01a1\u03233@example.com", "\u1ee33@example.com" },
        { "x4@m\u00fcnchen.de", "x4@xn--mnchen-3ya.de" },
        { "x5@XN--MNCHEN-3YA.de", "x5@mu\u0308nchen.de" },
        { "x6@M\u00dcNCHEN.DE", "x6@m\u00fcnchen.de" },
        { "x7@\uff45xample.com", "x7@example.com" },
        { "x8@example\u3002com", "x8@example.com" },
        { "x9@\u212aelvin.example", "x9@kelvin.example" },
        { "x10@ex\u00adample.com", "x10@example.com" },
        { "x11@\u4f8b\u5b50.example", "x11@xn--fsqu00a.example" },
        { "\u042e\u043b\u044f12@example.com", "\u044e\u043b\u044f12@EXAMPLE.com" },
    };

    [Theory]
    [MemberData(nameof(TwoMailboxes))]
    public async Task Two_mailboxes_are_two_accounts_and_neither_opens_the_other(string one, string other)
    {
        var first = await SignUpAsync(one, Password);
        await ShouldNotLogInAsync(other, Password);

        var second = await SignUpAsync(other, Password);

        (await LoggedInAsync(one, Password)).ShouldBe(first);
        (await LoggedInAsync(other, Password)).ShouldBe(second);
        first.ShouldNotBe(second);
    }

    [Theory]
    [MemberData(nameof(OneMailbox))]
    public async Task One_mailbox_is_one_account_in_every_spelling(string one, string other)
    {
        var id = await SignUpAsync(one, Password);

        using var admin = await server.SignInAsync("admin@example.com", "admin123");
        foreach (var email in (string[])[one, other])
        {
            (await LoggedInAsync(email, Password)).ShouldBe(id);
            foreach (var (by, path, body) in ((Client, string, object)[])[
                (anyone, "/auth/signup", new { email, password = Password }),
                (anyone, "/api/v1/auth/patient/signup", new { email, password = Password, name = "N" }),
                (admin, "/api/v1/auth/signup", new { email, password = Password, role = "staff" })])
                await (await by.PostJsonAsync(path, body)).ShouldBeProblemAsync(409, "email_taken");
            var found = (await admin.GetJsonAsync($"/api/v1/users?q={Uri.EscapeDataString(email)}")).Items();
            found.ShouldHaveSingleItem().Id().ShouldBe(id);
            found[0].Text("email").ShouldBe(one); // shown as it was typed
        }
    }

    [Theory]
    [InlineData("a@exa_mple.com")]
    [InlineData("a@-example.com")]
    [InlineData("a@example-.com")]
    [InlineData("a@xn--a.com")]
    [InlineData("a@xn--zzzzzzzzzzz.com")]
    [InlineData("a@xn--mnchen.de")]
    [InlineData("a@xn--MNCHEN-3ya.xn--")]
    [InlineData("a@\u0301example.com")]
    [InlineData("a@ex\u200dample.com")]
    [InlineData("a@ex\u2028ample.com")]
    [InlineData("a@example.com\u3002")]
    [InlineData("a@aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\u00fc.de")]
    public async Task A_domain_that_cannot_be_is_refused_and_logs_nobody_in(string email)
    {
        await (await anyone.PostJsonAsync("/auth/signup", new { email, password = Password })).ShouldRefuseFieldsAsync("email");
        await ShouldNotLogInAsync(email, Password);
    }

    public static TheoryData<string, string> OnePassword() => new()
    {
        { "P\u00e4ssw\u00f6rter", "Pa\u0308sswo\u0308rter" },
        { "Pa\u0308sswo\u0308rter", "P\u00e4ssw\u00f6rter" },
        { "\u1112\u1161\u11ab\u1112\u1161\u11ababcdef", "\ud55c\ud55cabcdef" },
        { "four\u00a0little\u3000words", "four little words" },
        { "\u212bngstr\u00f6ms", "A\u030angstro\u0308ms" },
    };

    [Theory]
    [MemberData(nameof(OnePassword))]
    public async Task A_password_is_the_same_on_every_keyboard(string typed, string elsewhere)
    {
        var email = $"{Guid.CreateVersion7():N}@example.com";
        var id = await SignUpAsync(email, typed);
        (await LoggedInAsync(email, elsewhere)).ShouldBe(id);

        using var user = await server.SignInAsync(email, elsewhere);
        var change = new { old_password = elsewhere, new_password = elsewhere + " 2" };
        await (await user.PostJsonAsync("/api/v1/auth/change-password", change)).ShouldAnswerAsync(204);
        (await LoggedInAsync(email, typed + " 2")).ShouldBe(id);
        await ShouldNotLogInAsync(email, typed);
    }

    [Theory]
    [InlineData("doctor")]
    [InlineData("hospital")]
    [InlineData("patient")]
    public async Task So_it_is_for_those_with_a_profile(string role)
    {
        var email = $"{Guid.CreateVersion7():N}@example.com";
        var signup = new { email, password = "Pa\u0308sswo\u0308rter", name = "N" };
        await (await anyone.PostJsonAsync($"/api/v1/auth/{role}/signup", signup)).ShouldAnswerAsync(201);
        await (await LogInAsync(email, "P\u00e4ssw\u00f6rter")).ShouldAnswerAsync(200);
    }

    [Fact]
    public async Task Passwords_that_only_look_alike_are_others()
    {
        var email = $"{Guid.CreateVersion7():N}@example.com";
        await SignUpAsync(email, "P\u00e4ssw\u00f6rter");
        foreach (var other in (string[])
            ["Passworter", "p\u00e4ssw\u00f6rter", "\uff30\u00e4ssw\u00f6rter", "P\u00e4ssw\u00f6rter ", " P\u00e4ssw\u00f6rter"])
            await ShouldNotLogInAsync(email, other);
    }

    [Fact]
    public async Task Length_counts_what_is_composed()
    {
        var tooShort = new { email = "short-password@example.com", password = "a\u0308o\u0308u\u0308a\u0308" };
        await (await anyone.PostJsonAsync("/auth/signup", tooShort)).ShouldRefuseFieldsAsync("password");
        await SignUpAsync("long-password@example.com", string.Concat(Enumerable.Repeat("a\u0308", 128)));
    }

    async Task<Guid> SignUpAsync(string email, string password) =>
        (await (await anyone.PostJsonAsync("/auth/signup", new { email, password })).ShouldAnswerAsync(201)).Id();

    async Task<Guid> LoggedInAsync(string email, string password) => (await (await LogInAsync(email, password)).ShouldAnswerAsync(200)).Id("user_id");

    Task<HttpResponseMessage> LogInAsync(string email, string password) => anyone.PostJsonAsync("/auth/login", new { username = email, password });

    /// <summary>And is not made to wait for it: all tests come from one address.</summary>
    async Task ShouldNotLogInAsync(string email, string password)
    {
        await (await LogInAsync(email, password)).ShouldBeProblemAsync(401, "invalid_credentials");
        await server.Database.ExecuteAsync("DELETE FROM accounts.login_failures");
    }
}

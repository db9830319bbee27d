using System.Net;
using Consilium.Modules.Accounts;
using Consilium.Modules.Accounts.Contracts;
using Microsoft.Extensions.DependencyInjection;

namespace Consilium.Tests.Modules.Accounts;

public sealed class AuthenticationTests : DatabaseTest
{
    ProbeServer server = null!;

    public override async Task InitializeAsync()
    {
        await base.InitializeAsync();
        server = await ProbeServer.StartAsync(Database);
    }

    public override async Task DisposeAsync()
    {
        await server.DisposeAsync();
        await base.DisposeAsync();
    }

    [Fact]
    public async Task Every_hostile_token_is_a_401_and_none_is_an_error()
    {
        using var user = await server.SignInAsync(DemoAccounts.User);
        var key = server.Services.GetRequiredService<KeyRing>().Current;
        var session = await Database.ScalarAsync<Guid>("SELECT id FROM accounts.sessions");
        var tokens = new HostileTokens(key, user.UserId, session, TimeProvider.System.GetUtcNow());
        using var anyone = server.Anonymous();

        (await StatusAsync(anyone, tokens.Good)).ShouldBe(HttpStatusCode.OK);
        var hostile = tokens.All().Where(token => token.IsSendable).ToList();
        var passed = new List<string>();
        foreach (var token in hostile)
            if (await StatusAsync(anyone, token.Text) != HttpStatusCode.Unauthorized) passed.Add(token.Name);

        hostile.Count.ShouldBeGreaterThanOrEqualTo(120);
        passed.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_well_signed_token_of_no_session_or_of_anothers_is_a_401()
    {
        using var user = await server.SignInAsync(DemoAccounts.User);
        var tokens = server.Services.GetRequiredService<AccessTokens>();
        var session = await Database.ScalarAsync<Guid>("SELECT id FROM accounts.sessions");
        using var anyone = server.Anonymous();

        (await StatusAsync(anyone, tokens.Issue(user.UserId, session))).ShouldBe(HttpStatusCode.OK);
        (await StatusAsync(anyone, tokens.Issue(user.UserId, Guid.CreateVersion7()))).ShouldBe(HttpStatusCode.Unauthorized);
        (await StatusAsync(anyone, tokens.Issue(DemoAccounts.Admin.Id, session))).ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Theory]
    [InlineData("Bearer")]
    [InlineData("Bearer ")]
    [InlineData("Basic YWRtaW5AZXhhbXBsZS5jb206YWRtaW4xMjM=")]
    [InlineData("Token x")]
    [InlineData("x")]
    public async Task An_authorization_of_another_kind_is_a_401(string header)
    {
        using var client = server.WithHeader("Authorization", header);

        var response = await client.GetAsync("/probe/me");

        await response.ShouldBeProblemAsync(401, "unauthenticated");
        response.Headers.WwwAuthenticate.ToString().ShouldBe("Bearer error=\"invalid_token\"");
    }

    [Fact]
    public async Task Two_credentials_are_one_too_many()
    {
        using var user = await server.SignInAsync(DemoAccounts.User);
        using var twice = server.Here(user);
        twice.DefaultRequestHeaders.Add("X-API-Key", "cns_x");

        await (await twice.GetAsync("/probe/me")).ShouldAnswerAsync(401);
    }

    [Fact]
    public async Task The_scheme_is_read_in_any_case()
    {
        using var user = await server.SignInAsync(DemoAccounts.User);
        using var client = server.WithHeader("Authorization", $"bEARER {user.AccessToken}");

        (await client.GetJsonAsync("/probe/me")).Id("user_id").ShouldBe(user.UserId);
    }

    [Fact]
    public async Task Without_a_rule_a_route_asks_for_a_caller()
    {
        using var anyone = server.Anonymous();

        var response = await anyone.GetAsync("/probe/me");

        await response.ShouldBeProblemAsync(401, "unauthenticated");
        response.Headers.WwwAuthenticate.ToString().ShouldBe("Bearer");
    }

    [Fact]
    public async Task A_role_that_may_never_use_a_route_gets_403()
    {
        using var user = await server.SignInAsync(DemoAccounts.User);
        using var staff = await server.SignInAsync(DemoAccounts.Staff);

        await (await user.GetAsync("/probe/staff")).ShouldBeProblemAsync(403, "forbidden");
        (await staff.GetAsync("/probe/staff")).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_route_open_to_anyone_still_knows_who_asks()
    {
        using var anyone = server.Anonymous();
        using var user = await server.SignInAsync(DemoAccounts.User);
        using var liar = server.WithHeader("Authorization", "Bearer x");

        (await anyone.GetStringAsync("/probe/anyone")).ShouldContain("nobody");
        (await liar.GetStringAsync("/probe/anyone")).ShouldContain("nobody");
        (await user.GetStringAsync("/probe/anyone")).ShouldContain(user.UserId.ToString());
    }

    [Fact]
    public async Task The_key_set_is_public_and_verifies_our_tokens()
    {
        using var anyone = server.Anonymous();

        var response = await anyone.GetAsync("/.well-known/jwks.json");
        var key = (await response.ShouldAnswerAsync(200)).GetProperty("keys").EnumerateArray().Single();

        response.Content.Headers.ContentType!.MediaType.ShouldBe("application/jwk-set+json");
        key.Text("kid").ShouldBe(server.Services.GetRequiredService<KeyRing>().Current.Id);
        key.TryGetProperty("d", out _).ShouldBeFalse();
    }

    static async Task<HttpStatusCode> StatusAsync(HttpClient client, string token)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/probe/me");
        request.Headers.TryAddWithoutValidation("Authorization", $"Bearer {token}");
        using var response = await client.SendAsync(request);
        return response.StatusCode;
    }
}

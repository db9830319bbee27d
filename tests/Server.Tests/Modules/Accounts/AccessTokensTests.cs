using System.Security.Cryptography;
using System.Text;
using Consilium.Modules.Accounts;

namespace Consilium.Tests.Modules.Accounts;

public sealed class AccessTokensTests
{
    readonly ManualClock clock = new();
    readonly KeyRing ring = new();
    readonly TokenKey key = TokenKey.Create();
    readonly AccessTokens tokens;
    readonly Guid user = Guid.CreateVersion7();
    readonly Guid session = Guid.CreateVersion7();

    public AccessTokensTests()
    {
        ring.Replace([key]);
        tokens = new(ring, clock);
    }

    [Fact]
    public void A_token_that_was_issued_is_good()
    {
        var token = tokens.Judge(tokens.Issue(user, session)).Token.ShouldNotBeNull();

        token.UserId.ShouldBe(user);
        token.SessionId.ShouldBe(session);
        token.ExpiresAt.ToUnixTimeSeconds().ShouldBe(clock.GetUtcNow().ToUnixTimeSeconds() + 1800);
    }

    [Fact]
    public void Every_hostile_token_is_refused_for_its_own_fault()
    {
        var hostile = Hostile().All();

        hostile.Count.ShouldBeGreaterThanOrEqualTo(120);
        hostile.Select(token => token.Name).ShouldBeUnique();
        hostile.Where(token => tokens.Judge(token.Text) is var verdict && (verdict.Token is not null || verdict.Fault != token.Fault))
            .Select(token => (token.Name, tokens.Judge(token.Text).Fault)).ShouldBeEmpty();
    }

    [Fact]
    public void What_the_hostile_tokens_are_made_from_is_good() => tokens.Judge(Hostile().Good).Token.ShouldNotBeNull();

    [Fact]
    public void Any_cut_of_a_good_token_is_refused()
    {
        var good = tokens.Issue(user, session);

        for (var length = 0; length < good.Length; length++) tokens.Judge(good.AsSpan(0, length)).Token.ShouldBeNull();
    }

    [Fact]
    public void Any_changed_letter_is_refused()
    {
        var good = tokens.Issue(user, session);

        for (var i = 0; i < good.Length; i++)
        {
            var changed = good.ToCharArray();
            changed[i] = changed[i] == 'A' ? 'B' : 'A';
            tokens.Judge(changed).Token.ShouldBeNull($"letter {i}");
        }
    }

    [Fact]
    public void A_token_is_good_until_its_last_second_and_not_longer()
    {
        var token = tokens.Issue(user, session);

        clock.Advance(AccessTokens.Lifetime - TimeSpan.FromSeconds(2));
        tokens.Judge(token).Token.ShouldNotBeNull();
        clock.Advance(TimeSpan.FromSeconds(2));
        tokens.Judge(token).Fault.ShouldBe(TokenFault.Expired);
    }

    [Fact]
    public void An_older_key_still_verifies_until_it_leaves_the_ring()
    {
        var token = tokens.Issue(user, session);

        ring.Replace([TokenKey.Create(), key]);
        tokens.Judge(token).Token.ShouldNotBeNull();
        ring.Replace([TokenKey.Create()]);
        tokens.Judge(token).Fault.ShouldBe(TokenFault.Key);
    }

    [Fact]
    public void Signatures_follow_the_example_of_RFC_7515()
    {
        // Appendix A.3: ES256. The signing input is the one printed there.
        var rfc = TokenKey.FromParameters(new ECParameters
        {
            Curve = ECCurve.NamedCurves.nistP256,
            Q = new()
            {
                X = Base64UrlText.Decode("f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU"),
                Y = Base64UrlText.Decode("x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"),
            },
        });
        const string input = "eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ";
        var signature = Base64UrlText.Decode("DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q").ShouldNotBeNull();

        rfc.Verifies(Encoding.ASCII.GetBytes(input), signature).ShouldBeTrue();
        rfc.Verifies(Encoding.ASCII.GetBytes(input + "A"), signature).ShouldBeFalse();
    }

    [Fact]
    public void A_key_on_another_curve_is_no_token_key()
    {
        using var key384 = ECDsa.Create(ECCurve.NamedCurves.nistP384);

        Should.Throw<ArgumentException>(() => TokenKey.FromPrivateKey(key384.ExportPkcs8PrivateKey()));
    }

    [Fact]
    public void The_key_set_shows_public_keys_alone()
    {
        var jwk = ring.ToJwks()["keys"]!.AsArray().ShouldHaveSingleItem()!.AsObject();

        jwk.Select(member => member.Key).ShouldBe(["kty", "crv", "x", "y", "kid", "alg", "use"]);
        ((string)jwk["kid"]!).ShouldBe(key.Id);
    }

    HostileTokens Hostile() => new(key, user, session, clock.GetUtcNow());
}

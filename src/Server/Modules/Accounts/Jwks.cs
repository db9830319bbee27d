namespace Consilium.Modules.Accounts;

/// <summary>The public keys that verify access tokens (RFC 7517), for anyone.</summary>
internal static class Jwks
{
    public static void Map(IEndpointRouteBuilder api) => api
        .MapGet("/.well-known/jwks.json", (KeyRing keys, HttpResponse response) =>
        {
            response.Headers.CacheControl = "public, max-age=300";
            return TypedResults.Json(keys.ToJwks(), contentType: "application/jwk-set+json");
        })
        .WithName("GetJwks").WithTags("Accounts").WithSummary("The public keys that verify access tokens (JWK Set).")
        .WithDescription("For everybody, so that other servers can verify the tokens by themselves.")
        .Produces<JsonWebKeySet>(200, "application/jwk-set+json")
        .AllowAnonymous();
}

/// <summary>Public keys (RFC 7517). Each verifies the access tokens that name its <c>kid</c>.</summary>
/// <param name="Keys">The keys, those that are about to come and have just gone included.</param>
internal sealed record JsonWebKeySet(IReadOnlyList<JsonWebKey> Keys);

/// <summary>A public key (RFC 7517).</summary>
/// <param name="Kty">The family of the key: <c>EC</c>.</param>
/// <param name="Crv">The curve: <c>P-256</c>.</param>
/// <param name="X">The first coordinate, in base64url.</param>
/// <param name="Y">The second coordinate, in base64url.</param>
/// <param name="Kid">The name of the key, as tokens have it in their header.</param>
/// <param name="Alg">The algorithm of the signatures: <c>ES256</c>.</param>
/// <param name="Use">What it is for: <c>sig</c>, to verify signatures.</param>
internal sealed record JsonWebKey(string Kty, string Crv, string X, string Y, string Kid, string Alg, string Use);

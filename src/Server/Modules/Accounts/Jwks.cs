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
        .AllowAnonymous();
}

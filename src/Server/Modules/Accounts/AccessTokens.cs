using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Unicode;

namespace Consilium.Modules.Accounts;

/// <summary>What a good access token says. Roles are not in it: they come from the database, so that a change takes effect at once.</summary>
internal sealed record AccessToken(Guid UserId, Guid SessionId, DateTimeOffset ExpiresAt);

/// <summary>Why a token was refused; for tests and logs, never for the client.</summary>
internal enum TokenFault
{
    None, Size, Shape, Encoding, Json, Header, Algorithm, Type, Key, Signature, Issuer, Audience, Subject, Session, Lifetime, Expired, NotYet,
}

/// <summary>The judgement over a token: either the token or the fault.</summary>
internal readonly record struct TokenVerdict(AccessToken? Token, TokenFault Fault)
{
    public static implicit operator TokenVerdict(TokenFault fault) => new(null, fault);
}

/// <summary>
/// Issues and judges access tokens: JWT (RFC 7519) signed with ES256, profile RFC 9068, judged by RFC 8725: the key comes from our own
/// ring, the algorithm from the key, and anything unusual is refused. <c>jku</c>, <c>jwk</c> and <c>x5u</c> are never looked at.
/// </summary>
internal sealed class AccessTokens(KeyRing keys, TimeProvider time)
{
    public const string Issuer = "consilium";
    public const string Audience = "consilium-api";
    public static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(30);

    const int MaxLength = 8 * 1024;
    const string Type = "at+jwt";
    static readonly TimeSpan ClockSkew = TimeSpan.FromSeconds(5); // between servers of one installation, for nbf alone
    static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false, MaxDepth = 8 };

    public string Issue(Guid userId, Guid sessionId)
    {
        var key = keys.Current;
        var now = time.GetUtcNow().ToUnixTimeSeconds();
        var header = $$"""{"alg":"{{TokenKey.Algorithm}}","typ":"{{Type}}","kid":"{{key.Id}}"}""";
        var claims = new JsonObject
        {
            ["iss"] = Issuer, ["aud"] = Audience, ["sub"] = userId.ToString(), ["client_id"] = Issuer, ["sid"] = sessionId.ToString(),
            ["jti"] = Guid.CreateVersion7().ToString(), ["iat"] = now, ["nbf"] = now, ["exp"] = now + (long)Lifetime.TotalSeconds,
        };
        var signed = $"{Base64UrlText.Encode(header)}.{Base64UrlText.Encode(claims.ToJsonString())}";
        return $"{signed}.{Base64UrlText.Encode(key.Sign(Encoding.ASCII.GetBytes(signed)))}";
    }

    /// <summary>Judges any text whatever; never throws for what it says.</summary>
    public TokenVerdict Judge(ReadOnlySpan<char> text)
    {
        if (text.Length is 0 or > MaxLength) return TokenFault.Size;
        Span<Range> parts = stackalloc Range[4];
        if (text.Split(parts, '.') != 3) return TokenFault.Shape;
        if (Base64UrlText.Decode(text[parts[0]]) is not { } header
            || Base64UrlText.Decode(text[parts[1]]) is not { } claims
            || Base64UrlText.Decode(text[parts[2]]) is not { } signature) return TokenFault.Encoding;
        if (!Utf8.IsValid(header) || !Utf8.IsValid(claims)) return TokenFault.Json; // the parser looks only at what is read of it
        try
        {
            var (key, fault) = JudgeHeader(header);
            if (key is null) return fault;
            var signed = Encoding.ASCII.GetBytes(text[..parts[1].End.GetOffset(text.Length)].ToArray());
            return key.Verifies(signed, signature) ? JudgeClaims(claims) : TokenFault.Signature;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException) // the latter for a lone surrogate in a string
        {
            return TokenFault.Json;
        }
    }

    (TokenKey? Key, TokenFault Fault) JudgeHeader(byte[] json)
    {
        using var document = JsonDocument.Parse(json, Strict);
        var header = document.RootElement;
        if (header.ValueKind != JsonValueKind.Object) return (null, TokenFault.Json);
        if (header.TryGetProperty("crit", out _) || header.TryGetProperty("b64", out _) || header.TryGetProperty("zip", out _)
            || header.TryGetProperty("enc", out _)) return (null, TokenFault.Header);
        if (Text(header, "alg") != TokenKey.Algorithm) return (null, TokenFault.Algorithm);
        if (Text(header, "typ") != Type) return (null, TokenFault.Type);
        return Text(header, "kid") is { } id && keys.Find(id) is { } key ? (key, TokenFault.None) : (null, TokenFault.Key);
    }

    TokenVerdict JudgeClaims(byte[] json)
    {
        using var document = JsonDocument.Parse(json, Strict);
        var claims = document.RootElement;
        if (claims.ValueKind != JsonValueKind.Object) return TokenFault.Json;
        if (Text(claims, "iss") != Issuer) return TokenFault.Issuer;
        if (Text(claims, "aud") != Audience) return TokenFault.Audience;
        if (Id(claims, "sub") is not { } userId) return TokenFault.Subject;
        if (Id(claims, "sid") is not { } sessionId) return TokenFault.Session;
        if (Time(claims, "exp") is not { } expires || Time(claims, "nbf") is not { } notBefore || Time(claims, "iat") is not { } issued
            || expires - notBefore > Lifetime || expires - issued > Lifetime) return TokenFault.Lifetime;
        var now = time.GetUtcNow();
        if (expires <= now) return TokenFault.Expired;
        if (notBefore > now + ClockSkew || issued > now + ClockSkew) return TokenFault.NotYet;
        return new TokenVerdict(new AccessToken(userId, sessionId, expires), TokenFault.None);
    }

    static string? Text(JsonElement json, string name) =>
        json.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    static Guid? Id(JsonElement json, string name) =>
        Text(json, name) is { } text && Guid.TryParseExact(text, "D", out var id) && id != Guid.Empty && id.ToString() == text ? id : null;

    static DateTimeOffset? Time(JsonElement json, string name) =>
        json.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var seconds)
        && seconds is >= 0 and < 253_402_300_800 ? DateTimeOffset.FromUnixTimeSeconds(seconds) : null;
}

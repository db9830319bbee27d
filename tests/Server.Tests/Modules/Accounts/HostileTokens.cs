using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Consilium.Modules.Accounts;

namespace Consilium.Tests.Modules.Accounts;

internal sealed record HostileToken(string Name, string Text, TokenFault Fault)
{
    /// <summary>Can be sent in a header at all.</summary>
    public bool IsSendable => Text.Length is > 0 and < 16_000 && Text.All(c => c is > ' ' and < '\x7f');
}

/// <summary>
/// Tokens that must be refused. Nearly all are signed with the server's own key, so that only the judgement under test can refuse them.
/// </summary>
internal sealed class HostileTokens(TokenKey ours, Guid user, Guid session, DateTimeOffset now)
{
    readonly TokenKey strange = TokenKey.Create();
    readonly List<HostileToken> tokens = [];

    public string Good => Signed(Header(), Claims());

    public IReadOnlyList<HostileToken> All()
    {
        AddShapes();
        AddEncodings();
        AddAlgorithms();
        AddTypes();
        AddKeys();
        AddHeaderMembers();
        AddMalformedJson();
        AddSignatures();
        AddClaims();
        return tokens;
    }

    void AddShapes()
    {
        var parts = Good.Split('.');
        Add("empty", "", TokenFault.Size);
        Add("longer than 8 kB", Signed(Header(), Claims(c => c["pad"] = new string('x', 8000))), TokenFault.Size);
        Add("8193 letters", new string('a', 8193), TokenFault.Size);
        foreach (var text in new[] { "x", ".", "null", "undefined", "Bearer", parts[0], $"{parts[0]}.{parts[1]}", $"{Good}.", $".{Good}", $"{Good}.{parts[2]}" })
            Add($"not three parts: {text[..Math.Min(12, text.Length)]}…{text.Length}", text, TokenFault.Shape);
        Add("a JWE", "eyJhbGciOiJSU0EtT0FFUCIsImVuYyI6IkEyNTZHQ00ifQ.OKOawDo13gRp2ojaHV7LFpZcgV7T6DVZKTyKOMTYUmKoTCVJRgckCL9kiMT03JGe.48V1_ALb6US04U3b.5eym8TW_c8SuK0ltJ3rpYIzOeDQz7TALvtu6UG9oMo4vpzs9tX_EFShS8iB7j6ji.XFBoMYUZodetZdvTiFvSkQ", TokenFault.Shape);
        Add("two tokens in a row", $"{Good}{Good}", TokenFault.Shape);
        Add("only dots", "..", TokenFault.Json);
        Add("without header", $".{parts[1]}.{parts[2]}", TokenFault.Json);
        Add("without claims", $"{parts[0]}..{parts[2]}", TokenFault.Signature);
    }

    void AddEncodings()
    {
        for (var part = 0; part < 3; part++)
        {
            var name = (string[])["header", "claims", "signature"];
            var index = part;
            foreach (var (what, change) in new (string, Func<string, string>)[]
            {
                ("padding", text => text + "="), ("two paddings", text => text + "=="), ("a plus", text => "+" + text[1..]), ("a slash", text => "/" + text[1..]),
                ("a space", text => text.Insert(2, " ")), ("a line end", text => text + "\n"), ("a tab", text => "\t" + text), ("a percent escape", text => text + "%3D"),
                ("a letter of another script", text => "é" + text[1..]), ("NUL", text => text + "\0"), ("a letter too many", text => Pad(text, 1)),
                ("stray last bits", StrayBits),
            })
            {
                var parts = GoodWithRaggedParts().Split('.');
                parts[index] = change(parts[index]);
                Add($"{what} in the {name[part]}", string.Join('.', parts), TokenFault.Encoding);
            }
        }

        static string Pad(string text, int remainder) => text.PadRight(text.Length + (4 + remainder - text.Length % 4) % 4, 'A');
    }

    void AddAlgorithms()
    {
        foreach (var alg in new[] { "none", "None", "NONE", "nOnE", "", "HS256", "HS384", "HS512", "RS256", "PS256", "ES384", "ES512", "ES256K", "EdDSA", "es256", "ES256 ", " ES256", "ES-256", "dir", "A128KW" })
            Add($"alg '{alg}', signed by us", Signed(Header(h => h["alg"] = alg), Claims()), TokenFault.Algorithm);
        Add("alg none without signature", Unsigned(Header(h => h["alg"] = "none"), Claims()), TokenFault.Algorithm);
        Add("alg ES256 without signature", Unsigned(Header(), Claims()), TokenFault.Signature);
        Add("alg missing", Signed(Header(h => h.Remove("alg")), Claims()), TokenFault.Algorithm);
        Add("alg null", Signed(Header(h => h["alg"] = null), Claims()), TokenFault.Algorithm);
        Add("alg a list", Signed(Header(h => h["alg"] = new JsonArray("ES256")), Claims()), TokenFault.Algorithm);
        Add("alg a number", Signed(Header(h => h["alg"] = 256), Claims()), TokenFault.Algorithm);
        foreach (var (what, secret) in PublicKeyAsSecret())
            Add($"HS256 with the public key as secret ({what})", Mac(Header(h => h["alg"] = "HS256"), Claims(), secret), TokenFault.Algorithm);
        foreach (var (what, secret) in PublicKeyAsSecret())
            Add($"called ES256, but HMAC with the public key ({what})", Mac(Header(), Claims(), secret), TokenFault.Signature);
    }

    void AddTypes()
    {
        foreach (var typ in new[] { "JWT", "jwt", "AT+JWT", "at+JWT", "application/at+jwt", "at jwt", "dpop+jwt", "id+jwt", "" })
            Add($"typ '{typ}'", Signed(Header(h => h["typ"] = typ), Claims()), TokenFault.Type);
        Add("typ missing", Signed(Header(h => h.Remove("typ")), Claims()), TokenFault.Type);
        Add("typ null", Signed(Header(h => h["typ"] = null), Claims()), TokenFault.Type);
        Add("typ a list", Signed(Header(h => h["typ"] = new JsonArray("at+jwt")), Claims()), TokenFault.Type);
    }

    void AddKeys()
    {
        foreach (var kid in new[] { "", "unknown", "../../../../dev/null", "/dev/null", "' OR '1'='1", "x' UNION SELECT 'AA==", "https://example.com/key", ours.Id.ToLowerInvariant(), ours.Id + "=", ours.Id[..^1] })
            Add($"kid '{kid}'", Signed(Header(h => h["kid"] = kid), Claims()), TokenFault.Key);
        Add("kid missing", Signed(Header(h => h.Remove("kid")), Claims()), TokenFault.Key);
        Add("kid null", Signed(Header(h => h["kid"] = null), Claims()), TokenFault.Key);
        Add("kid a number", Signed(Header(h => h["kid"] = 0), Claims()), TokenFault.Key);
        Add("kid a list", Signed(Header(h => h["kid"] = new JsonArray(ours.Id)), Claims()), TokenFault.Key);
        Add("another key under its own kid", Signed(Header(h => h["kid"] = strange.Id), Claims(), strange), TokenFault.Key);
        Add("another key under our kid", Signed(Header(), Claims(), strange), TokenFault.Signature);
        Add("another key, brought along in jwk", Signed(Header(h => h["jwk"] = strange.ToJwk()), Claims(), strange), TokenFault.Signature);
        Add("another key, brought along under its kid", Signed(Header(h => (h["jwk"], h["kid"]) = (strange.ToJwk(), strange.Id)), Claims(), strange), TokenFault.Key);
        foreach (var member in new[] { "jku", "x5u" })
            Add($"another key by {member}", Signed(Header(h => h[member] = "https://example.com/keys.json"), Claims(), strange), TokenFault.Signature);
        Add("another key by x5c", Signed(Header(h => h["x5c"] = new JsonArray("MIIB")), Claims(), strange), TokenFault.Signature);
        using var wrongCurve = ECDsa.Create(ECCurve.NamedCurves.nistP384);
        var signed = $"{Encoded(Header())}.{Encoded(Claims())}";
        var longSignature = wrongCurve.SignData(Encoding.ASCII.GetBytes(signed), HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);
        Add("signed on P-384", $"{signed}.{Base64UrlText.Encode(longSignature)}", TokenFault.Signature);
        Add("signed on P-384, cut to 64 bytes", $"{signed}.{Base64UrlText.Encode(longSignature.AsSpan(0, 64))}", TokenFault.Signature);
    }

    void AddHeaderMembers()
    {
        Add("crit names exp", Signed(Header(h => h["crit"] = new JsonArray("exp")), Claims()), TokenFault.Header);
        Add("crit empty", Signed(Header(h => h["crit"] = new JsonArray()), Claims()), TokenFault.Header);
        Add("crit null", Signed(Header(h => h["crit"] = null), Claims()), TokenFault.Header);
        Add("b64 false", Signed(Header(h => (h["b64"], h["crit"]) = (false, new JsonArray("b64"))), Claims()), TokenFault.Header);
        Add("b64 true", Signed(Header(h => h["b64"] = true), Claims()), TokenFault.Header);
        Add("zip", Signed(Header(h => h["zip"] = "DEF"), Claims()), TokenFault.Header);
        Add("enc", Signed(Header(h => h["enc"] = "A256GCM"), Claims()), TokenFault.Header);
    }

    void AddMalformedJson()
    {
        var header = Header().ToJsonString();
        var claims = Claims().ToJsonString();
        foreach (var (what, text) in new[]
        {
            ("empty", ""), ("blank", " "), ("a list", "[]"), ("a text", "\"x\""), ("null", "null"), ("a number", "1"), ("cut", "{"), ("two objects", "{}{}"),
            ("a NUL after it", "*\0"), ("a comma too many", "{,}"), ("single quotes", "{'alg':'ES256'}"), ("a comment", "/**/*"), ("a byte order mark", "\ufeff*"),
        })
        {
            Add($"header: {what}", SignedRaw(text.Replace("*", header, StringComparison.Ordinal), claims), TokenFault.Json);
            Add($"claims: {what}", SignedRaw(header, text.Replace("*", claims, StringComparison.Ordinal)), TokenFault.Json);
        }
        foreach (var name in new[] { "alg", "typ", "kid" }) Add($"header: {name} twice", SignedRaw(Doubled(Header(), name), claims), TokenFault.Json);
        foreach (var name in new[] { "iss", "aud", "sub", "sid", "exp", "nbf", "iat" }) Add($"claims: {name} twice", SignedRaw(header, Doubled(Claims(), name)), TokenFault.Json);
        Add("header: kid twice, once escaped", SignedRaw(header.Replace("\"kid\"", "\"\\u006bid\":\"x\",\"kid\"", StringComparison.Ordinal), claims), TokenFault.Json);
        Add("header: half a surrogate", SignedRaw(header.Replace("ES256", "\\ud800", StringComparison.Ordinal), claims), TokenFault.Json);
        Add("claims: half a surrogate", SignedRaw(header, claims.Replace(AccessTokens.Issuer + "\"", "\\udc00\"", StringComparison.Ordinal)), TokenFault.Json);
        Add("header: too deep", Signed(Header(h => h["x"] = JsonNode.Parse(new string('[', 40) + new string(']', 40))), Claims()), TokenFault.Json);
        Add("claims: too deep", Signed(Header(), Claims(c => c["x"] = JsonNode.Parse(new string('[', 40) + new string(']', 40)))), TokenFault.Json);
        Add("header: not UTF-8", SignedBytes([.. Encoding.UTF8.GetBytes(header[..^1]), .. ",\"x\":\""u8, 0xff, 0xfe, .. "\"}"u8], Encoding.UTF8.GetBytes(claims)), TokenFault.Json);
        Add("claims: not UTF-8", SignedBytes(Encoding.UTF8.GetBytes(header), [0xc3, 0x28]), TokenFault.Json);
    }

    void AddSignatures()
    {
        var parts = Good.Split('.');
        var fine = Base64UrlText.Decode(parts[2])!;
        var order = Convert.FromHexString("FFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551");
        byte[] zero = new byte[32];
        foreach (var (what, signature) in new (string, byte[])[]
        {
            ("empty", []), ("one byte", [0]), ("63 bytes", fine[..63]), ("65 bytes", [.. fine, 0]), ("twice", [.. fine, .. fine]),
            ("zero", new byte[64]), ("r zero", [.. zero, .. fine[32..]]), ("s zero", [.. fine[..32], .. zero]), ("r the order", [.. order, .. fine[32..]]),
            ("s the order", [.. fine[..32], .. order]), ("both the order", [.. order, .. order]), ("all ones", [.. Enumerable.Repeat((byte)255, 64)]),
            ("r and s swapped", [.. fine[32..], .. fine[..32]]), ("first bit turned", [(byte)(fine[0] ^ 128), .. fine[1..]]), ("last bit turned", [.. fine[..63], (byte)(fine[63] ^ 1)]),
            ("of other data", ours.Sign("other"u8)), ("as DER", Der(fine)),
        })
            Add($"signature {what}", $"{parts[0]}.{parts[1]}.{Base64UrlText.Encode(signature)}", TokenFault.Signature);
        Add("claims of another token", $"{parts[0]}.{Encoded(Claims(c => c["sub"] = Guid.CreateVersion7().ToString()))}.{parts[2]}", TokenFault.Signature);
        Add("a blank after the header, not signed", $"{Base64UrlText.Encode(Header().ToJsonString() + " ")}.{parts[1]}.{parts[2]}", TokenFault.Signature);
    }

    void AddClaims()
    {
        foreach (var (name, fault) in new[] { ("iss", TokenFault.Issuer), ("aud", TokenFault.Audience), ("sub", TokenFault.Subject), ("sid", TokenFault.Session), ("exp", TokenFault.Lifetime), ("nbf", TokenFault.Lifetime), ("iat", TokenFault.Lifetime) })
        {
            Claim($"{name} missing", c => c.Remove(name), fault);
            Claim($"{name} null", c => c[name] = null, fault);
            Claim($"{name} true", c => c[name] = true, fault);
            Claim($"{name} an object", c => c[name] = new JsonObject(), fault);
            Claim($"{name} empty text", c => c[name] = "", fault);
        }
        foreach (var issuer in new[] { "Consilium", "consilium ", "https://consilium", "consilium/" }) Claim($"iss '{issuer}'", c => c["iss"] = issuer, TokenFault.Issuer);
        foreach (var audience in new[] { "consilium", "Consilium-API", "consilium-api/", "*" }) Claim($"aud '{audience}'", c => c["aud"] = audience, TokenFault.Audience);
        Claim("aud a list with ours", c => c["aud"] = new JsonArray(AccessTokens.Audience), TokenFault.Audience);
        Claim("aud a list with two", c => c["aud"] = new JsonArray("other", AccessTokens.Audience), TokenFault.Audience);
        foreach (var (name, fault) in new[] { ("sub", TokenFault.Subject), ("sid", TokenFault.Session) })
            foreach (var id in new[] { "1", "admin", Guid.Empty.ToString(), user.ToString("N"), user.ToString("B"), user.ToString().ToUpperInvariant(), $" {user}", $"{user}\n", "' OR 1=1 --" })
                Claim($"{name} '{id}'", c => c[name] = id, fault);
        foreach (var name in new[] { "exp", "nbf", "iat" })
        {
            Claim($"{name} as text", c => c[name] = c[name]!.ToString(), TokenFault.Lifetime);
            Claim($"{name} with a fraction", c => c[name] = c[name]!.GetValue<long>() + 0.5, TokenFault.Lifetime);
            Claim($"{name} negative", c => c[name] = -1, TokenFault.Lifetime);
            Claim($"{name} 1e300", c => c[name] = 1e300, TokenFault.Lifetime);
            Claim($"{name} in milliseconds", c => c[name] = c[name]!.GetValue<long>() * 1000, TokenFault.Lifetime);
            Claim($"{name} the largest number", c => c[name] = long.MaxValue, TokenFault.Lifetime);
            Claim($"{name} a list", c => c[name] = new JsonArray(Seconds(10)), TokenFault.Lifetime);
        }
        Claim("good for a day", c => c["exp"] = Seconds(86_400), TokenFault.Lifetime);
        Claim("good for half an hour and a second", c => c["exp"] = Seconds(1801), TokenFault.Lifetime);
        Claim("expired this second", c => Move(c, -1800), TokenFault.Expired);
        Claim("expired yesterday", c => Move(c, -86_400), TokenFault.Expired);
        Claim("exp before nbf", c => c["exp"] = Seconds(-60), TokenFault.Expired);
        Claim("from tomorrow", c => Move(c, 86_400), TokenFault.NotYet);
        Claim("not before a minute has passed", c => c["nbf"] = Seconds(60), TokenFault.NotYet);
        Claim("issued in a minute", c => c["iat"] = Seconds(60), TokenFault.NotYet);
    }

    void Add(string name, string text, TokenFault fault) => tokens.Add(new(name, text, fault));

    void Claim(string name, Action<JsonObject> change, TokenFault fault) => Add(name, Signed(Header(), Claims(change)), fault);

    JsonObject Header(Action<JsonObject>? change = null)
    {
        var header = new JsonObject { ["alg"] = "ES256", ["typ"] = "at+jwt", ["kid"] = ours.Id };
        change?.Invoke(header);
        return header;
    }

    JsonObject Claims(Action<JsonObject>? change = null)
    {
        var claims = new JsonObject
        {
            ["iss"] = AccessTokens.Issuer, ["aud"] = AccessTokens.Audience, ["sub"] = user.ToString(), ["sid"] = session.ToString(),
            ["iat"] = Seconds(0), ["nbf"] = Seconds(0), ["exp"] = Seconds(1800),
        };
        change?.Invoke(claims);
        return claims;
    }

    long Seconds(int later) => now.ToUnixTimeSeconds() + later;

    static void Move(JsonObject claims, int seconds)
    {
        foreach (var name in new[] { "iat", "nbf", "exp" }) claims[name] = claims[name]!.GetValue<long>() + seconds;
    }

    /// <summary>A good token none of whose parts fills its last letter, so that stray bits have room.</summary>
    string GoodWithRaggedParts()
    {
        for (var i = 0; ; i++)
        {
            var token = Signed(Header(h => h["x"] = new string('x', i % 3)), Claims(c => c["x"] = new string('x', i / 3)));
            if (token.Split('.').All(part => part.Length % 4 != 0)) return token;
        }
    }

    static string StrayBits(string text)
    {
        const string alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
        return text[..^1] + alphabet[alphabet.IndexOf(text[^1], StringComparison.Ordinal) + 1];
    }

    string Signed(JsonObject header, JsonObject claims, TokenKey? by = null) => SignedRaw(header.ToJsonString(), claims.ToJsonString(), by);

    string SignedRaw(string header, string claims, TokenKey? by = null) => SignedBytes(Encoding.UTF8.GetBytes(header), Encoding.UTF8.GetBytes(claims), by);

    string SignedBytes(byte[] header, byte[] claims, TokenKey? by = null)
    {
        var signed = $"{Base64UrlText.Encode(header)}.{Base64UrlText.Encode(claims)}";
        return $"{signed}.{Base64UrlText.Encode((by ?? ours).Sign(Encoding.ASCII.GetBytes(signed)))}";
    }

    static string Unsigned(JsonObject header, JsonObject claims) => $"{Encoded(header)}.{Encoded(claims)}.";

    static string Mac(JsonObject header, JsonObject claims, byte[] secret)
    {
        var signed = $"{Encoded(header)}.{Encoded(claims)}";
        return $"{signed}.{Base64UrlText.Encode(HMACSHA256.HashData(secret, Encoding.ASCII.GetBytes(signed)))}";
    }

    static string Encoded(JsonObject json) => Base64UrlText.Encode(json.ToJsonString());

    static string Doubled(JsonObject json, string name) => $"{{{JsonSerializer.Serialize(name)}:{json[name]!.ToJsonString()},{json.ToJsonString()[1..]}";

    (string What, byte[] Secret)[] PublicKeyAsSecret()
    {
        var jwk = ours.ToJwk();
        var (x, y) = (Base64UrlText.Decode((string)jwk["x"]!)!, Base64UrlText.Decode((string)jwk["y"]!)!);
        using var key = ECDsa.Create(new ECParameters { Curve = ECCurve.NamedCurves.nistP256, Q = new() { X = x, Y = y } });
        return
        [
            ("its point", [4, .. x, .. y]), ("its x", x), ("its JWK", Encoding.UTF8.GetBytes(jwk.ToJsonString())), ("its id", Encoding.UTF8.GetBytes(ours.Id)),
            ("PEM", Encoding.ASCII.GetBytes(key.ExportSubjectPublicKeyInfoPem())), ("DER", key.ExportSubjectPublicKeyInfo()), ("nothing", []),
        ];
    }

    static byte[] Der(byte[] signature)
    {
        return [0x30, 68, .. Number(signature[..32]), .. Number(signature[32..])];

        static byte[] Number(byte[] bytes) => [2, 32, .. bytes];
    }
}

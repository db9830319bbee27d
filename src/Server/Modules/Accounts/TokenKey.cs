using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace Consilium.Modules.Accounts;

/// <summary>One key pair that signs access tokens: ES256 (ECDSA on P-256 with SHA-256), and nothing else. Its id is its RFC 7638 thumbprint.</summary>
internal sealed class TokenKey : IDisposable
{
    public const string Algorithm = "ES256";
    public const int SignatureLength = 64;

    readonly ECDsa key;
    readonly Lock signing = new(); // an ECDsa instance does not promise to be thread-safe
    readonly string x;
    readonly string y;

    TokenKey(ECDsa key)
    {
        this.key = key;
        var point = key.ExportParameters(includePrivateParameters: false);
        if (point.Curve.Oid.Value != ECCurve.NamedCurves.nistP256.Oid.Value) throw new ArgumentException("An ES256 key is on the curve P-256.", nameof(key));
        (x, y) = (Base64UrlText.Encode(point.Q.X), Base64UrlText.Encode(point.Q.Y));
        Id = Base64UrlText.Encode(SHA256.HashData(Encoding.ASCII.GetBytes($$"""{"crv":"P-256","kty":"EC","x":"{{x}}","y":"{{y}}"}""")));
    }

    public string Id { get; }

    public static TokenKey Create() => new(ECDsa.Create(ECCurve.NamedCurves.nistP256));

    public static TokenKey FromPrivateKey(ReadOnlySpan<byte> pkcs8)
    {
        var pair = ECDsa.Create();
        pair.ImportPkcs8PrivateKey(pkcs8, out _);
        return new(pair);
    }

    public static TokenKey FromParameters(ECParameters parameters) => new(ECDsa.Create(parameters));

    public byte[] ExportPrivateKey() => key.ExportPkcs8PrivateKey();

    public byte[] Sign(ReadOnlySpan<byte> data)
    {
        lock (signing) return key.SignData(data, HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);
    }

    public bool Verifies(ReadOnlySpan<byte> data, ReadOnlySpan<byte> signature)
    {
        if (signature.Length != SignatureLength) return false;
        lock (signing) return key.VerifyData(data, signature, HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);
    }

    /// <summary>The public half as a JSON Web Key (RFC 7517).</summary>
    public JsonObject ToJwk() => new()
    {
        ["kty"] = "EC", ["crv"] = "P-256", ["x"] = x, ["y"] = y, ["kid"] = Id, ["alg"] = Algorithm, ["use"] = "sig",
    };

    public void Dispose() => key.Dispose();
}

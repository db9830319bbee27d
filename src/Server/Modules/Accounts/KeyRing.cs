using System.Text.Json.Nodes;

namespace Consilium.Modules.Accounts;

/// <summary>The keys that this installation signs with and accepts. Loaded at the start; nothing that a token says can add to it.</summary>
internal sealed class KeyRing
{
    volatile IReadOnlyList<TokenKey> keys = [];

    /// <summary>The newest key, which signs.</summary>
    public TokenKey Current => keys is [var newest, ..] ? newest : throw new InvalidOperationException("The signing keys have not been loaded.");

    /// <param name="newestFirst">All keys whose tokens may still be in use.</param>
    public void Replace(IReadOnlyList<TokenKey> newestFirst) => keys = newestFirst;

    public TokenKey? Find(string id) => keys.FirstOrDefault(key => key.Id == id);

    /// <summary>The public keys as a JSON Web Key Set (RFC 7517).</summary>
    public JsonObject ToJwks() => new() { ["keys"] = new JsonArray([.. keys.Select(key => key.ToJwk())]) };
}

using Consilium.Platform.Database;
using Consilium.Platform.Secrets;

namespace Consilium.Modules.Accounts;

/// <summary>The keys that sign access tokens, as the vault keeps them.</summary>
internal sealed class SealedSigningKeys(RequestTransaction transaction, Vault vault, ILogger<SealedSigningKeys> log)
    : SealedColumn(new("accounts.signing_keys", Id: "id", BoundTo: $"'{Place}' || id", Bytes: "wrapped"), transaction, vault, log)
{
    const string Place = "accounts.signing_keys/";

    public static string BoundTo(string id) => Place + id;
}

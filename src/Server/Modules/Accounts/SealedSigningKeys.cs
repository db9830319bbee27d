using Consilium.Platform.Database;
using Consilium.Platform.Secrets;

namespace Consilium.Modules.Accounts;

/// <summary>The keys that sign access tokens, as the vault keeps them.</summary>
internal sealed class SealedSigningKeys(RequestTransaction transaction, Vault vault, ILogger<SealedSigningKeys> log)
    : SealedColumn(new("accounts.signing_keys", Id: "id", BoundTo: $"'{Place}' || id", Bytes: "wrapped"), transaction, vault, log)
{
    const string Place = "accounts.signing_keys/";

    readonly RequestTransaction transaction = transaction;

    public override async Task<string?> FormerMasterKeyAsync(CancellationToken cancellationToken)
    {
        await using var batch = await transaction.BatchAsync(cancellationToken);
        batch.Add("SELECT master_key_id FROM accounts.signing_keys WHERE master_key_id IS NOT NULL LIMIT 1");
        return await batch.ExecuteScalarAsync(cancellationToken) as string;
    }

    public static string BoundTo(string id) => Place + id;
}

using System.Security.Cryptography;
using System.Text.Json;
using Consilium.Platform.Secrets;

namespace Consilium.Modules.Settings;

/// <summary>Opens the encrypted values of entries. Who may have them opened, and that it is written down, is its callers' affair.</summary>
internal sealed class OpenConfig(Vault vault, ILogger<OpenConfig> log)
{
    /// <summary>Null when it can't be opened, whatever the reason.</summary>
    public async Task<JsonElement?> ValueAsync(StoredVersion version, CancellationToken cancellationToken)
    {
        if (await vault.OpenAsync(version.DataKeyId!.Value, version.Sealed!, version.BoundTo(), cancellationToken) is not { } opened)
        {
            log.LogError("Version {Version} of the encrypted entry {Entry} can't be decrypted", version.Version, version.EntryId);
            return null;
        }
        try
        {
            return JsonElement.Parse(opened);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(opened);
        }
    }
}

using Consilium.Platform.Database;
using Consilium.Platform.Secrets;

namespace Consilium.Modules.Settings;

/// <summary>The encrypted values of all versions, as the vault keeps them; bound as <see cref="StoredVersion.BoundTo(EntryName, int)"/> says.</summary>
internal sealed class SealedConfig(RequestTransaction transaction, Vault vault, ILogger<SealedConfig> log) : SealedColumn(
    new("settings.versions", Id: "(entry_id || '/' || version)",
        BoundTo: "(SELECT concat_ws('|', 'config', e.key, e.profile, e.environment, versions.version) FROM settings.entries e WHERE e.id = entry_id)"),
    transaction, vault, log);

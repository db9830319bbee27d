using Consilium.Platform.Secrets;

namespace Consilium.Modules.Settings;

/// <summary>A data key of the vault, without its material.</summary>
/// <param name="Id">The id of the key.</param>
/// <param name="Algorithm">The cipher: <c>AES-256-GCM</c>.</param>
/// <param name="Status">active: seals; retiring: its values are being sealed again by the active one; retired: only opens what was handed out.</param>
/// <param name="CreatedAt">When it was made.</param>
/// <param name="CreatedBy">Who rotated; null for the first key.</param>
/// <param name="RetiredAt">When it was retired; null before.</param>
/// <param name="InUse">How many stored values it protects.</param>
internal sealed record KeyResponse(
    Guid Id, string Algorithm, DataKeyStatus Status, DateTimeOffset CreatedAt, Guid? CreatedBy, DateTimeOffset? RetiredAt, long InUse)
{
    public static KeyResponse Of(DataKey key, long inUse) => new(key.Id, key.Algorithm, key.Status, key.CreatedAt, key.CreatedBy, key.RetiredAt, inUse);
}

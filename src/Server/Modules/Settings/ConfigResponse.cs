using System.Text.Json;

namespace Consilium.Modules.Settings;

/// <summary>An entry of the configuration.</summary>
/// <param name="Key">Dotted: <c>app.db.host</c>.</param>
/// <param name="Value">Any JSON. An encrypted one is masked; one that was never given a value is null.</param>
/// <param name="Profile">Null for the entry of all profiles.</param>
/// <param name="Environment">Null for the entry of all environments.</param>
/// <param name="IsEncrypted">Whether the value is kept encrypted.</param>
/// <param name="Version">From 1, without gaps; it is the <c>ETag</c> too.</param>
/// <param name="CreatedAt">When the entry was created.</param>
/// <param name="UpdatedAt">When its present value was written.</param>
/// <param name="UpdatedBy">The account that wrote it; null for the server itself.</param>
internal sealed record ConfigResponse(
    string Key, JsonElement Value, string? Profile, string? Environment, bool IsEncrypted, int Version, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt,
    Guid? UpdatedBy)
{
    public const string Root = "/api/v1/config";

    public static ConfigResponse Of(StoredVersion version) => Of(version, version.Shown);

    public static ConfigResponse Of(StoredVersion version, JsonElement value) => new(
        version.Name.Key, value, OrNull(version.Name.Profile), OrNull(version.Name.Environment), version.IsEncrypted, version.Version, version.CreatedAt,
        version.At, version.ActorId);

    /// <summary>Where the entry is.</summary>
    public static string PathOf(EntryName name) => $"{Root}/{name.Key}" + (name switch
    {
        { Profile: "", Environment: "" } => "",
        { Environment: "" } => $"?profile={name.Profile}",
        { Profile: "" } => $"?environment={name.Environment}",
        _ => $"?profile={name.Profile}&environment={name.Environment}",
    });

    /// <summary>What the audit trail calls it.</summary>
    public static string ResourceOf(EntryName name) =>
        !ConfigKeys.IsKey(name.Key) ? "config/unknown" // it may be anything, a secret too
        : name is { Profile: "", Environment: "" } ? $"config/{name.Key}"
        : $"config/{name.Key}@{name.Profile}/{name.Environment}";

    public static string? OrNull(string name) => name.Length == 0 ? null : name;
}

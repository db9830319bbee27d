namespace Consilium.Modules.Settings;

/// <summary>What an API key may do with the vault.</summary>
internal static class SecurityScopes
{
    /// <summary>Encrypt and decrypt.</summary>
    public const string Use = "security:use";

    /// <summary>List and rotate keys.</summary>
    public const string Manage = "security:manage";
}

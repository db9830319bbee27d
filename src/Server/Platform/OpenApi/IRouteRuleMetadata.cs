namespace Consilium.Platform.OpenApi;

/// <summary>Endpoint metadata: besides an access token, this opens the route as well. The API's document shows it.</summary>
internal interface ISecuritySchemeMetadata
{
    /// <summary>One of <see cref="SecuritySchemes"/>.</summary>
    string Scheme { get; }

    /// <summary>What the credential must allow; empty when it is enough by itself.</summary>
    IReadOnlyList<string> Scopes { get; }
}

/// <summary>Endpoint metadata: only these roles may use the route, by the one policy that all routes have. The API's document shows it.</summary>
internal interface IRolesMetadata
{
    IReadOnlyList<string> RoleNames { get; }
}

/// <summary>How a caller can say who is asking.</summary>
internal static class SecuritySchemes
{
    public const string Bearer = "Bearer";
    public const string ApiKey = "ApiKey";
    public const string StreamTicket = "StreamTicket";
}

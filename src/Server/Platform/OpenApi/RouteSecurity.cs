using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace Consilium.Platform.OpenApi;

/// <summary>Who may call an operation and by what: an access token unless the route is open to anyone, and whatever else its metadata allow.</summary>
internal sealed class RouteSecurity : IOpenApiOperationTransformer
{
    public Task TransformAsync(OpenApiOperation operation, OpenApiOperationTransformerContext context, CancellationToken cancellationToken)
    {
        var metadata = context.Description.ActionDescriptor.EndpointMetadata;
        operation.Security = [];
        if (metadata.OfType<IAllowAnonymous>().Any()) return Task.CompletedTask;
        var roles = metadata.OfType<IRolesMetadata>().LastOrDefault()?.RoleNames;
        if (roles is not { Count: 0 }) operation.Security.Add(Requirement(SecuritySchemes.Bearer, [])); // without a role nobody comes in by a token
        foreach (var other in metadata.OfType<ISecuritySchemeMetadata>()) operation.Security.Add(Requirement(other.Scheme, other.Scopes));
        if (roles is { Count: > 0 }) operation.Description = $"{operation.Description}\n\nRoles: {string.Join(", ", roles)}.".Trim();
        return Task.CompletedTask;

        OpenApiSecurityRequirement Requirement(string scheme, IReadOnlyList<string> scopes) =>
            new() { [new OpenApiSecuritySchemeReference(scheme, context.Document)] = [.. scopes] };
    }

    public static Dictionary<string, IOpenApiSecurityScheme> Schemes() => new(StringComparer.Ordinal)
    {
        [SecuritySchemes.Bearer] = new OpenApiSecurityScheme
        {
            Type = SecuritySchemeType.Http,
            Scheme = "bearer",
            BearerFormat = "JWT",
            Description = "The `access_token` of a login, a JWT that is checked as RFC8725 advises.",
        },
        [SecuritySchemes.ApiKey] = new OpenApiSecurityScheme
        {
            Type = SecuritySchemeType.ApiKey,
            In = ParameterLocation.Header,
            Name = "X-API-Key",
            Description = "A key for programs, made by an admin; it opens the operations that name one of its scopes.",
        },
        [SecuritySchemes.StreamTicket] = new OpenApiSecurityScheme
        {
            Type = SecuritySchemeType.ApiKey,
            In = ParameterLocation.Query,
            Name = "ticket",
            Description = "Opens one stream, for clients that cannot send headers (EventSource, WebSockets in browsers).",
        },
    };
}

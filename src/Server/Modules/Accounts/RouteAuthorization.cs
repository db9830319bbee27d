using Consilium.Modules.Accounts.Contracts;
using Consilium.Platform.OpenApi;
using Microsoft.AspNetCore.Authorization;

namespace Consilium.Modules.Accounts;

/// <summary>The one policy of every route: a signed-in caller who fits what the route says in <see cref="RouteRules"/>, or elsewhere by the same metadata.</summary>
internal sealed class RouteRequirement : IAuthorizationRequirement;

/// <inheritdoc cref="RouteRequirement"/>
internal sealed class RouteAuthorization : AuthorizationHandler<RouteRequirement>
{
    protected override Task HandleRequirementAsync(AuthorizationHandlerContext context, RouteRequirement requirement)
    {
        if (context is { User.Identity: CallerIdentity { Caller: var caller }, Resource: HttpContext http } && Allows(http.GetEndpoint(), caller))
            context.Succeed(requirement);
        return Task.CompletedTask;
    }

    static bool Allows(Endpoint? endpoint, Caller caller)
    {
        if (endpoint is null) return true; // there is nothing here: the 404 may be seen
        if (caller.IsApiKey) return endpoint.Metadata.GetOrderedMetadata<RouteRules.ScopeAllowed>().Any(allowed => caller.Scopes.Any(allowed.Fits));
        return endpoint.Metadata.GetMetadata<IRolesMetadata>() is not { } allowed || allowed.RoleNames.Contains(caller.Role.Wire());
    }
}

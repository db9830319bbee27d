using Consilium.Platform.OpenApi;
using Microsoft.AspNetCore.Authentication;

namespace Consilium.Modules.Accounts.Contracts;

/// <summary>
/// What a route says about its callers. Without any of these a route needs a signed-in person of any role; only
/// <c>AllowAnonymous()</c> opens it to anyone. A route asks for roles and scopes in no other way: a policy of its own would
/// replace the one that judges them.
/// </summary>
internal static class RouteRules
{
    /// <summary>Other roles may never use the route and get 403.</summary>
    public static TBuilder RequireRoles<TBuilder>(this TBuilder route, params Role[] roles) where TBuilder : IEndpointConventionBuilder =>
        route.WithMetadata(new RolesAllowed([.. roles.Select(role => role.Wire())]));

    /// <summary>
    /// Opens the route to API keys with this scope (any one of several). People are judged by role, keys by scope alone: a key without it
    /// gets 403, as on every route that names no scope.
    /// </summary>
    public static TBuilder AllowScope<TBuilder>(this TBuilder route, string scope) where TBuilder : IEndpointConventionBuilder =>
        route.WithMetadata(new ScopeAllowed(scope));

    /// <summary>
    /// The same, also to keys with the scope for a part only, <c>config:read:app.db</c>: the route itself sees to it that they reach no more than that.
    /// </summary>
    public static TBuilder AllowScopeUnder<TBuilder>(this TBuilder route, string scope) where TBuilder : IEndpointConventionBuilder =>
        route.WithMetadata(new ScopeAllowed(scope, InParts: true));

    /// <summary>For programs alone: an API key with one of these scopes. People get 403, whatever their role.</summary>
    public static TBuilder RequireScope<TBuilder>(this TBuilder route, params string[] scopes) where TBuilder : IEndpointConventionBuilder
    {
        route.RequireRoles();
        foreach (var scope in scopes) route.AllowScope(scope);
        return route;
    }

    /// <summary>Opens the route to anyone, but for those who show a credential that is not valid: they hear so, with 401 as everywhere.</summary>
    public static RouteHandlerBuilder AllowAnyone(this RouteHandlerBuilder route) => route.AllowAnonymous().ProducesProblem(401)
        .AddEndpointFilter(async (context, next) =>
            context.HttpContext.FindCaller() is null && (await context.HttpContext.AuthenticateAsync()).Failure is not null
                ? TypedResults.Challenge()
                : await next(context));

    /// <summary>Lets <c>?ticket=</c> open this GET: for EventSource and browser WebSockets, which send no headers.</summary>
    public static TBuilder AllowStreamTicket<TBuilder>(this TBuilder route) where TBuilder : IEndpointConventionBuilder =>
        route.WithMetadata(new StreamTicketAllowed());

    sealed record RolesAllowed(IReadOnlyList<string> RoleNames) : IRolesMetadata;

    internal sealed record ScopeAllowed(string Scope, bool InParts = false) : ISecuritySchemeMetadata
    {
        public bool Fits(string scope) => scope == Scope || (InParts && scope.StartsWith($"{Scope}:", StringComparison.Ordinal));

        string ISecuritySchemeMetadata.Scheme => SecuritySchemes.ApiKey;
        IReadOnlyList<string> ISecuritySchemeMetadata.Scopes => [Scope];
    }

    internal sealed record StreamTicketAllowed : ISecuritySchemeMetadata
    {
        string ISecuritySchemeMetadata.Scheme => SecuritySchemes.StreamTicket;
        IReadOnlyList<string> ISecuritySchemeMetadata.Scopes => [];
    }
}

using Consilium.Platform.OpenApi;

namespace Consilium.Platform.Administration;

/// <summary>Keeps a route for administrators, where the module that has the roles is not known. The one policy of every route judges it.</summary>
internal static class AdministratorRoutes
{
    public static TBuilder RequireAdministrator<TBuilder>(this TBuilder route) where TBuilder : IEndpointConventionBuilder =>
        route.WithMetadata(new AdministratorsOnly());

    sealed record AdministratorsOnly : IRolesMetadata
    {
        public IReadOnlyList<string> RoleNames { get; } = ["admin"];
    }
}

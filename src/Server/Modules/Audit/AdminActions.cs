using System.Globalization;
using System.Security.Claims;
using Consilium.Modules.Audit.Contracts;
using Consilium.Platform.Administration;
using Consilium.Platform.Database;

namespace Consilium.Modules.Audit;

/// <inheritdoc cref="IAdminActions"/>
internal sealed class AdminActions(ConsiliumDb db, IAuditTrail audit, IHttpContextAccessor http) : IAdminActions
{
    public Task AddAsync(string action, string resource, CancellationToken cancellationToken)
    {
        audit.Add(Actor.Of(http.HttpContext!.User).Did(action, resource));
        return db.SaveChangesAsync(cancellationToken);
    }
}

/// <summary>The caller as the claims say, without the module that gives them: Audit calls nobody.</summary>
internal sealed record Actor(Guid Id, string Role)
{
    public static Actor Of(ClaimsPrincipal user) => new(Guid.Parse(user.FindFirstValue("sub")!, CultureInfo.InvariantCulture), user.FindFirstValue("role")!);

    public AuditEntry Did(string action, string resource) => new(Id, Role, action, resource);
}

using Consilium.Modules.Audit.Contracts;
using Consilium.Platform.Administration;

namespace Consilium.Modules.Audit;

/// <summary>The trail of who did and read what. Every module writes to it; it calls nobody.</summary>
internal static class AuditModule
{
    public static void AddAudit(this WebApplicationBuilder builder)
    {
        builder.Services.AddHttpContextAccessor();
        builder.Services.AddSingleton<AuditWriter>();
        builder.Services.AddHostedService(services => services.GetRequiredService<AuditWriter>());
        builder.Services.AddScoped<IAuditTrail, AuditTrail>();
        builder.Services.AddScoped<IAdminActions, AdminActions>();
        builder.Services.AddScoped<TrailSearch>();
    }

    public static void MapAudit(this RouteGroupBuilder api) => ListAudit.Map(api);
}

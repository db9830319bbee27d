namespace Consilium.Platform.Outbound;

/// <summary>The guard of everything that leaves this server to an address somebody else has named.</summary>
internal static class OutboundModule
{
    public static void AddOutbound(this WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton(OutboundRules.Read(builder.Configuration));
        builder.Services.AddSingleton<INameResolver, SystemNameResolver>();
        builder.Services.AddSingleton<OutboundHttp>();
    }
}

using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Consilium.Platform.Hosting;

/// <summary>Where the server listens, and what it takes from a connection before a request is read.</summary>
internal static class Listening
{
    const string DefaultUrl = "http://localhost:8000";

    public static void ConfigureListening(this WebApplicationBuilder builder)
    {
        // By the urls key, never Kestrel:Endpoints, which would override --urls and ASPNETCORE_URLS.
        string[] keys = [WebHostDefaults.ServerUrlsKey, WebHostDefaults.HttpPortsKey, WebHostDefaults.HttpsPortsKey];
        if (keys.All(key => string.IsNullOrEmpty(builder.Configuration[key]))) builder.WebHost.UseUrls(DefaultUrl);

        // A lone LF as line end lets two servers in a row read two different requests (request smuggling).
        AppContext.SetSwitch("Microsoft.AspNetCore.Server.Kestrel.DisableHttp1LineFeedTerminators", true);

        builder.WebHost.ConfigureKestrel((context, kestrel) =>
        {
            var limits = kestrel.Limits;
            kestrel.AddServerHeader = false;
            limits.MaxConcurrentConnections = context.Configuration.WholeNumber("Limits:Connections", 20_000);
            limits.MaxConcurrentUpgradedConnections = context.Configuration.WholeNumber("Limits:WebSockets", 5_000);
            limits.RequestHeadersTimeout = TimeSpan.FromSeconds(5);
            limits.KeepAliveTimeout = TimeSpan.FromSeconds(90);
            limits.MinRequestBodyDataRate = new MinDataRate(bytesPerSecond: 240, gracePeriod: TimeSpan.FromSeconds(5));
            limits.MinResponseDataRate = new MinDataRate(bytesPerSecond: 240, gracePeriod: TimeSpan.FromSeconds(5));
            limits.MaxRequestBodySize = 1024 * 1024; // a route that takes files says so by RequestSizeLimit
            kestrel.ConfigureEndpointDefaults(endpoint => endpoint.Use(endpoint.ApplicationServices.GetRequiredService<CutOff>().WatchOver));
        });
        builder.Services.AddSingleton<CutOff>();
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromSeconds(8));
    }
}

/// <summary>
/// At the stop, cuts the connections of requests that have not ended by then: of the ten seconds that supervisors give, those who keep what
/// was promised (open transactions, the audit trail, the database) need some as well.
/// </summary>
internal sealed class CutOff : IDisposable
{
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(4);

    readonly CancellationTokenSource over = new();

    public CutOff(IHostApplicationLifetime lifetime) => lifetime.ApplicationStopping.Register(() => over.CancelAfter(Patience));

    public ConnectionDelegate WatchOver(ConnectionDelegate next) => async connection =>
    {
        await using var watch = over.Token.UnsafeRegister(static open => ((ConnectionContext)open!).Abort(), connection);
        await next(connection);
    };

    public void Dispose() => over.Dispose();
}

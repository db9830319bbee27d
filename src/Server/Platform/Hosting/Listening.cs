using System.Globalization;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Consilium.Platform.Hosting;

/// <summary>Where the server listens, and what it takes from a connection before a request is read.</summary>
internal static class Listening
{
    const int DefaultPort = 8000;
    const string PortKey = "PORT";

    /// <summary>Where a server listens that was told no more than a port: other machines reach it only where somebody gave a whole address.</summary>
    public static string OnLocalhost(int port) => string.Create(CultureInfo.InvariantCulture, $"http://localhost:{port}");

    public static void ConfigureListening(this WebApplicationBuilder builder)
    {
        // By the urls key, never Kestrel:Endpoints, which would override --urls and ASPNETCORE_URLS.
        if (string.IsNullOrEmpty(builder.Configuration[WebHostDefaults.ServerUrlsKey]) && Port(builder.Configuration) is { } port)
            builder.WebHost.UseUrls(OnLocalhost(port));

        // A lone LF as line end lets two servers in a row read two different requests (request smuggling).
        AppContext.SetSwitch("Microsoft.AspNetCore.Server.Kestrel.DisableHttp1LineFeedTerminators", true);

        builder.WebHost.ConfigureKestrel((context, kestrel) =>
        {
            var limits = kestrel.Limits;
            kestrel.AddServerHeader = false;
            limits.MaxConcurrentConnections = AtLeastOne(context.Configuration, "Limits:Connections", 20_000);
            limits.MaxConcurrentUpgradedConnections = AtLeastOne(context.Configuration, "Limits:WebSockets", 5_000);
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

    static int AtLeastOne(IConfiguration configuration, string key, int otherwise) =>
        configuration.WholeNumber(key, otherwise) is > 0 and var number ? number : throw new StartException($"The setting {key} must be at least 1.");

    // What hosting platforms set comes before ASPNETCORE_HTTP_PORTS, which images of ASP.NET Core have set already.
    static int? Port(IConfiguration configuration)
    {
        if (configuration.Port(PortKey) is { } port) return port;
        var others = configuration[WebHostDefaults.HttpPortsKey] + configuration[WebHostDefaults.HttpsPortsKey];
        return others.Length == 0 ? DefaultPort : null;
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

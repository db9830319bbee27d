using System.Net;
using Microsoft.AspNetCore.HttpOverrides;

namespace Consilium.Platform.Hosting;

/// <summary>
/// Who the client is when a reverse proxy stands before the server. <c>X-Forwarded-For</c> and <c>-Proto</c> count only from the addresses
/// and networks in <c>Proxies:Known</c> (<c>10.0.0.5, 10.1.0.0/16</c>); with none configured anybody could write them, so they are ignored.
/// </summary>
internal static class Proxies
{
    const string Key = "Proxies:Known";

    public static void UseKnownProxies(this WebApplication app)
    {
        var known = app.Configuration.List(Key);
        if (known.Length == 0) return;
        var options = new ForwardedHeadersOptions { ForwardedHeaders = ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedProto, ForwardLimit = null };
        options.KnownProxies.Clear();
        options.KnownIPNetworks.Clear();
        foreach (var entry in known)
        {
            if (IPAddress.TryParse(entry, out var address)) options.KnownProxies.Add(address);
            else if (System.Net.IPNetwork.TryParse(entry, out var network)) options.KnownIPNetworks.Add(network);
            else throw new StartException($"The setting {Key} must list addresses or networks such as 10.0.0.5 or 10.1.0.0/16, and has '{entry}'.");
        }
        app.UseForwardedHeaders(options);
    }
}

using System.Net;

namespace Consilium.Platform.Outbound;

/// <summary>
/// Connections to addresses that the operator has configured: model providers. They are not judged as <see cref="OutboundConnections"/> judges
/// those of strangers: a model on this machine, or in the private network, is what many want, and whoever writes the configuration could as well
/// replace the program. All else is the same: nothing of ours goes along, no proxy listens in, and no answer leads somewhere else.
/// </summary>
internal static class OperatorConnections
{
    public static SocketsHttpHandler Handler() => new()
    {
        ConnectTimeout = TimeSpan.FromSeconds(5),
        PooledConnectionLifetime = TimeSpan.FromMinutes(5), // names are resolved anew from time to time
        PooledConnectionIdleTimeout = TimeSpan.FromSeconds(60),
        UseProxy = false,
        AllowAutoRedirect = false, // a redirect would take the key elsewhere
        UseCookies = false,
        Credentials = null,
        ActivityHeadersPropagator = null,
        AutomaticDecompression = DecompressionMethods.None,
        MaxResponseHeadersLength = 32,
        MaxResponseDrainSize = 4096, // the end mark of a stream that was read to its last event: the connection is used again
        ResponseDrainTimeout = TimeSpan.FromMilliseconds(100),
    };
}

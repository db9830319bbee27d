using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Consilium.Platform.Outbound;

/// <summary>Opens connections for outbound requests: resolves a name once, judges every address, connects to those judged and to no other.</summary>
internal sealed class OutboundConnections(OutboundRules rules, INameResolver resolver)
{
    const int MostAddresses = 4;
    static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(5);

    /// <summary>Carries nothing of ours to the outside: no cookies, credentials, proxies or trace headers.</summary>
    public SocketsHttpHandler Handler() => new()
    {
        ConnectCallback = ConnectAsync,
        ConnectTimeout = ConnectTimeout,
        PooledConnectionLifetime = TimeSpan.FromMinutes(1), // how long a judgement holds
        PooledConnectionIdleTimeout = TimeSpan.FromSeconds(15),
        UseProxy = false,
        AllowAutoRedirect = false,
        UseCookies = false,
        Credentials = null,
        ActivityHeadersPropagator = null,
        AutomaticDecompression = DecompressionMethods.None,
        MaxResponseHeadersLength = 32,
        MaxResponseDrainSize = 0,
        // A certificate may name addresses to fetch its issuer from. That would go around this guard.
        SslOptions = new()
        {
            CertificateChainPolicy = new()
            {
                DisableCertificateDownloads = true,
                RevocationMode = X509RevocationMode.NoCheck,
                ApplicationPolicy = { new Oid("1.3.6.1.5.5.7.3.1") }, // for servers
            },
        },
    };

    async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellation)
    {
        var (host, port) = (context.DnsEndPoint.Host, context.DnsEndPoint.Port);
        var addresses = IPAddress.TryParse(host, out var literal) ? [literal] : await ResolveAsync(host, cancellation);
        if (!addresses.All(rules.Allows)) throw OutboundUrl.NotPublic();
        return await ConnectToFirstAsync([.. addresses.Take(MostAddresses)], port, cancellation);
    }

    async Task<IPAddress[]> ResolveAsync(string host, CancellationToken cancellation)
    {
        try
        {
            var addresses = await resolver.ResolveAsync(host, cancellation);
            if (addresses.Length > 0) return addresses;
        }
        catch (SocketException)
        {
            // said below, as for no addresses
        }
        throw new OutboundRefusedException(OutboundFailure.NotFound, "There is no server of that name.");
    }

    // One address that swallows packets must not use up the time of the others.
    static async Task<Stream> ConnectToFirstAsync(IPAddress[] addresses, int port, CancellationToken cancellation)
    {
        for (var i = 0; ; i++)
        {
            using var share = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            if (i < addresses.Length - 1) share.CancelAfter(ConnectTimeout / addresses.Length);
            var socket = new Socket(addresses[i].AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            try
            {
                await socket.ConnectAsync(new IPEndPoint(addresses[i], port), share.Token);
                return new NetworkStream(socket, ownsSocket: true);
            }
            catch (Exception fault) when (fault is SocketException or OperationCanceledException)
            {
                socket.Dispose();
                if (i == addresses.Length - 1 || cancellation.IsCancellationRequested) throw;
            }
        }
    }
}

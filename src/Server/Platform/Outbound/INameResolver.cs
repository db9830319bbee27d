using System.Net;

namespace Consilium.Platform.Outbound;

/// <summary>Asks the system for the addresses of a host name.</summary>
internal interface INameResolver
{
    /// <exception cref="System.Net.Sockets.SocketException">The name is not known, or nobody can be asked.</exception>
    Task<IPAddress[]> ResolveAsync(string host, CancellationToken cancellation);
}

/// <summary>The resolver of the operating system.</summary>
internal sealed class SystemNameResolver : INameResolver
{
    public Task<IPAddress[]> ResolveAsync(string host, CancellationToken cancellation) => Dns.GetHostAddressesAsync(host, cancellation);
}

using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Consilium.Platform.Hosting;

namespace Consilium.Platform.Outbound;

/// <summary>
/// Where this server may go when somebody else names the address: the public internet, and what the operator trusts besides, by
/// <c>Outbound:AllowHttp</c>, <c>Outbound:AllowNetworks</c> (<c>10.1.0.0/16, 10.2.0.7</c>) and <c>Outbound:AllowPorts</c>.
/// </summary>
internal sealed record OutboundRules
{
    const string Networks = "Outbound:AllowNetworks";
    const string Ports = "Outbound:AllowPorts";
    const string Http = "Outbound:AllowHttp";

    /// <summary>Plain http is fetched too.</summary>
    public bool AllowHttp { get; init; }

    /// <summary>Allowed although they are not public.</summary>
    public IReadOnlyList<IPNetwork> AllowNetworks { get; init; } = [];

    /// <summary>Allowed besides 443 for https and 80 for http.</summary>
    public IReadOnlyList<int> AllowPorts { get; init; } = [];

    /// <exception cref="StartException">A setting makes no sense.</exception>
    public static OutboundRules Read(IConfiguration configuration) => new()
    {
        AllowHttp = configuration[Http] is { Length: > 0 } text && (bool.TryParse(text, out var allow)
            ? allow
            : throw new StartException($"The setting {Http} must be true or false, and is '{text}'.")),
        AllowNetworks = [.. configuration.List(Networks).Select(Network)],
        AllowPorts = [.. configuration.List(Ports).Select(Port)],
    };

    /// <summary>The last word on an address, and on every IPv4 address inside of it.</summary>
    public bool Allows(IPAddress address) =>
        !address.IsIPv4MappedToIPv6 // which IPNetwork takes for the IPv4 address itself
        && (address.AddressFamily == AddressFamily.InterNetwork || address.ScopeId == 0)
        && (OutboundAddresses.IsPublic(address) || AllowNetworks.Any(network => network.Contains(address)))
        && OutboundAddresses.Embedded(address).All(Allows);

    public bool AllowsPort(int port, bool https) => port == (https ? 443 : 80) || AllowPorts.Contains(port);

    static IPNetwork Network(string entry)
    {
        if (IPAddress.TryParse(entry, out var single) && single.ToString() == entry)
            return new(single, single.AddressFamily == AddressFamily.InterNetwork ? 32 : 128);
        if (!IPNetwork.TryParse(entry, out var network) || !IPAddress.Parse(entry.Split('/')[0]).Equals(network.BaseAddress))
            throw new StartException($"The setting {Networks} must list networks (10.1.0.0/16, zeros after the prefix) or addresses, not '{entry}'.");
        return network.PrefixLength > 0
            ? network
            : throw new StartException($"The setting {Networks} has '{entry}', which is every address there is: name what you trust.");
    }

    static int Port(string entry) => int.TryParse(entry, NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port is > 0 and <= 65535
        ? port
        : throw new StartException($"The setting {Ports} must list ports from 1 to 65535, and has '{entry}'.");
}

using System.Net;
using System.Net.Sockets;

namespace Consilium.Platform.Outbound;

/// <summary>
/// Which addresses lie on the public internet: the special-purpose registries of IANA (RFC 6890 and its updates), judged by number. Of IPv6 only
/// global unicast, 2000::/3, is public; whatever carries an IPv4 address inside is also judged by that one.
/// </summary>
internal static class OutboundAddresses
{
    static readonly IPNetwork GlobalUnicast = IPNetwork.Parse("2000::/3");

    static readonly IPNetwork[] Special =
    [
        .. new[]
        {
            "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24",
            "192.31.196.0/24", "192.52.193.0/24", "192.88.99.0/24", "192.168.0.0/16", "192.175.48.0/24", "198.18.0.0/15", "198.51.100.0/24",
            "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
            "168.63.129.16/32", // in no registry: where a machine in Azure finds its host
            "2001::/23", "2001:db8::/32", "2002::/16", "2620:4f:8000::/48", "3fff::/20",
        }.Select(network => IPNetwork.Parse(network)),
    ];

    static readonly IPNetwork Compatible = IPNetwork.Parse("::/96");
    static readonly IPNetwork Translated = IPNetwork.Parse("::ffff:0:0:0/96");
    static readonly IPNetwork Nat64 = IPNetwork.Parse("64:ff9b::/96");
    static readonly IPNetwork SixToFour = IPNetwork.Parse("2002::/16");
    static readonly IPNetwork Teredo = IPNetwork.Parse("2001::/32");

    /// <summary>Globally routable unicast, by its own range alone: see also <see cref="Embedded"/>.</summary>
    public static bool IsPublic(IPAddress address) =>
        (address.AddressFamily == AddressFamily.InterNetwork || GlobalUnicast.Contains(address))
        && !Array.Exists(Special, network => network.Contains(address));

    /// <summary>The IPv4 addresses that a packet to this one may end at, by the usual ways of carrying them in IPv6.</summary>
    public static IEnumerable<IPAddress> Embedded(IPAddress address)
    {
        if (address.AddressFamily != AddressFamily.InterNetworkV6) return [];
        var bytes = address.GetAddressBytes();
        if (address.Equals(IPAddress.IPv6Any) || address.Equals(IPAddress.IPv6Loopback)) return []; // which only look like 0.0.0.0 and 0.0.0.1
        if (address.IsIPv4MappedToIPv6 || Compatible.Contains(address) || Translated.Contains(address) || Nat64.Contains(address)) return [At(12)];
        if (SixToFour.Contains(address)) return [At(2)];
        if (Teredo.Contains(address)) return [At(4), new([.. bytes[12..].Select(part => (byte)~part)])];
        return bytes.AsSpan(8, 4) is [0 or 2, 0, 0x5e, 0xfe] ? [At(12)] : []; // ISATAP

        IPAddress At(int start) => new(bytes.AsSpan(start, 4));
    }
}

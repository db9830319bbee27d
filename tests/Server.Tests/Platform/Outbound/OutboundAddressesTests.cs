using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using Consilium.Platform.Outbound;
using FsCheck;
using FsCheck.Fluent;

namespace Consilium.Tests.Platform.Outbound;

public sealed class OutboundAddressesTests
{
    static readonly OutboundRules Rules = new();

    /// <summary>Blocks of the registries, each with its first and last address.</summary>
    public static TheoryData<string, string> Blocks => new()
    {
        { "0.0.0.0", "0.255.255.255" }, { "10.0.0.0", "10.255.255.255" }, { "100.64.0.0", "100.127.255.255" },
        { "127.0.0.0", "127.255.255.255" }, { "169.254.0.0", "169.254.255.255" }, { "172.16.0.0", "172.31.255.255" },
        { "192.0.0.0", "192.0.0.255" }, { "192.0.2.0", "192.0.2.255" },
        { "192.88.99.0", "192.88.99.255" }, { "192.168.0.0", "192.168.255.255" }, { "198.18.0.0", "198.19.255.255" },
        { "198.51.100.0", "198.51.100.255" },
        { "203.0.113.0", "203.0.113.255" }, { "224.0.0.0", "255.255.255.255" }, { "168.63.129.16", "168.63.129.16" },
        { "192.31.196.0", "192.31.196.255" }, { "192.52.193.0", "192.52.193.255" }, { "192.175.48.0", "192.175.48.255" },
        { "::", "1fff:ffff:ffff:ffff:ffff:ffff:ffff:ffff" }, { "4000::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff" },
        { "2001::", "2001:1ff:ffff:ffff:ffff:ffff:ffff:ffff" }, { "2001:db8::", "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff" },
        { "2002::", "2002:ffff:ffff:ffff:ffff:ffff:ffff:ffff" }, { "2620:4f:8000::", "2620:4f:8000:ffff:ffff:ffff:ffff:ffff" },
        { "3fff::", "3fff:fff:ffff:ffff:ffff:ffff:ffff:ffff" },
    };

    [Theory]
    [MemberData(nameof(Blocks))]
    public void A_block_is_refused_from_its_first_address_to_its_last_and_no_further(string first, string last)
    {
        Rules.Allows(IPAddress.Parse(first)).ShouldBeFalse();
        Rules.Allows(IPAddress.Parse(last)).ShouldBeFalse();
        foreach (var neighbour in new[] { Beside(first, -1), Beside(last, 1) }.OfType<IPAddress>().Where(address => !InABlock(address)))
            Rules.Allows(neighbour).ShouldBeTrue($"{neighbour}");
    }

    [Theory]
    [InlineData("::1")]
    [InlineData("::ffff:8.8.8.8")]
    [InlineData("64:ff9b::808:808")]
    [InlineData("64:ff9b:1::1")]
    [InlineData("100::1")]
    [InlineData("5f00::1")]
    [InlineData("fc00::1")]
    [InlineData("fd00:ec2::254")]
    [InlineData("fe80::1")]
    [InlineData("fe80::1%1")]
    [InlineData("fec0::1")]
    [InlineData("ff02::1")]
    [InlineData("2606:4700::1111%2")]
    [InlineData("2606:4700::5efe:7f00:1")]
    [InlineData("2606:4700::200:5efe:a00:1")]
    public void Refused(string address) => Rules.Allows(IPAddress.Parse(address)).ShouldBeFalse();

    [Theory]
    [InlineData("1.1.1.1")]
    [InlineData("8.8.8.8")]
    [InlineData("93.184.215.14")]
    [InlineData("172.32.0.1")]
    [InlineData("2606:4700:4700::1111")]
    [InlineData("2a00:1450:4001:80b::200e")]
    [InlineData("2606:4700::5efe:808:808")]
    public void Allowed(string address) => Rules.Allows(IPAddress.Parse(address)).ShouldBeTrue();

    [Fact]
    public void An_address_that_carries_another_is_judged_at_least_as_strictly_as_that()
    {
        // An operator behind NAT64 and 6to4 may trust the carriers; what they carry is judged all the same.
        string[] networks = ["::/96", "::ffff:0:0:0/96", "64:ff9b::/96", "2002::/16", "2001::/32"];
        var carriers = Rules with { AllowNetworks = [.. networks.Select(network => IPNetwork.Parse(network))] };
        var edges = Blocks.SelectMany(block => block).Cast<string>().Where(text => !text.Contains(':', StringComparison.Ordinal))
            .SelectMany(text => new[] { IPAddress.Parse(text), Beside(text, -1), Beside(text, 1) }).OfType<IPAddress>().Select(Number).ToArray();
        var numbers = Gen.OneOf(Gen.Elements(edges), Gen.Choose(int.MinValue, int.MaxValue).Select(number => unchecked((uint)number)));

        Check.One(Config.QuickThrowOnFailure.WithMaxTest(3000), Prop.ForAll(Arb.From(numbers), number =>
        {
            var address = Address(number);
            foreach (var carrier in Carriers(number))
            {
                if (Rules.Allows(carrier)) Rules.Allows(address).ShouldBeTrue($"{carrier} carries {address}");
                carriers.Allows(carrier).ShouldBe(Rules.Allows(address) && !carrier.IsIPv4MappedToIPv6, $"{carrier} carries {address}");
            }
        }));
    }

    [Fact]
    public void A_trusted_network_is_trusted_in_its_own_family_alone()
    {
        var rules = Rules with { AllowNetworks = [IPNetwork.Parse("10.1.0.0/16"), IPNetwork.Parse("fd00:1::/32"), IPNetwork.Parse("::1/128")] };
        rules.Allows(IPAddress.IPv6Loopback).ShouldBeTrue();
        rules.Allows(IPAddress.Loopback).ShouldBeFalse();
        rules.Allows(IPAddress.Parse("10.1.2.3")).ShouldBeTrue();
        rules.Allows(IPAddress.Parse("10.2.2.3")).ShouldBeFalse();
        rules.Allows(IPAddress.Parse("::ffff:10.1.2.3")).ShouldBeFalse();
        rules.Allows(IPAddress.Parse("64:ff9b::10.1.2.3")).ShouldBeFalse();
        rules.Allows(IPAddress.Parse("fd00:1::5")).ShouldBeTrue();
        rules.Allows(IPAddress.Parse("fd00:2::5")).ShouldBeFalse();
    }

    static IEnumerable<IPAddress> Carriers(uint number)
    {
        var (high, low) = (number >> 16, number & 0xffff);
        var text = Address(number).ToString();
        yield return IPAddress.Parse($"::ffff:{text}");
        yield return IPAddress.Parse($"::ffff:0:{text}");
        yield return IPAddress.Parse($"64:ff9b::{text}");
        yield return IPAddress.Parse($"2002:{high:x}:{low:x}::1");
        yield return IPAddress.Parse($"2001:0:{high:x}:{low:x}:0:ffff:f7f7:f7f7"); // Teredo: its server, and 8.8.8.8 as its client
        yield return IPAddress.Parse($"2001:0:808:808:0:ffff:{~high & 0xffff:x}:{~low & 0xffff:x}"); // the other way round
        yield return IPAddress.Parse($"2606:4700::5efe:{high:x}:{low:x}");
        yield return IPAddress.Parse($"2606:4700::200:5efe:{high:x}:{low:x}");
        if (number > 1) yield return IPAddress.Parse($"::{high:x}:{low:x}");
    }

    static bool InABlock(IPAddress address) => Blocks.Any(block =>
        Compare(IPAddress.Parse((string)block[0]), address) <= 0 && Compare(address, IPAddress.Parse((string)block[1])) <= 0);

    static int Compare(IPAddress one, IPAddress other) => one.AddressFamily == other.AddressFamily
        ? one.GetAddressBytes().AsSpan().SequenceCompareTo(other.GetAddressBytes())
        : one.AddressFamily == AddressFamily.InterNetwork ? -1 : 1;

    /// <summary>The next address in this direction; null at the end of all addresses.</summary>
    static IPAddress? Beside(string text, int step)
    {
        var bytes = IPAddress.Parse(text).GetAddressBytes();
        for (var i = bytes.Length - 1; i >= 0; i--)
        {
            bytes[i] = unchecked((byte)(bytes[i] + step));
            if (bytes[i] != (step > 0 ? 0 : 255)) return new(bytes);
        }
        return null;
    }

    static uint Number(IPAddress address) => BinaryPrimitives.ReadUInt32BigEndian(address.GetAddressBytes());

    static IPAddress Address(uint number)
    {
        var bytes = new byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, number);
        return new(bytes);
    }
}

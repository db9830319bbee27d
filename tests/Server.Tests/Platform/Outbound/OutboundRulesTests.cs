using System.Net;
using Consilium.Platform.Hosting;
using Consilium.Platform.Outbound;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Consilium.Tests.Platform.Outbound;

public sealed class OutboundRulesTests
{
    [Fact]
    public void Without_configuration_only_https_and_the_public_internet()
    {
        var rules = Read();
        rules.AllowHttp.ShouldBeFalse();
        rules.AllowNetworks.ShouldBeEmpty();
        rules.AllowPorts.ShouldBeEmpty();
    }

    [Fact]
    public void An_operator_may_trust_more()
    {
        var rules = Read(
            ("Outbound:AllowHttp", "true"),
            ("Outbound:AllowNetworks", "10.1.0.0/16, 10.2.0.7 fd00:1::/32 ::1"), ("Outbound:AllowPorts", "8443, 8080"));
        rules.AllowHttp.ShouldBeTrue();
        rules.AllowNetworks.Select(network => $"{network}").ShouldBe(["10.1.0.0/16", "10.2.0.7/32", "fd00:1::/32", "::1/128"]);
        rules.AllowPorts.ShouldBe([8443, 8080]);
    }

    [Theory]
    [InlineData("Outbound:AllowHttp", "yes", "The setting Outbound:AllowHttp must be true or false, and is 'yes'.")]
    [InlineData("Outbound:AllowNetworks", "10.1.2.3/16", "zeros after the prefix) or addresses, not '10.1.2.3/16'.")]
    [InlineData("Outbound:AllowNetworks", "10.1.0.0/33", "not '10.1.0.0/33'.")]
    [InlineData("Outbound:AllowNetworks", "10.1", "not '10.1'.")]
    [InlineData("Outbound:AllowNetworks", "archive.example.com", "not 'archive.example.com'.")]
    [InlineData("Outbound:AllowNetworks", "0.0.0.0/0", "'0.0.0.0/0', which is every address there is")]
    [InlineData("Outbound:AllowNetworks", "::/0", "'::/0', which is every address there is")]
    [InlineData("Outbound:AllowPorts", "0", "The setting Outbound:AllowPorts must list ports from 1 to 65535, and has '0'.")]
    [InlineData("Outbound:AllowPorts", "8080-8090", "has '8080-8090'.")]
    [InlineData("Outbound:AllowPorts", "65536", "has '65536'.")]
    public void What_makes_no_sense_stops_the_start(string key, string value, string words) =>
        Should.Throw<StartException>(() => Read((key, value))).Message.ShouldContain(words);

    [Fact]
    public async Task The_server_has_one_guard_with_the_resolver_of_the_system()
    {
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.Configuration["Outbound:AllowHttp"] = "true";
        builder.Services.AddSingleton(TimeProvider.System);
        builder.AddOutbound();
        await using var provider = builder.Services.BuildServiceProvider();

        provider.GetRequiredService<OutboundHttp>().ShouldBeSameAs(provider.GetRequiredService<OutboundHttp>());
        provider.GetRequiredService<OutboundRules>().AllowHttp.ShouldBeTrue();
        (await provider.GetRequiredService<INameResolver>().ResolveAsync("localhost", default)).ShouldAllBe(address => IPAddress.IsLoopback(address));
    }

    static OutboundRules Read(params (string Key, string Value)[] settings) => OutboundRules.Read(
        new ConfigurationBuilder().AddInMemoryCollection(settings.ToDictionary(s => s.Key, s => (string?)s.Value, StringComparer.Ordinal)).Build());
}

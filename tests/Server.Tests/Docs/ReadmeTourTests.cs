using System.Net;
using System.Net.Sockets;
using Xunit.Abstractions;

namespace Consilium.Tests.Docs;

/// <summary>What the README promises to whoever tries it is done as it is written there, and must come out as it is shown there.</summary>
[Collection(Alone.Name)]
public sealed class ReadmeTourTests(ITestOutputHelper report)
{
    const string Command = "dotnet run --project src/Server";
    const string Address = Tour.Address;

    [Fact]
    public async Task The_tour_works_word_for_word()
    {
        using var other = IsFree(8000) ? null : FreePort.Take();
        var address = other is null ? Address : $"localhost:{other.Number}";
        if (other is not null) report.WriteLine($"Port 8000 is taken here: the tour ran with {address} instead, and otherwise word for word.");
        var start = Readme.ExamplesOf("Try it")[0];
        start.Commands.ShouldContain($"\n{Command}\n");

        await using var server = new ShellJob(
            other is null ? Command : $"{Command} -- --urls http://{address}", Repository.Root,
            ("Data__Directory", TempDirectory.New()), ("MSBUILDDISABLENODEREUSE", "1"),
            ("ASPNETCORE_ENVIRONMENT", null), ("DOTNET_ENVIRONMENT", null));
        await server.PrintsAsync("Ctrl+C stops it.", TimeSpan.FromMinutes(5));
        Readme.IsIn(start.Output!.Replace(Address, address), server.Output)
            .ShouldBeTrue($"The README shows\n{start.Output}\nbut the start printed\n{server.Output}");

        await Tour.FollowAsync(Readme.ExamplesOf("Five minutes with curl"), address, report);

        server.PressCtrlC();
        (await server.EndsAsync(TimeSpan.FromSeconds(30))).ShouldBe(0, server.Output);
        server.Output.ShouldNotContain(" fail: ", customMessage: server.Output);
    }

    static bool IsFree(int port)
    {
        try
        {
            using var v4 = new TcpListener(IPAddress.Loopback, port);
            v4.Start();
            if (!Socket.OSSupportsIPv6) return true;
            using var v6 = new TcpListener(IPAddress.IPv6Loopback, port);
            v6.Start();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}

using System.Net.Sockets;
using System.Text;

namespace Consilium.Tests.Platform.Hosting;

public sealed class StartAndStopTests
{
    [Fact]
    public async Task It_says_where_it_is_and_ends_with_0_when_asked_to()
    {
        await using var server = await ServerProcess.StartAsync();
        server.Output.ShouldContain($"is ready at {server.Address.ToString().TrimEnd('/')} (in ");
        server.Output.ShouldContain($"{server.Address}docs");
        server.Output.ShouldContain(server.Data);
        (await server.TerminateAsync()).ShouldBe(0);
        server.PostmasterId.ShouldBeNull();
    }

    [Fact]
    public async Task A_request_that_does_not_end_delays_the_stop_but_does_not_spoil_it()
    {
        await using var server = await ServerProcess.StartAsync();
        using var slow = new TcpClient();
        await slow.ConnectAsync(server.Address.Host, server.Address.Port);
        await slow.GetStream().WriteAsync(Encoding.ASCII.GetBytes(
            "POST /auth/login HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n"));
        using var answer = new StreamReader(slow.GetStream());
        (await answer.ReadLineAsync()).ShouldBe("HTTP/1.1 100 Continue"); // the request is being read

        (await server.TerminateAsync()).ShouldBe(0);
        server.PostmasterId.ShouldBeNull();
        server.Output.ShouldNotContain("Not everything had ended");
    }

    [Theory]
    [InlineData("Limits__RequestsPerSecond", "many", "The setting Limits:RequestsPerSecond must be a whole number, zero or more, and is 'many'.")]
    [InlineData("Proxies__Known", "everybody", "The setting Proxies:Known must list addresses or networks")]
    [InlineData("Outbound__AllowNetworks", "everywhere", "The setting Outbound:AllowNetworks must list networks (10.1.0.0/16")]
    [InlineData("ConnectionStrings__Database", "Host=127.0.0.1;Port=1;Username=x", "The database cannot be reached: Connection refused.")]
    [InlineData("ConnectionStrings__Database", "Nonsense=1", "ConnectionStrings__Database is no connection string")]
    public async Task A_start_that_fails_says_why_in_a_sentence(string setting, string value, string sentence)
    {
        var fault = await Should.ThrowAsync<InvalidOperationException>(() => ServerProcess.StartAsync((setting, value)));
        fault.Message.ShouldContain("ended with code 1 ");
        fault.Message.ShouldContain($"Consilium could not start. {sentence}");
        fault.Message.ShouldNotContain("   at ");
    }
}

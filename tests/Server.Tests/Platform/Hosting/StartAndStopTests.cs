using System.Globalization;
using System.Net;
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
    [InlineData("ConnectionStrings__Database", "nonsense", "ConnectionStrings__Database is no connection string")]
    [InlineData("ConnectionStrings__Database", "Host=127.0.0.1;Port=abc", "ConnectionStrings__Database is no connection string")]
    [InlineData("ConnectionStrings__Database", "Username=x", "ConnectionStrings__Database is no connection string")]
    [InlineData("DATABASE_URL", "nonsense", "DATABASE_URL is no PostgreSQL address")]
    [InlineData("DATABASE_URL", "postgresql://db/x?application_name=a&options=%00", "DATABASE_URL is no PostgreSQL address")]
    [InlineData("Database__MaxPoolSize", "1", "The setting Database:MaxPoolSize must be 2 or more")]
    public async Task A_start_that_fails_says_why_in_a_sentence(string setting, string value, string sentence)
    {
        var fault = await Should.ThrowAsync<InvalidOperationException>(() => ServerProcess.StartAsync((setting, value)));
        fault.Message.ShouldContain("ended with code 1 ");
        fault.Message.ShouldContain($"Consilium could not start. {sentence}");
        fault.Message.ShouldNotContain("   at ");
    }

    [Theory]
    [InlineData("Security__MasterKey", "no key", "The master key in Security:MasterKey must be 32 bytes in base64")]
    [InlineData("Security__MasterKeyFile", "/does/not/exist", "The master key file '/does/not/exist' does not exist.")]
    [InlineData("Security__PreviousMasterKey", "no key", "The master key in Security:PreviousMasterKey must be 32 bytes in base64")]
    [InlineData("ASPNETCORE_URLS", "nonsense", "Invalid url: 'nonsense'")]
    [InlineData("ASPNETCORE_URLS", "http://192.0.2.1:5000", "It cannot listen there: the address is not one of this machine.")]
    public async Task What_is_wrong_with_a_setting_is_said_before_PostgreSQL_is_started(string setting, string value, string sentence)
    {
        string[] urls = setting is "ASPNETCORE_URLS" ? [$"--urls={value}"] : [];
        var fault = await Should.ThrowAsync<InvalidOperationException>(() => ServerProcess.StartAsync(urls, (setting, value)));
        fault.Message.ShouldContain($"Consilium could not start. {sentence}");
        fault.Message.ShouldNotContain("database in");
        fault.Message.ShouldNotContain("Starting PostgreSQL");
    }

    [Theory]
    [InlineData("http://127.0.0.1:{0}")]
    [InlineData("http://localhost:{0}")]
    [InlineData("http://127.0.0.1:0;http://0.0.0.0:{0}")]
    [InlineData("http://*:{0}")]
    [InlineData("http://[::1]:{0}")]
    public async Task A_port_that_is_taken_is_said_before_PostgreSQL_is_started(string urls)
    {
        using var taken = new TcpListener(IPAddress.IPv6Any, 0) { Server = { DualMode = true } };
        taken.Start();
        var port = ((IPEndPoint)taken.LocalEndpoint).Port;

        var fault = await Should.ThrowAsync<InvalidOperationException>(
            () => ServerProcess.StartAsync([$"--urls={string.Format(CultureInfo.InvariantCulture, urls, port)}"]));

        fault.Message.ShouldContain($":{port} is taken by another program");
        fault.Message.ShouldContain("ended with code 1 ");
        fault.Message.ShouldNotContain("database in");
        fault.Message.ShouldNotContain("Starting PostgreSQL");
    }
}

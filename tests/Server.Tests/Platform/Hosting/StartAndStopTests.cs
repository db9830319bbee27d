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

    [Theory]
    [InlineData("Limits__RequestsPerSecond", "many", "The setting Limits:RequestsPerSecond must be a whole number, zero or more, and is 'many'.")]
    [InlineData("Proxies__Known", "everybody", "The setting Proxies:Known must list addresses or networks")]
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

namespace Consilium.Tests.Modules.Files;

public sealed class DecoderHealthTests
{
    [Fact]
    public async Task Without_Node_the_server_is_ready_and_says_what_is_missing()
    {
        var server = await Server.StartAsync(new Dictionary<string, string?>(StringComparer.Ordinal) { ["Files:Node"] = "/nowhere/node" });
        using var anyone = server.Anonymous();

        var ready = await (await anyone.GetAsync("/health/ready")).ShouldAnswerAsync(200);

        ready.Text("status").ShouldBe("degraded");
        ready.GetProperty("parts").Text("thumbnails").ShouldBe("degraded");
        ready.GetProperty("parts").Text("database").ShouldBe("healthy");
        ready.GetProperty("reasons").EnumerateObject().ShouldHaveSingleItem().Name.ShouldBe("thumbnails");
        ready.GetProperty("reasons").Text("thumbnails").ShouldBe("Node.js was not found; 20.9 or newer is needed.");
        (await (await anyone.GetAsync("/health")).ShouldAnswerAsync(200)).Text("status").ShouldBe("healthy");
        await server.DisposeAsync();
    }

    [DecoderFact]
    public async Task With_it_there_is_nothing_to_say()
    {
        var server = await Server.StartAsync();
        using var anyone = server.Anonymous();
        var ready = await (await anyone.GetAsync("/health/ready")).ShouldAnswerAsync(200);
        ready.GetProperty("parts").Text("thumbnails").ShouldBe("healthy");
        ready.GetProperty("reasons").EnumerateObject().ShouldBeEmpty();
        await server.DisposeAsync();
    }
}

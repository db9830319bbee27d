using System.Globalization;
using Xunit.Abstractions;

namespace Consilium.Tests.Modules.Settings;

/// <summary>Keys rotate while everybody works. <c>CONSILIUM_ROTATIONS</c> says how often on the server of its own; three times where it says nothing.</summary>
[Collection(Alone.Name)]
public sealed class RotationLoadTests(ITestOutputHelper output) : DatabaseTest
{
    static int Rotations =>
        int.TryParse(Environment.GetEnvironmentVariable("CONSILIUM_ROTATIONS"), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 3;

    [Fact]
    public async Task Rotations_under_readers_and_writers_fail_no_read_and_lose_no_write()
    {
        await using var server = await ServerProcess.StartAsync(("Accounts__PasswordIterations", "1000"), ("Security__OpensPerMinute", "0"));
        using var load = new SecretLoad(server.Address);
        await load.PrepareAsync(secretsOfEach: 60); // more than one batch

        await load.RotateAsync(Rotations);
        await load.ShouldHaveLostNothingAsync();

        output.WriteLine(load.ToString());
        server.Output.ShouldNotContain("A request failed", customMessage: "A request was answered 500; the server's log says why.");
    }

    [Fact]
    public async Task A_rotation_on_one_server_disturbs_nobody_on_another()
    {
        var settings = new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            ["Security:MasterKey"] = Convert.ToBase64String(new byte[32]),
            ["Security:OpensPerMinute"] = "0",
        };
        await using var here = new Started(await Server.StartAsync(settings, sharedDatabase: Database));
        await using var there = new Started(await Server.StartAsync(settings, sharedDatabase: Database));
        using var load = new SecretLoad(here.Address, there.Address);
        await load.PrepareAsync(secretsOfEach: 10);

        await load.RotateAsync(times: 2);
        await load.ShouldHaveLostNothingAsync();

        output.WriteLine(load.ToString());
    }

    sealed class Started(Server server) : IAsyncDisposable
    {
        public Uri Address => server.Address;

        public async ValueTask DisposeAsync() => await server.DisposeAsync();
    }
}

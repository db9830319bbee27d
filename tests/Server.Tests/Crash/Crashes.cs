using System.Diagnostics;
using System.Security.Cryptography;

namespace Consilium.Tests.Crash;

/// <summary>Kills a server again and again, at random moments and in every way, and starts it on the same data each time.</summary>
internal sealed class Crashes(ServerProcess server)
{
    static readonly TimeSpan RecoversWithin = TimeSpan.FromSeconds(30);

    readonly List<TimeSpan> restarts = [];

    /// <summary>Of the server process.</summary>
    public int Kills { get; private set; }

    /// <summary>Of the server process and its postmaster at once.</summary>
    public int KillsOfBoth { get; private set; }

    /// <summary>Of a server that had not finished starting.</summary>
    public int KillsWhileStarting { get; private set; }

    /// <summary>How long it took from the start of the process to a healthy answer.</summary>
    public IReadOnlyList<TimeSpan> Restarts => restarts;

    /// <summary>How long the server, alive, needed to bring back a postmaster that was killed.</summary>
    public TimeSpan Recovery { get; private set; }

    public async Task RunAsync(int kills)
    {
        for (var number = 1; Kills < kills; number++)
        {
            await Task.Delay(RandomNumberGenerator.GetInt32(100, 2500));
            if (number % 5 == 0) await KillBothAsync();
            else await KillServerAsync();
            if (number % 7 == 0) await KillWhileStartingAsync();
            restarts.Add(await server.RestartAsync());
            if (Kills >= kills / 2 && Recovery == TimeSpan.Zero) await KillPostmasterAsync();
        }
    }

    async Task KillServerAsync()
    {
        await server.KillAsync();
        Kills++;
    }

    async Task KillBothAsync()
    {
        var postmaster = server.PostmasterId ?? throw new InvalidOperationException($"No postmaster runs under the server:\n{server.Output}");
        int[] both = RandomNumberGenerator.GetInt32(2) == 0 ? [postmaster, server.Id] : [server.Id, postmaster];
        foreach (var id in both) ProcessSignals.Send(id, ProcessSignals.Kill);
        await KillServerAsync();
        await ProcessSignals.EndAsync(postmaster, ProcessSignals.Kill);
        KillsOfBoth++;
    }

    async Task KillWhileStartingAsync()
    {
        var starting = server.RestartAsync();
        await Task.Delay(RandomNumberGenerator.GetInt32(100, 1500));
        await KillServerAsync();
        KillsWhileStarting++;
        try
        {
            await starting;
        }
        catch (InvalidOperationException)
        {
            // It ended instead of starting, as it should after a kill.
        }
    }

    async Task KillPostmasterAsync()
    {
        await Task.Delay(RandomNumberGenerator.GetInt32(50, 1200));
        var killed = server.PostmasterId;
        await server.KillPostmasterAsync();
        var since = Stopwatch.StartNew();
        using var client = server.Client();
        while (server.PostmasterId is not { } id || id == killed || !(await client.GetAsync("/health")).IsSuccessStatusCode)
        {
            if (!server.IsRunning) throw new InvalidOperationException($"The server ended when its postmaster was killed:\n{server.Output}");
            if (since.Elapsed > RecoversWithin)
                throw new TimeoutException($"The server did not bring its database back within {RecoversWithin}:\n{server.Output}");
            await Task.Delay(20);
        }
        Recovery = since.Elapsed;
    }
}

using System.Diagnostics;

namespace Consilium.Platform.Hosting;

/// <summary>
/// Named places in durable work where tests kill the server as <c>kill -9</c> would: the one that <c>Crash:At</c> names. Never in Production.
/// </summary>
internal sealed class CrashPoints
{
    readonly string? armed;

    public CrashPoints(IConfiguration configuration, IHostEnvironment environment)
    {
        armed = configuration["Crash:At"];
        if (armed is not null && environment.IsProduction())
            throw new StartException("The setting Crash:At is for tests alone: remove it in Production.");
    }

    /// <summary>Does not return when this is the place.</summary>
    public void Reach(string name)
    {
        if (armed != name) return;
        using var self = Process.GetCurrentProcess();
        self.Kill();
    }
}

using System.Reflection;
using Consilium.Platform.Sandbox;

namespace Consilium.Modules.Files;

/// <summary>
/// Finds out what this machine has to decode with, by trying it. What is there stays; for what is missing it looks again, when asked some time later.
/// </summary>
internal sealed class DecoderSetup(DecoderSettings settings, TimeProvider clock)
{
    public static readonly Version OldestNode = new(20, 9);
    static readonly string NodeMissing = $"Node.js was not found; {OldestNode} or newer is needed.";
    const string PackagesMissing = "The decoder's packages are missing; the build restores them where npm is.";
    static readonly TimeSpan LookAgain = TimeSpan.FromMinutes(1);
    static readonly TimeSpan LookAgainForSandbox = TimeSpan.FromHours(1);
    static readonly SandboxLimits Trial = new(TimeSpan.FromSeconds(60), 1024L * 1024 * 1024, 16 * 1024);

    readonly Lock gate = new();
    Task<DecoderAvailability>? latest;
    long lookedAt;

    /// <summary>Folders that may hold the decoder's programs, the first choice first.</summary>
    public IReadOnlyList<string> Places { get; init; } = [Path.Combine(AppContext.BaseDirectory, "thumbnailer"), .. RestoredByTheBuild() is { } built ? [built] : Array.Empty<string>()];

    public Task<DecoderAvailability> LookAsync()
    {
        lock (gate)
        {
            if (latest is not null && clock.GetElapsedTime(lookedAt) < Lasts(latest)) return latest;
            lookedAt = clock.GetTimestamp();
            return latest = FindAsync();
        }
    }

    /// <summary>What is missing at first sight, and what the operator does about it; null when both parts are there. Starts no process.</summary>
    public (string Problem, string Remedy)? MissingParts()
    {
        if (Node() is null) return (NodeMissing, "Install it from nodejs.org; the server looks for it again every minute.");
        if (Programs() is not null) return null;
        var restore = Places.Select(place => Path.Combine(place, "restore.sh")).FirstOrDefault(File.Exists);
        return (PackagesMissing, restore is null ? "Publish the server again on a machine with npm." : $"To restore them, run: sh {restore}");
    }

    static TimeSpan Lasts(Task<DecoderAvailability> look) => look switch
    {
        { IsCompleted: false } or { IsCompletedSuccessfully: true, Result: { Problem: null, WithoutSandbox: null } } => TimeSpan.MaxValue,
        { IsCompletedSuccessfully: true, Result.Problem: null } => LookAgainForSandbox,
        _ => LookAgain,
    };

    async Task<DecoderAvailability> FindAsync()
    {
        SandboxedProcess.RemoveLeftovers(clock.GetUtcNow());
        if (Node() is not { } node) return new(null, NodeMissing, null);
        if (Programs() is not { } programs)
            return new(null, PackagesMissing, null);

        node = File.ResolveLinkTarget(node, returnFinalTarget: true)?.FullName ?? Path.GetFullPath(node);
        string? withoutSandbox = null;
        if (settings.Sandbox != SandboxChoice.None)
        {
            var (sandboxed, reason) = await TryBubblewrapAsync(node, programs);
            if (sandboxed is not null) return sandboxed;
            if (settings.Sandbox == SandboxChoice.Bubblewrap) return new(null, "Files:Sandbox wants bubblewrap, which is not there or does not work.", reason);
            withoutSandbox = reason;
        }
        var (found, _) = await TryAsync(new(node, programs, null), withoutSandbox);
        return found;
    }

    static async Task<(DecoderAvailability? Found, string? Reason)> TryBubblewrapAsync(string node, string programs)
    {
        if (InSearchPath("bwrap") is not { } bubblewrap) return (null, "bubblewrap was not found");
        var (found, errors) = await TryAsync(new(node, programs, bubblewrap), null);
        return found.Command is not null ? (found, null) : (null, $"bubblewrap does not work here ({errors.Split('\n')[0].Trim()})");
    }

    static async Task<(DecoderAvailability Found, string Errors)> TryAsync(DecoderCommand command, string? withoutSandbox)
    {
        try
        {
            var run = await SandboxedProcess.RunAsync(command.ForFile(null, null, Trial.Time), Trial, CancellationToken.None);
            var finding = DecoderOutput.Read(run.Output);
            if (Version.TryParse(finding?.Node, out var version) && version < OldestNode)
                return (new(null, $"Node.js {version} is too old; {OldestNode} or newer is needed.", withoutSandbox), "");
            return (finding is { Done: true } ? new(command, null, withoutSandbox) : new(null, "The decoder does not start on this system.", withoutSandbox), run.Errors);
        }
        catch (System.ComponentModel.Win32Exception error)
        {
            return (new(null, "The decoder does not start on this system.", withoutSandbox), error.Message);
        }
    }

    string? Node() => (settings.Node ?? InSearchPath("node") ?? InSearchPath("nodejs")) is { } node && File.Exists(node) ? node : null;

    string? Programs() => Places.FirstOrDefault(place => Directory.Exists(Path.Combine(place, "node_modules", "sharp")));

    static string? RestoredByTheBuild() => typeof(DecoderSetup).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
        .FirstOrDefault(metadata => metadata.Key == "Thumbnailer")?.Value;

    static string? InSearchPath(string program) => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':', StringSplitOptions.RemoveEmptyEntries)
        .Select(directory => Path.Combine(directory, program)).FirstOrDefault(File.Exists);
}

/// <summary>Whether files can be decoded here.</summary>
/// <param name="Command">How; null when they cannot.</param>
/// <param name="Problem">Why they cannot, in words for the public health page; null when they can.</param>
/// <param name="WithoutSandbox">Why bubblewrap is not used though it might be, for the operator's log.</param>
internal sealed record DecoderAvailability(DecoderCommand? Command, string? Problem, string? WithoutSandbox);

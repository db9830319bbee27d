using System.Diagnostics;

namespace Consilium.Tests.Modules.Files;

/// <summary>A file system of a megabyte, for tests of full disks. Mounting one takes rights that not everybody has.</summary>
internal sealed class SmallDisk : IAsyncDisposable
{
    SmallDisk(string path) => Path = path;

    public string Path { get; }

    /// <summary>Null when that is refused.</summary>
    public static async Task<SmallDisk?> MountAsync()
    {
        var path = TempDirectory.New();
        return await RunAsync("mount", "-t", "tmpfs", "-o", "size=1m,mode=700", "tmpfs", path) ? new(path) : null;
    }

    public async ValueTask DisposeAsync() => await RunAsync("umount", "-l", Path);

    public static bool CanBeMounted { get; } = TryAsync().GetAwaiter().GetResult();

    static async Task<bool> TryAsync()
    {
        if (await MountAsync().ConfigureAwait(false) is not { } disk) return false;
        await disk.DisposeAsync();
        return true;
    }

    static async Task<bool> RunAsync(string command, params string[] arguments)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo(command, arguments) { RedirectStandardError = true, RedirectStandardOutput = true, UseShellExecute = false })!;
            await Task.WhenAll(process.StandardError.ReadToEndAsync(), process.StandardOutput.ReadToEndAsync(), process.WaitForExitAsync());
            return process.ExitCode == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }
}

/// <summary>A test that is skipped where a disk cannot be made small.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class SmallDiskFactAttribute : FactAttribute
{
    public SmallDiskFactAttribute() => Skip = SmallDisk.CanBeMounted ? null : "This needs the right to mount a file system.";
}

using System.Diagnostics;

namespace Consilium.Tests.Modules.Files;

/// <summary>A file system of a megabyte, for tests of full disks. Mounting one takes rights that not everybody has.</summary>
internal sealed class SmallDisk : IAsyncDisposable
{
    SmallDisk(string path) => Path = path;

    public string Path { get; }

    public static async Task<SmallDisk?> MountAsync()
    {
        var path = TempDirectory.New();
        return await RunAsync("mount", "-t", "tmpfs", "-o", "size=1m,mode=700", "tmpfs", path) ? new(path) : null;
    }

    public async ValueTask DisposeAsync() => await RunAsync("umount", "-l", Path);

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

using System.Collections.Concurrent;
using System.Diagnostics;

namespace Consilium.Tests.Support;

/// <summary>
/// Temporary directories of this test run under short roots (a Unix socket's path may have 100 bytes). A shell outlives this process:
/// when its standard input ends, even by a SIGKILL of the test host, it ends what was left running there and removes its root.
/// </summary>
internal static class TempDirectory
{
    const string CleanUp = """
        trap '' INT TERM HUP
        exec >/dev/null 2>&1
        cat
        for file in "$1"/*/server.pid; do
            id=$(cat "$file") && tr '\0' ' ' < "/proc/$id/cmdline" | grep -q Server.dll && kill -KILL "$id"
        done
        for file in "$1"/*/postgres/postmaster.pid; do
            id=$(head -n 1 "$file") && kill -QUIT "$id" && for wait in 1 2 3 4 5 6 7 8 9 10; do kill -0 "$id" && sleep 0.2; done
        done
        rm -rf "$1"
        """;

    const string Memory = "/dev/shm";
    const long MemoryNeeded = 2L << 30;

    static readonly Lazy<string> Root = new(() => CreateRoot(Path.GetTempPath()));
    static readonly Lazy<string> MemoryRoot = new(() => CreateRoot(Memory));
    static readonly ConcurrentBag<Process> Shells = []; // held: their ends of the pipes close with this process, however that ends, and not before
    static int count;

    /// <summary>A new, empty directory.</summary>
    public static string New() => New(Root.Value);

    /// <summary>
    /// The same where files are kept in memory, if there is room: for what makes and removes thousands of files, on which a disk's file system
    /// would spend a third of the whole run.
    /// </summary>
    public static string NewInMemory() =>
        Directory.Exists(Memory) && new DriveInfo(Memory).AvailableFreeSpace > MemoryNeeded ? New(MemoryRoot.Value) : New();

    static string New(string root) => Directory.CreateDirectory(Path.Combine(root, $"{Interlocked.Increment(ref count)}")).FullName;

    static string CreateRoot(string parent)
    {
        var root = Directory.CreateDirectory(Path.Combine(parent, $"ct-{Path.GetRandomFileName()[..6]}")).FullName;
        Shells.Add(Process.Start(new ProcessStartInfo("/bin/sh", ["-c", CleanUp, "clean-up", root]) { UseShellExecute = false, RedirectStandardInput = true })!);
        return root;
    }
}

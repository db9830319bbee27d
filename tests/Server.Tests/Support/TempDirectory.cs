using System.Diagnostics;

namespace Consilium.Tests.Support;

/// <summary>
/// Temporary directories of this test run under one short root (a Unix socket's path may have 100 bytes). A shell outlives this process:
/// when its standard input ends, even by a SIGKILL of the test host, it ends what was left running there and removes the root.
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

    static readonly Lazy<string> Root = new(CreateRoot);
    static Process? shell; // held: its end of the pipe closes with this process, however that ends, and not before
    static int count;

    /// <summary>A new, empty directory.</summary>
    public static string New() => Directory.CreateDirectory(Path.Combine(Root.Value, $"{Interlocked.Increment(ref count)}")).FullName;

    static string CreateRoot()
    {
        var root = Directory.CreateTempSubdirectory("ct-").FullName;
        shell = Process.Start(new ProcessStartInfo("/bin/sh", ["-c", CleanUp, "clean-up", root]) { UseShellExecute = false, RedirectStandardInput = true });
        return root;
    }
}

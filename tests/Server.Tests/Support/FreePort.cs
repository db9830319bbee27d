using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Consilium.Tests.Support;

/// <summary>
/// A TCP port that is ours until disposed, also across restarts of the server that listens on it: below the range from which the system takes
/// ports for outgoing connections, and guarded by a file lock against other test processes of this machine.
/// </summary>
internal sealed class FreePort : IDisposable
{
    const int First = 18_000;
    const int Count = 12_000;

    readonly FileStream guard;

    FreePort(int number, FileStream guard) => (Number, this.guard) = (number, guard);

    public int Number { get; }

    public static FreePort Take()
    {
        var directory = Directory.CreateDirectory(Path.Combine(Path.GetTempPath(), $"consilium-test-ports-{Environment.UserName}"));
        for (var attempt = 0; attempt < Count; attempt++)
        {
            var number = First + (Environment.ProcessId * 37 + attempt) % Count;
            if (Guard(Path.Combine(directory.FullName, number.ToString(CultureInfo.InvariantCulture))) is not { } guard) continue;
            if (IsFree(number)) return new(number, guard);
            guard.Dispose();
        }
        throw new InvalidOperationException("No free port.");
    }

    public void Dispose() => guard.Dispose();

    static FileStream? Guard(string path)
    {
        try
        {
            return new(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException)
        {
            return null;
        }
    }

    static bool IsFree(int number)
    {
        try
        {
            using var listener = new TcpListener(IPAddress.Loopback, number);
            listener.Start();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}

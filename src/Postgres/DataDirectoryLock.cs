using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace Consilium.Postgres;

/// <summary>Says that one server owns a data directory. The kernel frees it when the process dies, so it is never stale.</summary>
public sealed class DataDirectoryLock : IDisposable
{
    // A killed process keeps its files for a moment, until the kernel has taken its memory back.
    static readonly TimeSpan DyingHolder = TimeSpan.FromMilliseconds(500);
    static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(10);

    readonly FileStream held;

    DataDirectoryLock(FileStream file) => held = file;

    /// <summary>Takes the lock and creates the directory when absent.</summary>
    /// <exception cref="PostgresStartException">Another server holds the lock, or the directory is not writable.</exception>
    public static DataDirectoryLock Acquire(string dataDirectory)
    {
        var directory = DataDirectories.Create(dataDirectory);
        var path = Path.Combine(directory, "server.lock");
        try
        {
            var waiting = Stopwatch.StartNew();
            FileStream? file;
            while ((file = TryOpen(path)) is null)
            {
                if (waiting.Elapsed > DyingHolder) throw AnotherServer(directory, path);
                Thread.Sleep(PollInterval);
            }

            file.SetLength(0);
            file.Write(Encoding.ASCII.GetBytes(Environment.ProcessId.ToString(CultureInfo.InvariantCulture)));
            return new DataDirectoryLock(file);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw DataDirectories.NotWritable(directory, error);
        }
    }

    public void Dispose() => held.Dispose();

    static FileStream? TryOpen(string path)
    {
        try
        {
            // FileShare.None is an flock(2) on Unix: it belongs to this open file and ends with it, however the process ends.
            return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 0);
        }
        catch (IOException error) when (error.HResult is Libc.WouldBlockOnLinux or Libc.WouldBlockOnMac)
        {
            return null;
        }
    }

    static PostgresStartException AnotherServer(string directory, string path)
    {
        var holder = HolderOf(path) is { } pid ? $" (process {pid})" : "";
        return new($"Another server{holder} is running on the data directory {directory}. Stop it, or give this one a directory of its own with Data__Directory.");
    }

    static int? HolderOf(string path)
    {
        // FileStream would ask for the very lock that is being reported.
        using var reader = Libc.OpenText(path);
        return int.TryParse(reader?.ReadToEnd(), CultureInfo.InvariantCulture, out var pid) ? pid : null;
    }
}

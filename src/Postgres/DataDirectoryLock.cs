using System.Globalization;

namespace Consilium.Postgres;

/// <summary>Says that one server owns a data directory. The kernel frees it when the process dies, so it is never stale.</summary>
public sealed class DataDirectoryLock : IDisposable
{
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
            // FileShare.None is an flock(2) on Unix: it belongs to this open file and ends with it, however the process ends.
            var file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 0);
            file.SetLength(0);
            file.Write(System.Text.Encoding.ASCII.GetBytes(Environment.ProcessId.ToString(CultureInfo.InvariantCulture)));
            return new DataDirectoryLock(file);
        }
        catch (IOException error) when (error.HResult is Libc.WouldBlockOnLinux or Libc.WouldBlockOnMac)
        {
            var holder = HolderOf(path) is { } pid ? $" (process {pid})" : "";
            throw new PostgresStartException(
                $"Another server{holder} is running on the data directory {directory}. Stop it, or give this one a directory of its own with Data__Directory.", error);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw DataDirectories.NotWritable(directory, error);
        }
    }

    public void Dispose() => held.Dispose();

    static int? HolderOf(string path)
    {
        // FileStream would ask for the very lock that is being reported.
        using var reader = Libc.OpenText(path);
        return int.TryParse(reader?.ReadToEnd(), CultureInfo.InvariantCulture, out var pid) ? pid : null;
    }
}

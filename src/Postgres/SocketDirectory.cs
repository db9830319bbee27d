using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;

namespace Consilium.Postgres;

/// <summary>
/// Where the socket lies: in the cluster, which only its owner may enter, or, as a socket's path has little room, in a private short directory.
/// </summary>
internal static partial class SocketDirectory
{
    public const int Port = 5432;
    const int LongestSocketPath = 100;
    const string ShortPrefix = "/tmp/consilium-socket-";

    public static string Create(string cluster, ServerAccount account)
    {
        if (Encoding.UTF8.GetByteCount(SocketIn(cluster)) <= LongestSocketPath) return cluster;
        // Not guessable, so nobody can lay it out beforehand; whoever adopts the postmaster reads it from postmaster.pid.
        var directory = ShortPrefix + RandomNumberGenerator.GetHexString(16, lowercase: true);
        Restore(directory, cluster, account);
        return directory;
    }

    /// <summary>Makes the directory again in case a cleaner of /tmp took it.</summary>
    public static void Restore(string directory, string cluster, ServerAccount account)
    {
        if (directory == cluster || Directory.Exists(directory)) return;
        Directory.CreateDirectory(directory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        account.Own(directory);
    }

    /// <summary>Removes what a dead postmaster left, which would stop the next one when its process number is in use again.</summary>
    public static void RemoveSocket(string directory)
    {
        File.Delete(SocketIn(directory));
        File.Delete(SocketIn(directory) + ".lock");
    }

    /// <summary>Removes a short directory with its socket; leaves every other directory and every other file alone.</summary>
    public static void Remove(string directory)
    {
        if (!ShortDirectory().IsMatch(directory) || !Directory.Exists(directory)) return;
        try
        {
            RemoveSocket(directory);
            Directory.Delete(directory);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // An empty directory left in /tmp harms nobody.
        }
    }

    static string SocketIn(string directory) => Path.Combine(directory, $".s.PGSQL.{Port}");

    [GeneratedRegex("^/tmp/consilium-socket-[0-9a-f]{16}$", RegexOptions.NonBacktracking)]
    private static partial Regex ShortDirectory();
}

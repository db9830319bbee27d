using System.Diagnostics;
using System.Globalization;

namespace Consilium.Postgres;

/// <summary>A running postgres process, told from a later one with the same number by its start time.</summary>
internal sealed record PostmasterProcess(int Id, string StartedAt)
{
    static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(10);

    /// <summary>False for a zombie too: a postmaster whose parent does not wait for it is dead all the same.</summary>
    public bool IsAlive => StartOf(Id) == StartedAt;

    /// <summary>The process with this number, unless it is dead or known to be no postgres of this cluster.</summary>
    public static PostmasterProcess? Find(int id, string cluster)
    {
        if (StartOf(id) is not { } startedAt) return null;
        return NameOf(id) == "postgres" && (DirectoryOf(id) ?? cluster) == cluster ? new PostmasterProcess(id, startedAt) : null;
    }

    /// <summary>The process that was just launched, which is not called postgres yet; null when it is dead already.</summary>
    public static PostmasterProcess? Launched(int id) => StartOf(id) is { } startedAt ? new PostmasterProcess(id, startedAt) : null;

    /// <summary>Every postgres process that works in the cluster. A backend may outlive its postmaster for a moment and still hold the shared memory.</summary>
    public static IEnumerable<PostmasterProcess> AllOf(string cluster)
    {
        if (!OperatingSystem.IsLinux()) yield break;
        foreach (var entry in Directory.EnumerateDirectories("/proc"))
        {
            if (!int.TryParse(Path.GetFileName(entry), CultureInfo.InvariantCulture, out var id) || NameOf(id) != "postgres") continue;
            if (DirectoryOf(id) == cluster && StartOf(id) is { } startedAt) yield return new PostmasterProcess(id, startedAt);
        }
    }

    /// <summary>Whether the process certainly works in the cluster; signals go to no other.</summary>
    public bool BelongsTo(string cluster) => DirectoryOf(Id) == cluster;

    public void Signal(int signal)
    {
        if (IsAlive) Libc.Signal(Id, signal);
    }

    public async Task<bool> HasEndedWithinAsync(TimeSpan limit, CancellationToken cancellationToken)
    {
        var waited = Stopwatch.StartNew();
        while (IsAlive)
        {
            if (waited.Elapsed > limit) return false;
            await Task.Delay(PollInterval, cancellationToken);
        }

        return true;
    }

    // /proc/<pid>/stat: "pid (name) state …", the start time being the 20th field from the state on; the name may hold spaces and brackets.
    static string? StartOf(int id)
    {
        if (!OperatingSystem.IsLinux()) return Libc.Signal(id, 0) ? "" : null;
        if (ReadProc(id, "stat") is not { } stat) return null;
        var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        return fields[0] is "Z" or "X" ? null : fields[19];
    }

    static string? NameOf(int id)
    {
        if (OperatingSystem.IsLinux()) return ReadProc(id, "comm")?.Trim();
        try
        {
            using var process = Process.GetProcessById(id);
            return process.ProcessName;
        }
        catch (Exception error) when (error is ArgumentException or InvalidOperationException)
        {
            return null;
        }
    }

    // Null when the process hides it from this user, or the system has no /proc.
    static string? DirectoryOf(int id)
    {
        try
        {
            return new DirectoryInfo($"/proc/{id}/cwd").LinkTarget;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    static string? ReadProc(int id, string file)
    {
        try
        {
            return File.ReadAllText($"/proc/{id}/{file}");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}

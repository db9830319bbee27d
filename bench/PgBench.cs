using System.Diagnostics;
using System.Text.RegularExpressions;
using Npgsql;

namespace Consilium.Bench;

/// <summary>PG: pgbench on the same cluster. Debian's package <c>postgresql-contrib</c> or <c>postgresql-client</c> brings it; without it the column stays empty.</summary>
internal static partial class PgBench
{
    public static string? Path { get; } =
        Directory.Exists("/usr/lib/postgresql")
            ? Directory.GetFiles("/usr/lib/postgresql", "pgbench", SearchOption.AllDirectories).Order(StringComparer.Ordinal).LastOrDefault()
            : null;

    public static async Task<Sample> RunAsync(NpgsqlConnectionStringBuilder database, string script, int clients, double seconds)
    {
        var file = System.IO.Path.GetTempFileName();
        try
        {
            await File.WriteAllTextAsync(file, script);
            var start = new ProcessStartInfo(Path!)
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
                UseShellExecute = false,
                ArgumentList =
                {
                    "-n", "-M", "prepared", "-f", file, "-c", $"{clients}", "-j", "2", "-T", $"{Math.Max(1, (int)seconds)}",
                    "-h", database.Host!, "-p", $"{database.Port}", "-U", database.Username!, database.Database!,
                },
            };
            using var process = Process.Start(start)!;
            var errors = process.StandardError.ReadToEndAsync();
            var output = await process.StandardOutput.ReadToEndAsync();
            await process.WaitForExitAsync();
            var tps = Tps().Match(output);
            if (!tps.Success) throw new InvalidOperationException($"pgbench said: {output}\n{await errors}");
            return new(double.Parse(tps.Groups["tps"].Value), 0, 0);
        }
        finally
        {
            File.Delete(file);
        }
    }

    [GeneratedRegex(@"tps = (?<tps>[\d.]+) \(without", RegexOptions.NonBacktracking)]
    private static partial Regex Tps();
}

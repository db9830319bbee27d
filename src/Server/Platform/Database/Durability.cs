using Consilium.Platform.Hosting;
using Npgsql;

namespace Consilium.Platform.Database;

/// <summary>
/// Refuses a PostgreSQL that may lose what it has confirmed. How a commit is made, each connection says itself; these settings only PostgreSQL's
/// own administrator can change.
/// </summary>
internal sealed class Durability(NpgsqlDataSource database, IConfiguration configuration, IHostEnvironment environment, ILogger<Durability> log)
{
    const string MayLoseData = "Database:MayLoseData";

    /// <exception cref="StartException">It may lose data, and that is not allowed.</exception>
    public async Task CheckAsync(CancellationToken cancellationToken)
    {
        var allowed = configuration.Flag(MayLoseData, otherwise: false);
        if (allowed && environment.IsProduction()) throw new StartException($"The setting {MayLoseData} is for tests only: remove it in Production.");
        await using var command = database.CreateCommand(
            "SELECT name FROM pg_settings WHERE name IN ('fsync', 'full_page_writes') AND setting <> 'on' ORDER BY name");
        var off = new List<string>();
        await using (var row = await command.ExecuteReaderAsync(cancellationToken))
            while (await row.ReadAsync(cancellationToken)) off.Add(row.GetString(0));
        if (off.Count == 0) return;

        var runs = $"PostgreSQL runs with {string.Join(" and ", off)} off: "
            + "a crash of its machine can lose messages that were confirmed, or the whole database.";
        if (!allowed)
            throw new StartException(
                $"{runs} Run {string.Join(' ', off.Select(setting => $"ALTER SYSTEM SET {setting} = on;"))} SELECT pg_reload_conf(); there, "
                + "or correct its postgresql.conf. "
                + $"Only a test environment that can do without its data may set {MayLoseData}=true; Production may not.");
        log.LogWarning("{Runs} {Setting} allows it", runs, MayLoseData);
    }
}

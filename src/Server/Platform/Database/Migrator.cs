using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using Npgsql;

namespace Consilium.Platform.Database;

/// <summary>
/// Applies the embedded <c>Migrations/NNNN_name.sql</c> in order, each in a transaction of its own, under an advisory lock so that
/// several starting servers take turns. A migration that was applied must not change: its checksum is kept and compared.
/// </summary>
internal sealed partial class Migrator(NpgsqlDataSource database, StartLocks locks, ILogger<Migrator> log)
{
    const long LockKey = 0x436F6E73696C6975; // "Consiliu"

    /// <summary>Everything that the server keeps in a database is in these.</summary>
    public static IReadOnlyList<string> Schemas =>
        ["platform", .. Migration.All().SelectMany(migration => NewSchema().Matches(migration.Sql)).Select(match => match.Groups["name"].Value)];

    /// <summary>Brings the database to the newest version. Returns how many migrations were applied.</summary>
    /// <exception cref="InvalidOperationException">An applied migration differs from this build's, is unknown to it, or is newer than one that is missing.</exception>
    public async Task<int> MigrateAsync(CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await StartLocks.WithoutLimitsAsync(connection, transactionOnly: false, cancellationToken);
        await locks.RunAsync(connection, $"SELECT pg_advisory_lock({LockKey})", cancellationToken);
        try
        {
            return await ApplyAsync(connection, cancellationToken);
        }
        finally
        {
            await ExecuteAsync(connection, $"SELECT pg_advisory_unlock({LockKey}); RESET statement_timeout; RESET lock_timeout", CancellationToken.None);
        }
    }

    async Task<int> ApplyAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await ExecuteAsync(connection, """
            CREATE SCHEMA IF NOT EXISTS platform;
            CREATE TABLE IF NOT EXISTS platform.migrations (
                name text PRIMARY KEY, checksum text NOT NULL, applied_at timestamptz NOT NULL DEFAULT now())
            """, cancellationToken);
        var applied = await AppliedAsync(connection, cancellationToken);
        var known = Migration.All();
        if (applied.Keys.Except(known.Select(m => m.Name), StringComparer.Ordinal).FirstOrDefault() is { } unknown)
            throw new InvalidOperationException($"The database has the migration '{unknown}', which this version does not know. Run a newer server.");

        var newest = applied.Keys.Max(StringComparer.Ordinal);
        var count = 0;
        foreach (var migration in known)
        {
            if (applied.TryGetValue(migration.Name, out var checksum))
            {
                if (checksum != migration.Checksum)
                    throw new InvalidOperationException($"The migration '{migration.Name}' changed after it was applied to this database.");
                continue;
            }
            if (string.CompareOrdinal(migration.Name, newest) < 0)
                throw new InvalidOperationException($"The migration '{migration.Name}' comes before '{newest}', which this database has already.");
            log.LogInformation("Applying migration {Migration}", migration.Name);
            await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
            await locks.RunAsync(connection, migration.Sql, cancellationToken);
            await using var record = new NpgsqlCommand("INSERT INTO platform.migrations (name, checksum) VALUES ($1, $2)", connection, transaction)
            {
                Parameters = { new() { Value = migration.Name }, new() { Value = migration.Checksum } },
            };
            await record.ExecuteNonQueryAsync(cancellationToken);
            await transaction.CommitAsync(cancellationToken);
            count++;
        }
        if (count > 0) await connection.ReloadTypesAsync(cancellationToken); // a migration may have created some
        return count;
    }

    static async Task<Dictionary<string, string>> AppliedAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var applied = new Dictionary<string, string>(StringComparer.Ordinal);
        await using var command = new NpgsqlCommand("SELECT name, checksum FROM platform.migrations", connection);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken)) applied.Add(reader.GetString(0), reader.GetString(1));
        return applied;
    }

    static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 0 };
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    [GeneratedRegex(@"^CREATE SCHEMA (?<name>[a-z_]+);", RegexOptions.NonBacktracking | RegexOptions.Multiline | RegexOptions.ExplicitCapture)]
    private static partial Regex NewSchema();

    sealed record Migration(string Name, string Sql, string Checksum)
    {
        public static List<Migration> All()
        {
            var assembly = typeof(Migration).Assembly;
            return [.. assembly.GetManifestResourceNames()
                .Where(name => name.StartsWith("Migrations/", StringComparison.Ordinal))
                .Order(StringComparer.Ordinal)
                .Select(name =>
                {
                    using var reader = new StreamReader(assembly.GetManifestResourceStream(name)!);
                    var sql = reader.ReadToEnd().ReplaceLineEndings("\n");
                    return new Migration(Path.GetFileNameWithoutExtension(name), sql, Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(sql))));
                })];
        }
    }
}

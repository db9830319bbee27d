using Npgsql;

namespace Consilium.Platform.Database;

/// <summary>
/// Servers that start on one database take turns, from the first migration to the last <see cref="IStartupTask"/>: what one of them makes, the next
/// one finds. The session that has the turn is named after its server, for those that wait.
/// </summary>
internal sealed class StartTurn(DatabaseSettings settings, EmbeddedDatabase embedded, StartLocks locks)
{
    const long LockKey = 0x5374617274547572; // "StartTur"
    const int LongestName = 63;

    /// <summary>Waits for the turn as long as it takes. It lasts until the connection is disposed, or the server is dead.</summary>
    public async Task<NpgsqlConnection> TakeAsync(CancellationToken cancellationToken)
    {
        var own = new NpgsqlConnectionStringBuilder(settings.ForPool(settings.External ?? embedded.ConnectionString))
        {
            Pooling = false, ApplicationName = Name($"consilium, starting as process {Environment.ProcessId} on {Environment.MachineName}"),
        };
        var connection = new NpgsqlConnection(own.ConnectionString);
        try
        {
            await connection.OpenAsync(cancellationToken);
            await StartLocks.WithoutLimitsAsync(connection, transactionOnly: false, cancellationToken);
            await locks.RunAsync(connection, $"SELECT pg_advisory_lock({LockKey})", cancellationToken);
            return connection;
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    static string Name(string text) => text.Length <= LongestName ? text : text[..LongestName];
}

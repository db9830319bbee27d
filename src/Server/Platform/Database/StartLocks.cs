using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace Consilium.Platform.Database;

/// <summary>A start waits for a lock as long as it takes, and says which sessions of the database it waits for.</summary>
internal sealed class StartLocks(NpgsqlDataSource database, TimeProvider clock, ILogger<StartLocks> log)
{
    const string Described = """
        format('session %s of %s%s%s', pid, coalesce(nullif(application_name, ''), usename::text, 'an unknown user'), ' at ' || host(client_addr),
            to_char(xact_start AT TIME ZONE 'UTC', '", in a transaction since "YYYY-MM-DD"T"HH24:MI:SS"Z"'))
        """;

    static readonly TimeSpan Quiet = TimeSpan.FromSeconds(1);

    /// <summary>Lets the statements of a connection, or of its transaction only, wait for locks without end.</summary>
    public static async Task WithoutLimitsAsync(NpgsqlConnection connection, bool transactionOnly, CancellationToken cancellationToken)
    {
        var scope = transactionOnly ? "LOCAL" : "SESSION";
        await using var command = new NpgsqlCommand($"SET {scope} lock_timeout = 0; SET {scope} statement_timeout = 0", connection);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Within a transaction: keeps others from writing to the table until it ends, so that what is missing is added once.</summary>
    public async Task LockTableAsync(ConsiliumDb db, string table, CancellationToken cancellationToken)
    {
        var connection = (NpgsqlConnection)db.Database.GetDbConnection();
        await WithoutLimitsAsync(connection, transactionOnly: true, cancellationToken);
        await RunAsync(connection, $"LOCK TABLE {table} IN SHARE ROW EXCLUSIVE MODE", cancellationToken);
    }

    /// <summary>Runs a statement that may have to wait, on a connection without limits.</summary>
    public async Task RunAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 0 };
        var session = connection.ProcessID;
        var running = command.ExecuteNonQueryAsync(cancellationToken);
        var said = "";
        while (await Task.WhenAny(running, Task.Delay(Quiet, clock, cancellationToken)) != running && !cancellationToken.IsCancellationRequested)
        {
            var holders = await AskAsync($"SELECT {Described} FROM pg_stat_activity WHERE pid = ANY (pg_blocking_pids($1)) ORDER BY pid", session);
            if (holders.Length == 0 || holders == said) continue;
            log.LogWarning("The start waits for a lock of another program on this database: {Holders}", said = holders);
        }
        await running;
        if (said.Length > 0) log.LogInformation("The start goes on: the lock is free");
    }

    /// <summary>Says who may have held a lock that was not given in time.</summary>
    public async Task SayWhoHoldsOnAsync()
    {
        var old = await AskAsync($"""
            SELECT {Described} FROM pg_stat_activity
            WHERE datname = current_database() AND pid <> pg_backend_pid() AND xact_start < now() - make_interval(secs => $1)
            ORDER BY xact_start
            """, DatabaseSettings.LockTimeout.Seconds);
        if (old.Length == 0) old = "one that has ended by now";
        log.LogWarning("The start waits for a lock of another program on this database: {Holders}", old);
    }

    async Task<string> AskAsync(string sql, int number)
    {
        try
        {
            await using var command = database.CreateCommand($"SELECT coalesce(string_agg(holder, '; '), '') FROM ({sql}) held (holder)");
            command.Parameters.With(number);
            return (string)(await command.ExecuteScalarAsync(CancellationToken.None))!;
        }
        catch (Exception fault) when (fault is NpgsqlException or TimeoutException)
        {
            return $"who holds it cannot be seen ({fault.Message})"; // what waits goes on waiting
        }
    }
}

using Consilium.Postgres;

namespace Consilium.Platform.Database;

/// <summary>
/// The private PostgreSQL of this server, when the operator has configured no other. It starts when its address is first asked for, not in
/// a hosted service: the host creates them all, and with them the connection pool, before it starts the first.
/// </summary>
internal sealed class EmbeddedDatabase(DatabaseSettings settings, IHostApplicationLifetime lifetime)
{
    readonly Lock gate = new();
    DataDirectoryLock? directory;
    EmbeddedPostgres? running;
    bool stopped;

    /// <summary>For Npgsql.</summary>
    /// <exception cref="InvalidOperationException">It could not start; the message says what to do.</exception>
    public string ConnectionString
    {
        get
        {
            lock (gate)
            {
                ObjectDisposedException.ThrowIf(stopped, this);
                return (running ??= Start()).ConnectionString;
            }
        }
    }

    /// <summary>Keeps other servers off the data directory, which holds more than the database, until <see cref="StopAsync"/>.</summary>
    public void TakeDirectory()
    {
        lock (gate) directory ??= DataDirectoryLock.Acquire(settings.DataDirectory);
    }

    public async Task StopAsync()
    {
        EmbeddedPostgres? last;
        lock (gate) (last, running, stopped) = (running, null, true);
        if (last is not null) await last.DisposeAsync();
        lock (gate) directory?.Dispose();
    }

    EmbeddedPostgres Start()
    {
        TakeDirectory();
        var options = new EmbeddedPostgresOptions
        {
            DataDirectory = settings.DataDirectory,
            Progress = Console.WriteLine,
            Settings = new Dictionary<string, string>(StringComparer.Ordinal) { ["max_connections"] = $"{settings.MaxPoolSize + 20}" },
        };
        return Task.Run(() => EmbeddedPostgres.StartAsync(options, lifetime.ApplicationStopping)).GetAwaiter().GetResult();
    }
}

using Npgsql;

namespace Consilium.Platform.Database;

/// <summary>
/// Before anything listens: takes the data directory, looks whether the database is durable, waits for its turn, migrates, and runs the modules'
/// <see cref="IStartupTask"/>s. After everything has stopped, or when the start failed: stops the embedded PostgreSQL and lets the directory go.
/// </summary>
internal sealed class DatabaseStartup(EmbeddedDatabase embedded, IServiceProvider services) : IHostedLifecycleService, IAsyncDisposable
{
    NpgsqlDataSource? pool; // held: whoever disposes the host may have disposed its services before it has stopped

    public async Task StartingAsync(CancellationToken cancellationToken)
    {
        embedded.TakeDirectory();
        pool = services.GetRequiredService<NpgsqlDataSource>();
        await services.GetRequiredService<Durability>().CheckAsync(cancellationToken);
        await using var turn = await services.GetRequiredService<StartTurn>().TakeAsync(cancellationToken);
        await services.GetRequiredService<Migrator>().MigrateAsync(cancellationToken);
        foreach (var task in services.GetServices<IStartupTask>()) await RunAsync(task, cancellationToken);
    }

    public async Task StoppedAsync(CancellationToken cancellationToken)
    {
        if (pool is not null) await pool.DisposeAsync(); // before its server goes
        await embedded.StopAsync();
    }

    public async ValueTask DisposeAsync() => await embedded.StopAsync();

    // A lock that a task did not expect to wait for. A task may run twice, so it does until it gets the lock.
    async Task RunAsync(IStartupTask task, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                await task.RunAsync(cancellationToken);
                return;
            }
            catch (Exception fault) when (IsLockTimeout(fault))
            {
                await services.GetRequiredService<StartLocks>().SayWhoHoldsOnAsync();
            }
        }
    }

    static bool IsLockTimeout(Exception? fault) =>
        fault is PostgresException { SqlState: PostgresErrorCodes.LockNotAvailable } || (fault?.InnerException is { } inner && IsLockTimeout(inner));

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}

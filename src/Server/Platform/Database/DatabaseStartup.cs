using Npgsql;

namespace Consilium.Platform.Database;

/// <summary>
/// Before anything listens: takes the data directory, looks whether the database is durable, migrates, and runs the modules' <see cref="IStartupTask"/>s. After everything has
/// stopped, or when the start failed: stops the embedded PostgreSQL and lets the directory go.
/// </summary>
internal sealed class DatabaseStartup(EmbeddedDatabase embedded, IServiceProvider services) : IHostedLifecycleService, IAsyncDisposable
{
    NpgsqlDataSource? pool; // held: whoever disposes the host may have disposed its services before it has stopped

    public async Task StartingAsync(CancellationToken cancellationToken)
    {
        embedded.TakeDirectory();
        pool = services.GetRequiredService<NpgsqlDataSource>();
        await services.GetRequiredService<Durability>().CheckAsync(cancellationToken);
        await services.GetRequiredService<Migrator>().MigrateAsync(cancellationToken);
        foreach (var task in services.GetServices<IStartupTask>()) await task.RunAsync(cancellationToken);
    }

    public async Task StoppedAsync(CancellationToken cancellationToken)
    {
        if (pool is not null) await pool.DisposeAsync(); // before its server goes
        await embedded.StopAsync();
    }

    public async ValueTask DisposeAsync() => await embedded.StopAsync();

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}

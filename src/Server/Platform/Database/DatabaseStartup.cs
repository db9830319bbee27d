using Consilium.Postgres;

namespace Consilium.Platform.Database;

/// <summary>
/// Before anything listens: takes the data directory, starts the embedded PostgreSQL where none is configured, migrates, and runs the
/// modules' <see cref="IStartupTask"/>s. After everything has stopped, or when the start failed: stops the embedded PostgreSQL.
/// </summary>
internal sealed class DatabaseStartup(
    DatabaseSettings settings, EmbeddedDatabase embedded, IServiceProvider services) : IHostedLifecycleService, IAsyncDisposable
{
    DataDirectoryLock? directory;

    /// <summary>
    /// Takes the data directory and starts the embedded PostgreSQL. Comes before everything that is made with a connection string, and so before
    /// the host makes its services.
    /// </summary>
    public async Task OpenAsync(CancellationToken cancellationToken)
    {
        if (directory is not null) return;
        directory = DataDirectoryLock.Acquire(settings.DataDirectory);
        if (settings.External is null) await embedded.StartAsync(cancellationToken);
    }

    public async Task StartingAsync(CancellationToken cancellationToken)
    {
        await OpenAsync(cancellationToken);
        await services.GetRequiredService<Migrator>().MigrateAsync(cancellationToken);
        foreach (var task in services.GetServices<IStartupTask>()) await task.RunAsync(cancellationToken);
    }

    public Task StoppedAsync(CancellationToken cancellationToken) => DisposeAsync().AsTask();

    public async ValueTask DisposeAsync()
    {
        await embedded.StopAsync();
        directory?.Dispose();
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}

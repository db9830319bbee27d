using Consilium.Postgres;

namespace Consilium.Platform.Database;

/// <summary>The private PostgreSQL of this server, when the operator has configured no other.</summary>
internal sealed class EmbeddedDatabase(DatabaseSettings settings)
{
    EmbeddedPostgres? running;

    /// <summary>Known once it has started.</summary>
    public string ConnectionString => running?.ConnectionString ?? throw new InvalidOperationException("The embedded PostgreSQL has not been started.");

    public async Task StartAsync(CancellationToken cancellationToken) =>
        running = await EmbeddedPostgres.StartAsync(new()
        {
            DataDirectory = settings.DataDirectory,
            Progress = Console.WriteLine,
            Settings = new Dictionary<string, string>(StringComparer.Ordinal) { ["max_connections"] = $"{settings.MaxPoolSize + 20}" },
        }, cancellationToken);

    public async Task StopAsync()
    {
        if (running is not null) await running.DisposeAsync();
        running = null;
    }
}

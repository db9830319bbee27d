using Consilium.Platform.Database;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Npgsql;

namespace Consilium.Platform.Health;

/// <summary>
/// Whether PostgreSQL answers, asked over a connection of its own: a pool that is busy to the last connection is a busy server, not a sick one.
/// </summary>
internal sealed class DatabaseHealth(DatabaseSettings settings, EmbeddedDatabase embedded) : IHealthCheck, IAsyncDisposable
{
    public const string Name = "database";

    NpgsqlConnection? connection;

    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        try
        {
            if (connection is null)
            {
                var own = new NpgsqlConnectionStringBuilder(settings.ForPool(settings.External ?? embedded.ConnectionString)) { Pooling = false };
                connection = new(own.ConnectionString);
                await connection.OpenAsync(cancellationToken);
            }
            await using var command = new NpgsqlCommand("SELECT 1", connection);
            await command.ExecuteScalarAsync(cancellationToken);
            return HealthCheckResult.Healthy();
        }
        catch (Exception fault) when (fault is NpgsqlException or OperationCanceledException or TimeoutException or InvalidOperationException
            or System.Net.Sockets.SocketException)
        {
            await DisposeAsync();
            return HealthCheckResult.Unhealthy("The database does not answer.");
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (connection is not null) await connection.DisposeAsync();
        connection = null;
    }
}

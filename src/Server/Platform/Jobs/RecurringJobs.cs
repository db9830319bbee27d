using System.Security.Cryptography;
using System.Text;
using Consilium.Platform.Database;
using Consilium.Platform.Json;
using Npgsql;

namespace Consilium.Platform.Jobs;

/// <summary>Sees to it at every start that each recurring job has its row. It never becomes a dead letter: nobody would start it again.</summary>
internal sealed class RecurringJobs(NpgsqlDataSource database, IServiceScopeFactory scopes, TimeProvider clock) : IStartupTask
{
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        foreach (var handler in scope.ServiceProvider.GetServices<IJobHandler>().Where(h => h.Every is not null))
        {
            await using var command = database.CreateCommand(
                "INSERT INTO platform.jobs (id, kind, payload, run_at, max_attempts) VALUES ($1, $2, '{}', $3, 2147483647) ON CONFLICT (id) DO NOTHING");
            command.Parameters.Add(new() { Value = new Guid(SHA256.HashData(Encoding.UTF8.GetBytes(handler.Kind)).AsSpan(0, 16)) });
            command.Parameters.Add(new() { Value = handler.Kind });
            command.Parameters.Add(new() { Value = clock.UtcNow() });
            await command.ExecuteNonQueryAsync(cancellationToken);
        }
    }
}

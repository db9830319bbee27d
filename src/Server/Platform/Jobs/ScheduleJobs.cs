using System.Security.Cryptography;
using System.Text;
using Consilium.Platform.Database;
using Consilium.Platform.Json;
using Npgsql;

namespace Consilium.Platform.Jobs;

/// <summary>Sees to it at every start that each scheduled job has its row. It never becomes a dead letter: nobody would start it again.</summary>
internal sealed class ScheduleJobs(NpgsqlDataSource database, IServiceScopeFactory scopes, TimeProvider clock) : IStartupTask
{
    /// <summary>The id of a scheduled job's only row.</summary>
    public static Guid IdOf(string kind) => new(SHA256.HashData(Encoding.UTF8.GetBytes(kind)).AsSpan(0, 16));

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        foreach (var job in scope.ServiceProvider.GetServices<IScheduledJob>())
        {
            await using var command = database.CreateCommand(
                "INSERT INTO platform.jobs (id, kind, payload, run_at, max_attempts) VALUES ($1, $2, '{}', $3, 2147483647) ON CONFLICT (id) DO NOTHING");
            command.Parameters.With(IdOf(job.Kind)).With(job.Kind).With(clock.UtcNow());
            await command.ExecuteNonQueryAsync(cancellationToken);
        }
    }
}

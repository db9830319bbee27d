using System.Text.Json;
using Consilium.Platform.Jobs;
using Consilium.Platform.Json;
using Npgsql;

namespace Consilium.Platform.Idempotency;

/// <summary>Forgets stored answers after two days; clients are promised one.</summary>
internal sealed class PurgeIdempotencyKeys(NpgsqlDataSource database, TimeProvider clock) : IJobHandler
{
    public string Kind => "platform.purge_idempotency_keys";
    public TimeSpan? Every => TimeSpan.FromHours(1);

    public async Task RunAsync(Guid id, JsonElement payload, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand("DELETE FROM platform.idempotency_keys WHERE created_at < $1");
        command.Parameters.Add(new() { Value = clock.UtcNow() - TimeSpan.FromDays(2) });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}

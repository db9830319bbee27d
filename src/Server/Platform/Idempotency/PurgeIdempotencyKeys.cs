using System.Globalization;
using Consilium.Platform.Database;
using Consilium.Platform.Jobs;
using Consilium.Platform.Json;
using Npgsql;

namespace Consilium.Platform.Idempotency;

/// <summary>Forgets stored answers after two days; clients are promised one.</summary>
internal sealed class PurgeIdempotencyKeys(NpgsqlDataSource database, TimeProvider clock) : IScheduledJob
{
    public string Kind => "platform.purge_idempotency_keys";
    public string Description => "Forgets the stored answers to requests with an Idempotency-Key after two days.";
    public TimeSpan Every => TimeSpan.FromHours(1);

    public async Task<string> RunAsync(CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand("DELETE FROM platform.idempotency_keys WHERE created_at < $1");
        command.Parameters.With(clock.UtcNow() - TimeSpan.FromDays(2));
        var removed = await command.ExecuteNonQueryAsync(cancellationToken);
        return string.Create(CultureInfo.InvariantCulture, $"{removed} keys removed");
    }
}

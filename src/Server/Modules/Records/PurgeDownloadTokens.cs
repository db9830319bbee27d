using System.Globalization;
using Consilium.Platform.Database;
using Consilium.Platform.Jobs;
using Consilium.Platform.Json;
using Npgsql;

namespace Consilium.Modules.Records;

/// <summary>Forgets download tokens a day after they expired; until then they are told to be used or expired.</summary>
internal sealed class PurgeDownloadTokens(NpgsqlDataSource database, TimeProvider clock) : IScheduledJob
{
    static readonly TimeSpan Kept = TimeSpan.FromDays(1);

    public string Kind => "records.purge_download_tokens";
    public string Description => "Forgets the tokens of document downloads a day after they expired.";
    public TimeSpan Every => TimeSpan.FromHours(1);

    public async Task<string> RunAsync(CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand("DELETE FROM records.download_tokens WHERE expires_at < $1");
        command.Parameters.With(clock.UtcNow() - Kept);
        var removed = await command.ExecuteNonQueryAsync(cancellationToken);
        return string.Create(CultureInfo.InvariantCulture, $"{removed} tokens removed");
    }
}

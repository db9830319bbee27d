using System.Globalization;
using Consilium.Modules.Settings.Contracts;
using Consilium.Platform.Database;
using Consilium.Platform.Jobs;
using Consilium.Platform.Json;

namespace Consilium.Modules.Settings;

/// <summary>Removes versions that were replaced longer ago than <see cref="ProductSettings.HistoryDays"/>. The newest of each entry stays, be it its deletion: versions go on counting after it.</summary>
internal sealed class PurgeConfigHistory(RequestTransaction transaction, ISettings settings, TimeProvider clock) : IScheduledJob
{
    public string Kind => "settings.purge_history";
    public string Description => "Removes versions of the configuration that were replaced longer ago than retention.config_history_days says.";
    public TimeSpan Every => TimeSpan.FromHours(1);

    public async Task<string> RunAsync(CancellationToken cancellationToken)
    {
        if (await settings.ValueAsync(ProductSettings.HistoryDays, cancellationToken) is not (> 0 and var days)) return "history is kept for ever";
        // Replaced: the version after it is old enough. Until then somebody may read the configuration as it was.
        await using var batch = await transaction.BatchAsync(cancellationToken);
        batch.Add("""
            WITH gone AS (
                DELETE FROM settings.versions v USING settings.versions next
                WHERE next.entry_id = v.entry_id AND next.version = v.version + 1 AND next.at < $1 RETURNING v.seq
            ), said AS (
                UPDATE settings.counter SET purged_to = greatest(purged_to, (SELECT max(seq) FROM gone)) WHERE EXISTS (SELECT 1 FROM gone)
            )
            SELECT count(*) FROM gone
            """).With(clock.UtcNow() - TimeSpan.FromDays(days));
        var removed = await batch.ExecuteScalarAsync(cancellationToken);
        return string.Create(CultureInfo.InvariantCulture, $"{removed} versions removed");
    }
}

/// <summary>Removes grants that are over; they have not counted since.</summary>
internal sealed class PurgeGrants(RequestTransaction transaction, TimeProvider clock) : IScheduledJob
{
    public string Kind => "settings.purge_grants";
    public string Description => "Removes rights that were granted for a time which is over.";
    public TimeSpan Every => TimeSpan.FromHours(1);

    public async Task<string> RunAsync(CancellationToken cancellationToken)
    {
        var removed = await transaction.ExecuteAsync(
            "DELETE FROM settings.grants WHERE expires_at <= $1", parameters => parameters.With(clock.UtcNow()), cancellationToken);
        return string.Create(CultureInfo.InvariantCulture, $"{removed} grants removed");
    }
}

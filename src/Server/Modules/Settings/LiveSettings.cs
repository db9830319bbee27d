using System.Text.Json;
using Consilium.Modules.Settings.Contracts;
using Consilium.Platform.Database;
using Consilium.Platform.Errors;
using Consilium.Platform.Realtime;
using Npgsql;

namespace Consilium.Modules.Settings;

/// <inheritdoc cref="ISettings"/>
internal sealed class LiveSettings : ISettings, IDisposable
{
    /// <summary>How long values are believed without a signal, for one that was lost.</summary>
    static readonly TimeSpan Trust = TimeSpan.FromSeconds(5);

    readonly NpgsqlDataSource database;
    readonly ProductSettings product;
    readonly TimeProvider clock;
    readonly ILogger<LiveSettings> log;
    readonly string environment;
    readonly IDisposable subscription;
    readonly SemaphoreSlim loading = new(1);
    long changes = 1; // grows with every sign of a change
    volatile Loaded? latest;

    public LiveSettings(
        NpgsqlDataSource database, ProductSettings product, Signals signals, IHostEnvironment host, TimeProvider clock, ILogger<LiveSettings> log)
    {
        (this.database, this.product, this.clock, this.log) = (database, product, clock, log);
        environment = host.EnvironmentName.ToLowerInvariant();
        subscription = signals.Listen(ConfigWriter.Topic, _ => Interlocked.Increment(ref changes));
    }

    public async ValueTask<T> ValueAsync<T>(ProductSetting<T> setting, CancellationToken cancellationToken)
    {
        var loaded = IsFresh(latest) ? latest! : await LoadAsync(cancellationToken);
        return loaded.Values.TryGetValue(setting.Key, out var value) && setting.Fits(value) ? setting.Read(value) : setting.Default;
    }

    public void Dispose()
    {
        subscription.Dispose();
        loading.Dispose();
    }

    bool IsFresh(Loaded? loaded) => loaded is not null && loaded.Changes == Interlocked.Read(ref changes) && clock.GetElapsedTime(loaded.At) < Trust;

    async Task<Loaded> LoadAsync(CancellationToken cancellationToken)
    {
        await loading.WaitAsync(cancellationToken);
        try
        {
            if (IsFresh(latest)) return latest!; // somebody else was quicker
            var (seen, at) = (Interlocked.Read(ref changes), clock.GetTimestamp());
            return latest = new(await ReadAsync(cancellationToken), seen, at);
        }
        catch (Exception fault) when (fault is NpgsqlException or TimeoutException && latest is not null)
        {
            log.LogWarning("The settings could not be read again; those of before count: {Fault}", Faults.ForLog(fault));
            return latest!;
        }
        finally
        {
            loading.Release();
        }
    }

    async Task<Dictionary<string, JsonElement>> ReadAsync(CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var command = new NpgsqlCommand("""
            SELECT DISTINCT ON (e.key) e.key, v.value FROM settings.entries e JOIN settings.versions v ON v.entry_id = e.id AND v.version = e.version
            WHERE e.key = ANY ($1) AND e.profile = '' AND e.environment IN ($2, '') AND v.action <> 'deleted' AND v.value IS NOT NULL
            ORDER BY e.key, e.environment DESC
            """, connection);
        command.Parameters.With(product.Keys).With(environment);
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        var values = new Dictionary<string, JsonElement>(StringComparer.Ordinal);
        while (await rows.ReadAsync(cancellationToken)) values[rows.GetString(0)] = JsonElement.Parse(rows.GetString(1));
        return values;
    }

    sealed record Loaded(IReadOnlyDictionary<string, JsonElement> Values, long Changes, long At);
}

using System.Globalization;
using System.Text.Json;
using Consilium.Platform.Hosting;
using Consilium.Platform.Jobs;

namespace Consilium.Platform.Secrets;

/// <summary>
/// Seals what retiring keys protect by the active one, in short transactions, and retires the keys that nothing needs any more. It can end
/// anywhere and begin again, and run twice at once.
/// </summary>
internal sealed class Reencryption(DataKeys keys, IEnumerable<ISealedColumn> columns, CrashPoints crash, ILogger<Reencryption> log)
{
    public const string BetweenBatches = "vault.between_batches";
    const int AtOnce = 100;

    /// <returns>How many values it has looked at, and how many keys it could not retire.</returns>
    public async Task<(int Values, int KeysLeft)> RunAsync(CancellationToken cancellationToken)
    {
        var (values, keysLeft) = (0, 0);
        foreach (var key in await keys.RetiringAsync(cancellationToken))
        {
            foreach (var column in columns)
                while (await column.ReencryptAsync(key.Id, AtOnce, cancellationToken) is > 0 and var some)
                {
                    values += some;
                    crash.Reach(BetweenBatches);
                }
            if (await keys.RetireAsync(key.Id, cancellationToken) is not (> 0 and var left)) continue;
            keysLeft++;
            log.LogWarning("The data key {Key} cannot be retired yet: it protects {Count} values", key.Id, left);
        }
        return (values, keysLeft);
    }
}

/// <summary>Goes on with what was left: values that somebody was changing, or that could not be opened and have been repaired.</summary>
internal sealed class ReencryptValues(Reencryption reencryption) : IScheduledJob
{
    public string Kind => "vault.reencrypt";
    public string Description => "Seals what older keys protect by the newest one, and retires the keys that nothing needs any more.";
    public TimeSpan Every => TimeSpan.FromMinutes(5);

    public async Task<string> RunAsync(CancellationToken cancellationToken)
    {
        var (values, keysLeft) = await reencryption.RunAsync(cancellationToken);
        return string.Create(CultureInfo.InvariantCulture, $"{values} values sealed again, {keysLeft} keys still needed");
    }
}

/// <summary>Begins at once after a rotation, whose transaction has queued it.</summary>
internal sealed class WhenKeyRotated(Reencryption reencryption) : IJobHandler
{
    public const string JobKind = "vault.key_rotated";

    public string Kind => JobKind;

    public Task RunAsync(Guid id, JsonElement payload, CancellationToken cancellationToken) => reencryption.RunAsync(cancellationToken);
}

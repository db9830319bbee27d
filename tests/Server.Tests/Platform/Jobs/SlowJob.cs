using System.Threading.Channels;
using Consilium.Platform.Jobs;

namespace Consilium.Tests.Platform.Jobs;

/// <summary>A scheduled job of which the test sees each run begin, and says how it ends.</summary>
internal sealed class SlowJob : IScheduledJob
{
    readonly Channel<CancellationToken> begun = Channel.CreateUnbounded<CancellationToken>();
    readonly Channel<string?> ends = Channel.CreateUnbounded<string?>();

    public string Kind => "test.make_beds";
    public string Description => "Makes the beds.";
    public TimeSpan Every => TimeSpan.FromHours(1);

    /// <summary>Whether it goes on when it is told to stop: the worst that a stale worker can be.</summary>
    public bool IsDeaf { get; init; }

    /// <summary>The next run has begun, within seconds.</summary>
    public async Task<CancellationToken> BegunAsync()
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        return await begun.Reader.ReadAsync(patience.Token);
    }

    public void End(string result) => ends.Writer.TryWrite(result);

    public void Fail() => ends.Writer.TryWrite(null);

    public async Task<string> RunAsync(CancellationToken cancellationToken)
    {
        begun.Writer.TryWrite(cancellationToken);
        return await ends.Reader.ReadAsync(IsDeaf ? default : cancellationToken) ?? throw new InvalidTimeZoneException("A text that quotes a patient");
    }
}

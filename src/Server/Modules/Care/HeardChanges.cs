using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Consilium.Modules.Care.Contracts;
using Consilium.Platform.Realtime;

namespace Consilium.Modules.Care;

/// <summary>
/// The changes of one patient's data for one reader: what is heard again before it has been read counts once, so that it never grows.
/// </summary>
internal sealed class HeardChanges : IDisposable
{
    static readonly PatientChange[] All = Enum.GetValues<PatientChange>();

    readonly Channel<bool> bell = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite, SingleReader = true });
    readonly IDisposable subscription;
    int pending; // a bit for each change

    public HeardChanges(Signals signals, Guid patientId) => subscription = signals.Listen(PatientChanges.Topic(patientId), Hear);

    public async IAsyncEnumerable<PatientChange> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        while (await bell.Reader.WaitToReadAsync(cancellationToken))
        {
            bell.Reader.TryRead(out _);
            var heard = Interlocked.Exchange(ref pending, 0);
            foreach (var change in All)
                if ((heard & Bit(change)) != 0) yield return change;
        }
    }

    public void Dispose() => subscription.Dispose();

    // Without a note signals may have been lost: then everything may have changed.
    void Hear(string? note)
    {
        Interlocked.Or(ref pending, Enum.TryParse<PatientChange>(note, out var change) ? Bit(change) : All.Sum(Bit));
        bell.Writer.TryWrite(true);
    }

    static int Bit(PatientChange change) => 1 << (int)change;
}

using System.Text;
using System.Threading.Channels;

namespace Consilium.Modules.Assistant;

/// <summary>The answer that several calls write in turn: it only ever grows, up to its greatest length, and each piece goes to the steps at once.</summary>
internal sealed class AnswerSoFar(string shown, int greatestLength, ChannelWriter<AnswerStep> steps)
{
    readonly StringBuilder text = new(shown);
    readonly IncomingText incoming = new();
    Repetition repetition = new("", false);

    public string Text => text.ToString();

    public int Length => text.Length;

    public bool IsFull { get; private set; } = shown.Length >= greatestLength;

    /// <summary>Another call is going to write.</summary>
    public void GoOn(bool wasTold)
    {
        incoming.BreakOff();
        repetition = new(Text, wasTold);
    }

    public ValueTask AddAsync(string more, CancellationToken cancellationToken) => GiveAsync(repetition.Take(incoming.Take(more)), cancellationToken);

    /// <summary>The call has said all.</summary>
    public ValueTask EndAsync(CancellationToken cancellationToken) => GiveAsync(repetition.Take(incoming.End()) + repetition.End(), cancellationToken);

    public ValueTask StepAsync(AnswerStep step, CancellationToken cancellationToken) => steps.WriteAsync(step, cancellationToken);

    async ValueTask GiveAsync(string piece, CancellationToken cancellationToken)
    {
        var room = greatestLength - text.Length;
        if (piece.Length > room)
        {
            IsFull = true;
            piece = room > 0 && char.IsHighSurrogate(piece[room - 1]) ? piece[..(room - 1)] : piece[..Math.Max(0, room)];
        }
        if (piece.Length == 0) return;
        text.Append(piece);
        await steps.WriteAsync(new AnswerText(piece), cancellationToken);
    }
}

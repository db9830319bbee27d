using System.Text;

namespace Consilium.Modules.Assistant;

/// <summary>
/// The text of one claim on its way into the database. What is written and not known to be committed stays as it is and is offered again, so that
/// a commit of unknown outcome doubles nothing.
/// </summary>
internal sealed class RunText(Run run, Action<RunText> offer) : IDisposable
{
    const int MaxWaiting = 64 * 1024; // UTF-16 units: a provider that is quicker than the database waits
    const int MaxPiece = 16 * 1024;

    readonly Lock gate = new();
    readonly IncomingText incoming = new();
    readonly StringBuilder waiting = new();
    TaskCompletionSource progress = new(TaskCreationOptions.RunContinuationsAsynchronously);
    Piece? writing;
    Exception? fault;
    int durable = run.Shown.Length;
    bool offered;
    bool closed;

    public Run Run => run;

    /// <summary>UTF-16 units of the answer so far.</summary>
    public int Length { get; private set; } = run.Shown.Length;

    /// <summary>Pieces of this claim that are committed.</summary>
    public int CountOfPieces { get; private set; }

    public async Task AppendAsync(string part, CancellationToken cancellationToken)
    {
        lock (gate) Add(incoming.Take(part));
        await UntilAsync(() => waiting.Length <= MaxWaiting, cancellationToken);
    }

    /// <summary>The provider has said all.</summary>
    public void End()
    {
        lock (gate) Add(incoming.End());
    }

    /// <summary>The provider broke off.</summary>
    public void BreakOff()
    {
        lock (gate) incoming.BreakOff();
    }

    /// <summary>Returns once everything is committed.</summary>
    public Task FlushAsync(CancellationToken cancellationToken) => UntilAsync(() => durable == Length, cancellationToken);

    /// <summary>The piece to write now: the same again until it is taken. Null when there is none.</summary>
    public Piece? Next()
    {
        lock (gate)
        {
            offered = false;
            if (closed) return null;
            if (writing is null && waiting.Length > 0) writing = Cut();
            return writing;
        }
    }

    /// <summary>The piece is committed.</summary>
    public void Taken(Piece piece)
    {
        lock (gate)
        {
            writing = null;
            durable = piece.End;
            CountOfPieces++;
            if (waiting.Length > 0) Offer();
            Progress();
        }
    }

    /// <summary>The piece could not be written this time.</summary>
    public void NotTaken()
    {
        lock (gate) Offer();
    }

    /// <summary>The piece can never be written.</summary>
    public void Fail(Exception refused)
    {
        lock (gate)
        {
            fault = refused;
            closed = true;
            Progress();
        }
    }

    /// <summary>What is not written by now is forgotten: nobody has seen it.</summary>
    public void Dispose()
    {
        lock (gate) closed = true;
    }

    void Add(string text)
    {
        if (text.Length == 0) return;
        waiting.Append(text);
        Length += text.Length;
        Offer();
    }

    void Offer()
    {
        if (offered || closed) return;
        offered = true;
        offer(this);
    }

    Piece Cut()
    {
        var length = Math.Min(waiting.Length, MaxPiece);
        if (length < waiting.Length && char.IsHighSurrogate(waiting[length - 1])) length--;
        var content = waiting.ToString(0, length);
        waiting.Remove(0, length);
        return new(durable, content);
    }

    void Progress()
    {
        var before = progress;
        progress = new(TaskCreationOptions.RunContinuationsAsynchronously);
        before.SetResult();
    }

    async Task UntilAsync(Func<bool> reached, CancellationToken cancellationToken)
    {
        while (true)
        {
            Task next;
            lock (gate)
            {
                if (fault is not null) throw new InvalidOperationException("The text could not be kept.", fault);
                if (reached()) return;
                next = progress.Task;
            }
            await next.WaitAsync(cancellationToken);
        }
    }
}

/// <summary>Text that is written in one go.</summary>
/// <param name="Start">UTF-16 units of the answer before it.</param>
internal sealed record Piece(int Start, string Content)
{
    public int End => Start + Content.Length;
}

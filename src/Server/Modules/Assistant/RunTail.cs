using System.Globalization;
using System.Text;
using Consilium.Modules.Assistant.Contracts;

namespace Consilium.Modules.Assistant;

/// <summary>
/// The answer of one run as far as it is known here, shared by everybody in this process who reads it. While somebody does, it looks at the rows
/// when it is told of a change, and by itself now and then.
/// </summary>
internal sealed class RunTail(Guid runId, RunSnapshots rows, TimeProvider clock, ILogger log)
{
    /// <summary>How often it looks by itself: signals may be lost.</summary>
    static readonly TimeSpan LookInterval = TimeSpan.FromSeconds(3);

    readonly Lock gate = new();
    readonly StringBuilder text = new();
    RunSnapshot? end;
    bool gone;
    bool unread;
    long looksBegun;
    long looksDone;
    TaskCompletionSource changed = NewSource();
    TaskCompletionSource woken = NewSource();

    /// <summary>Whether nothing changes any more.</summary>
    public bool HasEnded
    {
        get { lock (gate) return end is not null || gone; }
    }

    /// <summary>Looks until the run has ended, or nobody reads it any more.</summary>
    public async Task LookAsync()
    {
        while (BeginLook() is var (known, wake))
        {
            try
            {
                Learn(await rows.ReadAsync(runId, known));
                if (!HasEnded) await wake.WaitAsync(LookInterval, clock).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
            catch (Exception fault)
            {
                log.LogWarning("The answer of run {Run} could not be read: {Fault}", runId, fault.GetType().Name);
                await Task.Delay(LookInterval / 12, clock);
            }
        }
    }

    /// <summary>Nobody reads it any more.</summary>
    public void Stop()
    {
        lock (gate)
        {
            unread = true;
            woken.TrySetResult();
        }
    }

    /// <summary>A signal: with the end offset of new text, or of another change.</summary>
    public void Wake(string? note)
    {
        lock (gate)
            if (!int.TryParse(note, NumberStyles.None, CultureInfo.InvariantCulture, out var length) || length > text.Length) woken.TrySetResult();
    }

    /// <summary>A piece that has been committed here: the rows need not be asked for it.</summary>
    public void Offer(Piece piece)
    {
        lock (gate)
        {
            if (piece.Start > text.Length || piece.End <= text.Length) return;
            text.Append(piece.Content.AsSpan(text.Length - piece.Start));
            Changed();
        }
    }

    /// <summary>The number of a look that begins from now on. Whoever comes anew is given nothing that was read before.</summary>
    public long NextLook()
    {
        lock (gate)
        {
            woken.TrySetResult();
            return looksBegun + 1;
        }
    }

    /// <summary>Returns once this look is done, or none is needed any more.</summary>
    public Task LookedAsync(long look, CancellationToken cancellationToken) => UntilAsync(() => looksDone >= look || end is not null, cancellationToken);

    /// <summary>Returns once there is text after the offset, or the end.</summary>
    public Task MoreAsync(int offset, CancellationToken cancellationToken) => UntilAsync(() => text.Length > offset || end is not null, cancellationToken);

    /// <summary>What is known after the offset. Null when there is no such run.</summary>
    public AnswerUpdate? After(int offset)
    {
        lock (gate)
        {
            if (gone) return null;
            var more = offset < text.Length ? text.ToString(offset, text.Length - offset) : "";
            return new(offset + more.Length, more, end?.State);
        }
    }

    /// <summary>Whether readers can have been given the answer up to here, by whole characters.</summary>
    public bool WasShown(int offset)
    {
        lock (gate)
        {
            if (offset < 0 || (offset > text.Length && end is not { IsWithdrawn: true })) return false;
            return offset == 0 || offset >= text.Length || !char.IsLowSurrogate(text[offset]);
        }
    }

    (int Known, Task Wake)? BeginLook()
    {
        lock (gate)
        {
            if (unread || end is not null || gone) return null;
            looksBegun++;
            woken = NewSource();
            return (text.Length, woken.Task);
        }
    }

    void Learn(RunSnapshot? read)
    {
        lock (gate)
        {
            looksDone = looksBegun;
            gone = read is null;
            if (read is not null)
            {
                var known = text.Length - read.Start; // pieces may have been offered meanwhile
                if (read.Text.Length > known) text.Append(read.Text.AsSpan(known));
                if (read.HasEnded) end = read;
            }
            Changed();
        }
    }

    void Changed()
    {
        var before = changed;
        changed = NewSource();
        before.SetResult();
    }

    async Task UntilAsync(Func<bool> reached, CancellationToken cancellationToken)
    {
        while (true)
        {
            Task next;
            lock (gate)
            {
                if (reached() || gone) return;
                next = changed.Task;
            }
            await next.WaitAsync(cancellationToken);
        }
    }

    static TaskCompletionSource NewSource() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}

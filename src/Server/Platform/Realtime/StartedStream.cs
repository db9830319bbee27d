namespace Consilium.Platform.Realtime;

/// <summary>
/// What a stream will send. It is asked for the first item at once, and so it listens already when its client hears that the stream is open: what the
/// client does from then on is in it.
/// </summary>
internal sealed class StartedStream<T> : IAsyncDisposable
{
    readonly IAsyncEnumerator<T> enumerator;
    Task<bool>? first;
    Task<bool> arrival;

    /// <param name="items">They must begin to listen before their first await.</param>
    /// <param name="stop">Cancelled before this is disposed.</param>
    public StartedStream(IAsyncEnumerable<T> items, CancellationToken stop)
    {
        enumerator = items.GetAsyncEnumerator(stop);
        first = arrival = enumerator.MoveNextAsync().AsTask();
    }

    public T Current => enumerator.Current;

    /// <summary>Whether there is another item.</summary>
    public Task<bool> NextAsync()
    {
        arrival = first ?? enumerator.MoveNextAsync().AsTask();
        first = null;
        return arrival;
    }

    // An enumerator must not be disposed while it is still looking for the next item.
    public async ValueTask DisposeAsync()
    {
        await ((Task)arrival).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await enumerator.DisposeAsync();
    }
}

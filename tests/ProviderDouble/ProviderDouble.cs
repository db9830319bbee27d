using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace Consilium.ProviderDoubles;

/// <summary>What a double does with one request.</summary>
public delegate Task Reply(Exchange exchange);

/// <summary>
/// A model provider on 127.0.0.1 that speaks OpenAI's chat completions over real HTTP, every byte of it decided by a script: the first request
/// gets the first reply and so on, all later ones the last.
/// </summary>
public sealed class ProviderDouble : IAsyncDisposable
{
    readonly Socket listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    readonly CancellationTokenSource stop = new();
    readonly ConcurrentDictionary<Task, bool> conversations = [];
    readonly Lock gate = new();
    readonly List<ProviderRequest> requests = [];
    readonly List<(int Count, TaskCompletionSource Reached)> waiting = [];
    readonly Task accepting;
    Reply[] replies;

    public ProviderDouble(params Reply[] replies)
    {
        this.replies = replies;
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        Port = ((IPEndPoint)listener.LocalEndPoint!).Port;
        if (replies.Length > 0) listener.Listen(512); // a port that is taken and not listened to refuses connections
        accepting = replies.Length > 0 ? AcceptAsync() : Task.CompletedTask;
    }

    /// <summary>A double whose port refuses every connection.</summary>
    public static ProviderDouble Refusing() => new();

    public int Port { get; }

    /// <summary>What to configure.</summary>
    public Uri BaseAddress => new($"http://127.0.0.1:{Port}/v1");

    /// <summary>What was asked so far, in order.</summary>
    public IReadOnlyList<ProviderRequest> Requests
    {
        get { lock (gate) return [.. requests]; }
    }

    /// <summary>Ends once so many requests have come in whole.</summary>
    public async Task<ProviderRequest> RequestAsync(int number)
    {
        var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (gate)
        {
            if (requests.Count >= number) return requests[number - 1];
            waiting.Add((number, reached));
        }
        await reached.Task.WaitAsync(TimeSpan.FromSeconds(20));
        return Requests[number - 1];
    }

    /// <summary>From now on every request gets this reply.</summary>
    public void Answer(Reply reply)
    {
        lock (gate) replies = [reply];
    }

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        listener.Dispose();
        await accepting;
        await Task.WhenAll(conversations.Keys);
        stop.Dispose();
    }

    async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var conversation = ConverseAsync(await listener.AcceptAsync(stop.Token));
                conversations.TryAdd(conversation, true);
                _ = conversation.ContinueWith(done => conversations.TryRemove(done, out _), TaskScheduler.Default);
            }
        }
        catch (Exception fault) when (fault is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // stopped
        }
    }

    async Task ConverseAsync(Socket socket)
    {
        await using var connection = new Connection(socket, stop.Token);
        try
        {
            while (await connection.ReadRequestAsync() is { } request)
            {
                var exchange = new Exchange(request, connection);
                await Take(request)(exchange);
                if (!exchange.StaysOpen) return;
            }
        }
        catch (Exception fault) when (fault is IOException or SocketException or OperationCanceledException or ObjectDisposedException)
        {
            // the client hung up, or the test is over
        }
    }

    Reply Take(ProviderRequest request)
    {
        lock (gate)
        {
            requests.Add(request);
            foreach (var (count, reached) in waiting)
                if (requests.Count >= count) reached.TrySetResult();
            return replies[Math.Min(requests.Count, replies.Length) - 1];
        }
    }
}

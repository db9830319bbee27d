using System.Net;
using System.Net.Sockets;

namespace Consilium.Tests.Platform.Outbound;

/// <summary>
/// What must never be reached: listeners on the loopback addresses, at one port that the rules allow and, where this process may, at 80 and 443.
/// </summary>
internal sealed class Victim : IDisposable
{
    readonly FreePort port = FreePort.Take();
    readonly List<Listener> listeners = [];

    public Victim()
    {
        Listen(IPAddress.Loopback, Port);
        foreach (var usual in new[] { 80, 443 }) TryListen(IPAddress.Loopback, usual);
        foreach (var number in new[] { Port, 80, 443 }) TryListen(IPAddress.IPv6Loopback, number);
    }

    public int Port => port.Number;

    /// <summary>How many connections came so far. One of our own follows at each listener: what it had before that is counted by then.</summary>
    public async Task<int> ConnectionsAsync()
    {
        var sum = 0;
        foreach (var listener in listeners) sum += await listener.CountAsync();
        return sum;
    }

    public void Dispose()
    {
        foreach (var listener in listeners) listener.Dispose();
        port.Dispose();
    }

    void TryListen(IPAddress address, int number)
    {
        try
        {
            Listen(address, number);
        }
        catch (SocketException)
        {
            // a privileged or taken port, or no IPv6 here
        }
    }

    void Listen(IPAddress address, int number) => listeners.Add(new(new(address, number)));

    sealed class Listener : IDisposable
    {
        readonly TcpListener listener;
        readonly CancellationTokenSource stop = new();
        readonly Task accepting;
        int accepted, own;

        public Listener(IPEndPoint at)
        {
            listener = new(at);
            listener.Start();
            accepting = AcceptAsync();
        }

        public async Task<int> CountAsync()
        {
            own++;
            using var last = new TcpClient();
            await last.ConnectAsync((IPEndPoint)listener.LocalEndpoint);
            (await last.GetStream().ReadAsync(new byte[1])).ShouldBe(0); // accepted and closed
            return Volatile.Read(ref accepted) - own;
        }

        public void Dispose()
        {
            stop.Cancel();
            accepting.Wait();
            listener.Stop();
            stop.Dispose();
        }

        async Task AcceptAsync()
        {
            try
            {
                while (true)
                {
                    using var connection = await listener.AcceptSocketAsync(stop.Token);
                    Interlocked.Increment(ref accepted);
                }
            }
            catch (OperationCanceledException)
            {
                // stopped
            }
        }
    }
}

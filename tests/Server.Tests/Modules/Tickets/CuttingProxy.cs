using System.Net;
using System.Net.Sockets;

namespace Consilium.Tests.Modules.Tickets;

/// <summary>Stands between a client and a server, and cuts its first connections after so many bytes of the answer, wherever that is.</summary>
internal sealed class CuttingProxy : IAsyncDisposable
{
    readonly TcpListener listener = new(IPAddress.Loopback, 0);
    readonly CancellationTokenSource stop = new();
    readonly Uri server;
    readonly Queue<int> cuts;
    readonly Task accepting;
    int connections;

    public CuttingProxy(Uri server, params int[] cuts)
    {
        (this.server, this.cuts) = (server, new(cuts));
        listener.Start();
        Address = new($"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}");
        accepting = AcceptAsync();
    }

    public Uri Address { get; }

    /// <summary>Called with 1, 2, 3 … when a connection has come.</summary>
    public event Action<int>? Connected;

    async Task AcceptAsync()
    {
        var serving = new List<Task>();
        try
        {
            while (true)
            {
                var client = await listener.AcceptTcpClientAsync(stop.Token);
                serving.Add(ServeAsync(client, cuts.TryDequeue(out var cut) ? cut : int.MaxValue));
                Connected?.Invoke(++connections);
            }
        }
        catch (OperationCanceledException) { }
        await Task.WhenAll(serving);
    }

    async Task ServeAsync(TcpClient client, int left)
    {
        using var there = new TcpClient();
        using (client)
        {
            try
            {
                await there.ConnectAsync(server.Host, server.Port, stop.Token);
                var (up, down) = (client.GetStream(), there.GetStream());
                var asking = up.CopyToAsync(down, stop.Token);
                var buffer = new byte[4096];
                while (left > 0 && await down.ReadAsync(buffer.AsMemory(0, Math.Min(left, buffer.Length)), stop.Token) is var read and > 0)
                {
                    await up.WriteAsync(buffer.AsMemory(0, read), stop.Token);
                    left -= read;
                }
                client.Close();
                await asking.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
            catch (Exception fault) when (fault is IOException or OperationCanceledException or ObjectDisposedException) { }
        }
    }

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        listener.Stop();
        await accepting;
        stop.Dispose();
    }
}

using System.Diagnostics;
using System.Net.Sockets;
using System.Text;

namespace Consilium.Bench;

/// <summary>
/// Keeps a number of HTTP/1.1 connections busy, each with one request at a time, over plain sockets: the generator must cost little, for it
/// shares the machine with what it measures.
/// </summary>
internal sealed class Load(Uri address, Func<int, long, byte[]> request)
{
    public async Task<Sample> RunAsync(int connections, double seconds)
    {
        var watch = Stopwatch.StartNew();
        var latencies = await Task.WhenAll(Enumerable.Range(0, connections).Select(c => Task.Run(() => ClientAsync(c, watch, seconds))));
        var all = latencies.SelectMany(l => l).Order().ToArray();
        return all.Length == 0
            ? throw new InvalidOperationException($"Nothing was answered by {address}.")
            : new(all.Length / watch.Elapsed.TotalSeconds, all[all.Length / 2], all[(int)(all.Length * 0.99)]);
    }

    async Task<List<double>> ClientAsync(int connection, Stopwatch watch, double seconds)
    {
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(address.Host, address.Port);
        var buffer = new byte[64 * 1024];
        var latencies = new List<double>(10_000);
        for (long i = 0; watch.Elapsed.TotalSeconds < seconds; i++)
        {
            var sent = Stopwatch.GetTimestamp();
            await socket.SendAsync(request(connection, i));
            await ReadAnswerAsync(socket, buffer);
            latencies.Add(Stopwatch.GetElapsedTime(sent).TotalMilliseconds);
        }
        return latencies;
    }

    static async Task ReadAnswerAsync(Socket socket, byte[] buffer)
    {
        var length = 0;
        var whole = -1L;
        while (whole < 0)
        {
            length += await ReceiveAsync(socket, buffer.AsMemory(length));
            whole = Whole(buffer.AsSpan(0, length));
        }
        for (long left = whole - length; left > 0;) left -= await ReceiveAsync(socket, buffer);
    }

    static async Task<int> ReceiveAsync(Socket socket, Memory<byte> buffer)
    {
        var read = await socket.ReceiveAsync(buffer);
        return read > 0 ? read : throw new IOException("The server closed the connection.");
    }

    // The length of the whole answer once it can be told, else -1.
    static long Whole(ReadOnlySpan<byte> received)
    {
        var head = received.IndexOf("\r\n\r\n"u8);
        if (head < 0) return -1;
        if (received[9] != (byte)'2') throw new InvalidOperationException(Encoding.UTF8.GetString(received));
        var headers = received[..head];
        var at = headers.IndexOf("Content-Length: "u8);
        if (at >= 0)
        {
            var digits = headers[(at + 16)..];
            var end = digits.IndexOf((byte)'\r');
            return head + 4 + long.Parse(end < 0 ? digits : digits[..end]);
        }
        return received.EndsWith("\r\n0\r\n\r\n"u8) ? received.Length : -1; // chunked
    }
}

/// <summary>One measurement.</summary>
/// <param name="PerSecond">Requests answered per second.</param>
/// <param name="P50">Milliseconds.</param>
/// <param name="P99">Milliseconds.</param>
internal readonly record struct Sample(double PerSecond, double P50, double P99);

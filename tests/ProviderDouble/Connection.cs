using System.Buffers;
using System.IO.Pipelines;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;

namespace Consilium.ProviderDoubles;

/// <summary>One connection from a client. It is read from all the time, so that its end is noticed while a reply is being written.</summary>
sealed class Connection : IAsyncDisposable
{
    readonly Socket socket;
    readonly Pipe incoming = new();
    readonly CancellationTokenSource gone;
    readonly TaskCompletionSource closed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    readonly Task reading;

    public Connection(Socket socket, CancellationToken stop)
    {
        this.socket = socket;
        socket.NoDelay = true;
        gone = CancellationTokenSource.CreateLinkedTokenSource(stop);
        reading = ReadAsync();
    }

    /// <summary>Cancelled when the client has hung up, or the double stops.</summary>
    public CancellationToken Gone => gone.Token;

    /// <summary>Null when the client asks nothing more.</summary>
    public async Task<ProviderRequest?> ReadRequestAsync()
    {
        if (await TakeAsync(buffer => Find(buffer, "\r\n\r\n"u8)) is not { } head) return null;
        var lines = Encoding.Latin1.GetString(head).Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
        var headers = lines.Skip(1).Select(line => line.Split(": ", 2)).ToDictionary(h => h[0], h => h[1], StringComparer.OrdinalIgnoreCase);
        var length = headers.TryGetValue("Content-Length", out var given) ? int.Parse(given) : 0;
        if (await TakeAsync(buffer => buffer.Length >= length ? buffer.GetPosition(length) : null) is not { } body) return null;
        return new(lines[0], headers, length > 0 ? JsonElement.Parse(body) : default, closed.Task);
    }

    public async Task WriteAsync(ReadOnlyMemory<byte> bytes)
    {
        while (bytes.Length > 0) bytes = bytes[await socket.SendAsync(bytes, Gone)..];
    }

    /// <summary>RST instead of an orderly end.</summary>
    public void Reset()
    {
        socket.LingerState = new(true, 0);
        socket.Close();
    }

    public async ValueTask DisposeAsync()
    {
        if (socket.Connected)
        {
            try
            {
                socket.Shutdown(SocketShutdown.Both);
            }
            catch (SocketException)
            {
                // it was closed by the client
            }
        }
        socket.Dispose();
        await reading;
        gone.Dispose();
    }

    async Task ReadAsync()
    {
        try
        {
            while (await socket.ReceiveAsync(incoming.Writer.GetMemory(4096), Gone) is > 0 and var count)
            {
                incoming.Writer.Advance(count);
                await incoming.Writer.FlushAsync(Gone);
            }
        }
        catch (Exception fault) when (fault is SocketException or OperationCanceledException or ObjectDisposedException)
        {
            // it is over either way
        }
        closed.TrySetResult();
        await gone.CancelAsync();
        await incoming.Writer.CompleteAsync();
    }

    async Task<byte[]?> TakeAsync(Func<ReadOnlySequence<byte>, SequencePosition?> end)
    {
        while (true)
        {
            var read = await incoming.Reader.ReadAsync();
            if (end(read.Buffer) is { } position)
            {
                var taken = read.Buffer.Slice(0, position).ToArray();
                incoming.Reader.AdvanceTo(position);
                return taken;
            }
            incoming.Reader.AdvanceTo(read.Buffer.Start, read.Buffer.End);
            if (read.IsCompleted) return null;
        }
    }

    static SequencePosition? Find(ReadOnlySequence<byte> buffer, ReadOnlySpan<byte> mark)
    {
        var reader = new SequenceReader<byte>(buffer);
        return reader.TryReadTo(out ReadOnlySequence<byte> _, mark) ? reader.Position : null;
    }
}

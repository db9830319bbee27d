using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Consilium.Tests.Modules.Files;

/// <summary>
/// Speaks clamd's protocol over a real socket: finds the word EICAR, answers PING, refuses framing that is not clamd's, and misbehaves as it is told.
/// </summary>
internal sealed class ClamdDouble : IAsyncDisposable
{
    readonly Socket listener;
    readonly CancellationTokenSource stop = new();
    readonly ConcurrentBag<Task> conversations = [];
    readonly ConcurrentQueue<byte[]> scanned = [];
    readonly string? path;
    readonly Task accepting;

    public ClamdDouble(bool unixSocket = false)
    {
        path = unixSocket ? Path.Combine(TempDirectory.New(), "clamd") : null;
        listener = unixSocket ? new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified) : new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.ReceiveBufferSize = 8 * 1024; // what it has not read yet stays with its client
        listener.Bind(path is null ? new IPEndPoint(IPAddress.Loopback, 0) : new UnixDomainSocketEndPoint(path));
        listener.Listen();
        accepting = AcceptAsync();
    }

    /// <summary>What to configure.</summary>
    public string Setting => path ?? $"tcp://127.0.0.1:{((IPEndPoint)listener.LocalEndPoint!).Port}";

    /// <summary>How it is to misbehave; null for not at all.</summary>
    public volatile string? Fault;

    /// <summary>What it was given whole so far.</summary>
    public IReadOnlyList<byte[]> Scanned => [.. scanned];

    /// <summary>The answer to what it was given, beyond the finding of EICAR.</summary>
    public volatile string Found = "Eicar-Test-Signature";

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        listener.Dispose();
        await accepting;
        await Task.WhenAll(conversations);
        stop.Dispose();
    }

    async Task AcceptAsync()
    {
        try
        {
            while (true) conversations.Add(ConverseAsync(await listener.AcceptAsync(stop.Token)));
        }
        catch (Exception fault) when (fault is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // stopped
        }
    }

    async Task ConverseAsync(Socket socket)
    {
        await using var stream = new NetworkStream(socket, ownsSocket: true);
        try
        {
            if (Fault == "closes at once") return;
            var command = await TextAsync(stream);
            if (Fault == "hangs") await Task.Delay(Timeout.Infinite, stop.Token);
            await AnswerAsync(stream, command switch
            {
                "zPING" => "PONG",
                "zINSTREAM" => await ScanAsync(stream),
                _ => "UNKNOWN COMMAND",
            });
        }
        catch (Exception fault) when (fault is IOException or OperationCanceledException)
        {
            // the other side hung up, or the test ended
        }
    }

    async Task AnswerAsync(NetworkStream stream, string answer)
    {
        if (Fault == "closes before its answer") return;
        if (Fault == "answers garbage") answer = "HTTP/1.1 200 OK";
        if (Fault == "answers an error") answer = "lstat() failed: No such file or directory. ERROR";
        if (Fault == "answers without an end") await stream.WriteAsync(Encoding.ASCII.GetBytes(answer), stop.Token);
        else if (Fault == "answers without a name") await stream.WriteAsync("stream: FOUND\0"u8.ToArray(), stop.Token);
        else await stream.WriteAsync(Encoding.ASCII.GetBytes(answer + '\0'), stop.Token);
    }

    async Task<string> ScanAsync(NetworkStream stream)
    {
        var content = new MemoryStream();
        var header = new byte[4];
        while (true)
        {
            await stream.ReadExactlyAsync(header, stop.Token);
            var length = BinaryPrimitives.ReadInt32BigEndian(header);
            if (length == 0) break;
            if (length is < 0 or > 1024 * 1024) return "INSTREAM: Bad chunk size. ERROR";
            var chunk = new byte[length];
            await stream.ReadExactlyAsync(chunk, stop.Token);
            content.Write(chunk);
            if (Fault == "takes no more than a kilobyte" && content.Length > 1024) return "INSTREAM size limit exceeded. ERROR";
            if (Fault == "judges too early") return "stream: OK";
        }
        scanned.Enqueue(content.ToArray());
        return Encoding.Latin1.GetString(content.ToArray()).Contains("EICAR", StringComparison.Ordinal) ? $"stream: {Found} FOUND" : "stream: OK";
    }

    static async Task<string> TextAsync(NetworkStream stream)
    {
        var text = "";
        var one = new byte[1];
        while (await stream.ReadAsync(one) > 0 && one[0] != 0) text += (char)one[0];
        return text;
    }
}

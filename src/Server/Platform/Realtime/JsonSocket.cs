using System.Net.WebSockets;
using System.Text.Json;
using System.Threading.Channels;
using Consilium.Platform.Json;

namespace Consilium.Platform.Realtime;

/// <summary>
/// A WebSocket that speaks one JSON object per text message, both ways. Sizes and rates are limited, and a reader that does not keep up is
/// cut off: it comes back with the last number it saw.
/// </summary>
internal static class JsonSocket
{
    /// <summary>Room for the longest message, written wholly in escapes.</summary>
    const int MaxMessage = StrictJsonBody.DefaultLimit;
    const int MaxMessagesPerSecond = 30;
    static readonly TimeSpan SlowestSend = TimeSpan.FromSeconds(10);

    /// <summary>
    /// Runs until either side ends: sends everything of <paramref name="outgoing"/>, and what <paramref name="receive"/> answers to each
    /// message of the client. <paramref name="ended"/> closes with 1008.
    /// </summary>
    public static async Task RunAsync(
        HttpContext http, Func<CancellationToken, IAsyncEnumerable<byte[]>> outgoing,
        Func<JsonElement, CancellationToken, Task<byte[]?>> receive, CancellationToken ended)
    {
        var stopping = http.RequestServices.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping;
        using var socket = await http.WebSockets.AcceptWebSocketAsync(new WebSocketAcceptContext { KeepAliveInterval = TimeSpan.FromSeconds(15), KeepAliveTimeout = TimeSpan.FromSeconds(20) });
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted, ended, stopping);
        var replies = Channel.CreateBounded<byte[]>(16);
        var sending = SendAsync(socket, outgoing(stop.Token), replies.Reader, stop);
        var (status, reason) = await ReceiveAsync(socket, receive, replies.Writer, stop.Token);
        if (ended.IsCancellationRequested) (status, reason) = (WebSocketCloseStatus.PolicyViolation, "signed out");
        else if (stopping.IsCancellationRequested) (status, reason) = (WebSocketCloseStatus.EndpointUnavailable, "restarting");
        await stop.CancelAsync();
        await sending;
        await CloseAsync(socket, status, reason);
    }

    static async Task<(WebSocketCloseStatus, string)> ReceiveAsync(
        WebSocket socket, Func<JsonElement, CancellationToken, Task<byte[]?>> receive, ChannelWriter<byte[]> replies, CancellationToken cancellationToken)
    {
        var buffer = new byte[4096];
        var windowStart = Environment.TickCount64;
        var inWindow = 0;
        try
        {
            while (true)
            {
                using var message = new MemoryStream();
                ValueWebSocketReceiveResult part;
                do
                {
                    part = await socket.ReceiveAsync(buffer.AsMemory(), cancellationToken);
                    if (part.MessageType == WebSocketMessageType.Close) return (WebSocketCloseStatus.NormalClosure, "");
                    if (part.MessageType != WebSocketMessageType.Text) return (WebSocketCloseStatus.InvalidMessageType, "send text");
                    if (message.Length + part.Count > MaxMessage) return (WebSocketCloseStatus.MessageTooBig, "message too big");
                    message.Write(buffer, 0, part.Count);
                } while (!part.EndOfMessage);

                if (Environment.TickCount64 - windowStart >= 1000) (windowStart, inWindow) = (Environment.TickCount64, 0);
                if (++inWindow > MaxMessagesPerSecond) return (WebSocketCloseStatus.PolicyViolation, "too many messages");

                var bytes = message.ToArray();
                var reply = StrictJson.Fault(bytes) is { } fault || bytes.Length == 0
                    ? Error("malformed_json", StrictJson.Fault(bytes) ?? "The message is empty.")
                    : await ReplyAsync(bytes, receive, cancellationToken);
                if (reply is not null) await replies.WriteAsync(reply, cancellationToken);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return (WebSocketCloseStatus.NormalClosure, "");
        }
        catch (WebSocketException)
        {
            return (WebSocketCloseStatus.ProtocolError, "");
        }
    }

    static async Task<byte[]?> ReplyAsync(byte[] bytes, Func<JsonElement, CancellationToken, Task<byte[]?>> receive, CancellationToken cancellationToken)
    {
        using var document = JsonDocument.Parse(bytes);
        return document.RootElement.ValueKind == JsonValueKind.Object
            ? await receive(document.RootElement, cancellationToken)
            : Error("malformed_json", "Send a JSON object.");
    }

    public static byte[] Error(string code, string message) => JsonSerializer.SerializeToUtf8Bytes(new { type = "error", code, message });

    static async Task SendAsync(WebSocket socket, IAsyncEnumerable<byte[]> outgoing, ChannelReader<byte[]> replies, CancellationTokenSource stop)
    {
        var gate = new SemaphoreSlim(1);
        try
        {
            await await Task.WhenAny(PumpAsync(outgoing), PumpAsync(replies.ReadAllAsync(stop.Token)));
        }
        catch (Exception fault) when (fault is OperationCanceledException or WebSocketException)
        {
            // closed below, or gone already
        }
        await stop.CancelAsync();

        async Task PumpAsync(IAsyncEnumerable<byte[]> messages)
        {
            await foreach (var message in messages.WithCancellation(stop.Token))
            {
                await gate.WaitAsync(stop.Token);
                try
                {
                    using var slow = CancellationTokenSource.CreateLinkedTokenSource(stop.Token);
                    slow.CancelAfter(SlowestSend);
                    await socket.SendAsync(message.AsMemory(), WebSocketMessageType.Text, endOfMessage: true, slow.Token);
                }
                finally
                {
                    gate.Release();
                }
            }
        }
    }

    static async Task CloseAsync(WebSocket socket, WebSocketCloseStatus status, string reason)
    {
        if (socket.State is not (WebSocketState.Open or WebSocketState.CloseReceived)) return;
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(2));
        try
        {
            await socket.CloseOutputAsync(status, reason, patience.Token);
        }
        catch (Exception fault) when (fault is OperationCanceledException or WebSocketException)
        {
            socket.Abort();
        }
    }
}

using System.Net.WebSockets;
using System.Text.Json;
using System.Threading.Channels;
using Consilium.Platform.Errors;
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

    /// <summary>How long the other side has to answer a close.</summary>
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    /// <summary>
    /// Runs until either side ends: sends everything of <paramref name="outgoing"/>, and what <paramref name="receive"/> answers to each
    /// message of the client. <paramref name="ended"/> closes with 1008.
    /// </summary>
    public static async Task RunAsync(
        HttpContext http, Func<CancellationToken, IAsyncEnumerable<byte[]>> outgoing,
        Func<JsonElement, CancellationToken, Task<byte[]?>> receive, CancellationToken ended)
    {
        var services = http.RequestServices;
        var log = services.GetRequiredService<ILoggerFactory>().CreateLogger(typeof(JsonSocket));
        var clock = services.GetRequiredService<TimeProvider>();
        var stopping = services.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping;
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted, ended, stopping);
        using var gone = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted);
        var stream = new StartedStream<byte[]>(outgoing(stop.Token), stop.Token);
        try
        {
            using var socket = await http.WebSockets.AcceptWebSocketAsync(
                new WebSocketAcceptContext { KeepAliveInterval = TimeSpan.FromSeconds(15), KeepAliveTimeout = TimeSpan.FromSeconds(20) });
            var replies = Channel.CreateBounded<byte[]>(16);
            var sending = SendAsync(socket, stream, replies.Reader, clock, log, stop);
            // A receive that is cancelled takes the connection with it, and no close could be said any more: so only gone cancels it.
            var receiving = ReceiveAsync(socket, message => ReplyAsync(message, receive, log, stop.Token), replies.Writer, stop.Token, gone.Token);
            await Task.WhenAny(sending, receiving);
            var (status, reason) = ended.IsCancellationRequested ? (WebSocketCloseStatus.PolicyViolation, "signed out")
                : stopping.IsCancellationRequested ? (WebSocketCloseStatus.EndpointUnavailable, "restarting")
                : receiving.IsCompleted ? await receiving
                : await sending;
            await stop.CancelAsync();
            await sending;
            await CloseAsync(socket, status, reason);
            await gone.CancelAsync();
            await receiving;
        }
        finally
        {
            await stop.CancelAsync();
            await stream.DisposeAsync();
        }
    }

    static async Task<(WebSocketCloseStatus, string)> ReceiveAsync(
        WebSocket socket, Func<byte[], Task<byte[]?>> answer, ChannelWriter<byte[]> replies, CancellationToken stop, CancellationToken gone)
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
                    part = await socket.ReceiveAsync(buffer.AsMemory(), gone);
                    if (part.MessageType == WebSocketMessageType.Close) return (WebSocketCloseStatus.NormalClosure, "");
                    if (part.MessageType != WebSocketMessageType.Text) return (WebSocketCloseStatus.InvalidMessageType, "send text");
                    if (message.Length + part.Count > MaxMessage) return (WebSocketCloseStatus.MessageTooBig, "message too big");
                    message.Write(buffer, 0, part.Count);
                } while (!part.EndOfMessage);
                if (stop.IsCancellationRequested) continue; // the rest until the other side closes too

                if (Environment.TickCount64 - windowStart >= 1000) (windowStart, inWindow) = (Environment.TickCount64, 0);
                if (++inWindow > MaxMessagesPerSecond) return (WebSocketCloseStatus.PolicyViolation, "too many messages");
                if (await answer(message.ToArray()) is { } reply) await replies.WriteAsync(reply, stop);
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested || gone.IsCancellationRequested)
        {
            return (WebSocketCloseStatus.NormalClosure, "");
        }
        catch (WebSocketException)
        {
            return (WebSocketCloseStatus.ProtocolError, "");
        }
    }

    static async Task<byte[]?> ReplyAsync(byte[] message, Func<JsonElement, CancellationToken, Task<byte[]?>> receive, ILogger log, CancellationToken cancellationToken)
    {
        if (message.Length == 0) return Error("malformed_json", "The message is empty.");
        if (StrictJson.Fault(message) is { } fault) return Error("malformed_json", fault);
        using var document = JsonDocument.Parse(message, new() { MaxDepth = StrictJson.MaxDepth });
        if (document.RootElement.ValueKind != JsonValueKind.Object) return Error("malformed_json", "Send a JSON object.");
        try
        {
            return await receive(document.RootElement, cancellationToken);
        }
        catch (Exception failure) when (!cancellationToken.IsCancellationRequested)
        {
            var problem = ErrorAnswers.Describe(failure, log);
            return Error((string)problem.Extensions["code"]!, problem.Detail!, document.RootElement);
        }
    }

    /// <summary>What answers a message that could not be taken, with the name that the client gave it.</summary>
    public static byte[] Error(string code, string message, JsonElement? about = null)
    {
        var token = about?.TryGetProperty("client_token", out var given) == true && given.ValueKind == JsonValueKind.String ? given.GetString() : null;
        return JsonSerializer.SerializeToUtf8Bytes(new { type = "error", client_token = token, code, message });
    }

    /// <summary>Sends until there is nothing more to send, or <paramref name="stop"/>; says how to close then. The other pump is stopped with the first.</summary>
    static async Task<(WebSocketCloseStatus, string)> SendAsync(
        WebSocket socket, StartedStream<byte[]> stream, ChannelReader<byte[]> replies, TimeProvider clock, ILogger log, CancellationTokenSource stop)
    {
        using var gate = new SemaphoreSlim(1);
        var pumps = new[] { PumpStreamAsync(), PumpRepliesAsync() };
        await Task.WhenAny(pumps);
        await stop.CancelAsync();
        try
        {
            await Task.WhenAll(pumps);
        }
        catch (Exception fault) when (fault is OperationCanceledException or WebSocketException)
        {
            // stopped, gone already, or too slow
        }
        catch (Exception fault)
        {
            ErrorAnswers.Describe(fault, log);
            return (WebSocketCloseStatus.InternalServerError, "try again");
        }
        return (WebSocketCloseStatus.NormalClosure, "");

        async Task PumpStreamAsync()
        {
            while (await stream.NextAsync()) await SendOneAsync(stream.Current);
        }

        async Task PumpRepliesAsync()
        {
            await foreach (var reply in replies.ReadAllAsync(stop.Token)) await SendOneAsync(reply);
        }

        async Task SendOneAsync(byte[] message)
        {
            await gate.WaitAsync(stop.Token);
            try
            {
                // A send that is cancelled takes the connection with it: one that has begun may end, soon.
                using var slow = new CancellationTokenSource(SlowestSend, clock);
                await using var sooner = stop.Token.Register(() => slow.CancelAfter(Patience));
                await socket.SendAsync(message.AsMemory(), WebSocketMessageType.Text, endOfMessage: true, slow.Token);
            }
            finally
            {
                gate.Release();
            }
        }
    }

    static async Task CloseAsync(WebSocket socket, WebSocketCloseStatus status, string reason)
    {
        using var patience = new CancellationTokenSource(Patience);
        try
        {
            if (socket.State == WebSocketState.Open) await socket.CloseAsync(status, reason, patience.Token);
            else if (socket.State == WebSocketState.CloseReceived) await socket.CloseOutputAsync(status, reason, patience.Token);
        }
        catch (Exception fault) when (fault is OperationCanceledException or WebSocketException)
        {
            socket.Abort();
        }
    }
}

using System.Net.WebSockets;
using System.Text;
using System.Text.Json;

namespace Consilium.Tests.Modules.Cases;

/// <summary>A WebSocket to a case that speaks JSON objects.</summary>
internal sealed class CaseSocket : IAsyncDisposable
{
    readonly ClientWebSocket socket = new();

    public WebSocketCloseStatus? ClosedWith => socket.CloseStatus;

    public static Task<CaseSocket> OpenAsync(Client client, Guid caseId, string query = "") =>
        OpenAsync(client.BaseAddress!, $"{CaseServer.Root}/{caseId}/ws{query}", ("Authorization", $"Bearer {client.AccessToken}"));

    public static async Task<CaseSocket> OpenAsync(Uri server, string path, params (string Name, string Value)[] headers)
    {
        var opened = new CaseSocket();
        foreach (var (name, value) in headers) opened.socket.Options.SetRequestHeader(name, value);
        opened.socket.Options.CollectHttpResponseDetails = true;
        try
        {
            await opened.socket.ConnectAsync(new Uri($"ws://{server.Authority}{path}"), default).WaitAsync(EventStream.Patience);
            return opened;
        }
        catch (WebSocketException)
        {
            throw new RefusedException((int)opened.socket.HttpStatusCode);
        }
    }

    public Task SendAsync(object message)
    {
        var bytes = message is string text ? Encoding.UTF8.GetBytes(text) : JsonSerializer.SerializeToUtf8Bytes(message);
        return socket.SendAsync(bytes, WebSocketMessageType.Text, true, default);
    }

    /// <summary>Part of a message only.</summary>
    public Task SendPartAsync(byte[] bytes) => socket.SendAsync(bytes, WebSocketMessageType.Text, false, default);

    public Task SendBinaryAsync() => socket.SendAsync(new byte[] { 1 }, WebSocketMessageType.Binary, true, default);

    /// <summary>The next object; null when the server has closed.</summary>
    public async Task<JsonElement?> NextAsync()
    {
        using var message = new MemoryStream();
        var buffer = new byte[4096];
        using var patience = new CancellationTokenSource(EventStream.Patience);
        while (true)
        {
            var part = await socket.ReceiveAsync(buffer, patience.Token);
            if (part.MessageType == WebSocketMessageType.Close)
            {
                await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, patience.Token);
                return null;
            }
            message.Write(buffer, 0, part.Count);
            if (!part.EndOfMessage) continue;
            using var document = JsonDocument.Parse(message.ToArray());
            return document.RootElement.Clone();
        }
    }

    /// <summary>The next object of this type; what comes before is passed over.</summary>
    public async Task<JsonElement> NextAsync(string type)
    {
        while (true)
            if (await NextAsync() is not { } next) throw new EndOfStreamException($"The socket closed before '{type}'.");
            else if (next.Text("type") == type) return next;
    }

    /// <summary>Closes as a well-behaved client does, and waits for the answer.</summary>
    public Task CloseAsync() => socket.CloseAsync(WebSocketCloseStatus.NormalClosure, null, default).WaitAsync(EventStream.Patience);

    /// <summary>The server must close, with this status.</summary>
    public async Task ShouldCloseAsync(WebSocketCloseStatus status)
    {
        while (await NextAsync() is not null) { }
        ClosedWith.ShouldBe(status);
    }

    public ValueTask DisposeAsync()
    {
        socket.Abort();
        socket.Dispose();
        return ValueTask.CompletedTask;
    }

    internal sealed class RefusedException(int status) : Exception($"The upgrade was answered {status}.")
    {
        public int Status { get; } = status;
    }
}

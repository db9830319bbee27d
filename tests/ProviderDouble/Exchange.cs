using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Consilium.ProviderDoubles;

/// <summary>One request and what is written in reply to it: in OpenAI's format by the named steps, or byte by byte.</summary>
public sealed class Exchange
{
    static readonly JsonSerializerOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    readonly Connection connection;
    int tokens;

    internal Exchange(ProviderRequest request, Connection connection) => (Request, this.connection) = (request, connection);

    /// <summary>The same exchange, to be written differently.</summary>
    public Exchange(Exchange other) : this(other.Request, other.connection) { }

    public ProviderRequest Request { get; }

    /// <summary>What ends a line of the stream.</summary>
    public string LineEnd { get; init; } = "\n";

    /// <summary>Whether the client may ask again on the same connection: after a reply that was ended properly.</summary>
    internal bool StaysOpen { get; private set; }

    /// <summary>The head of a reply whose body comes in chunks.</summary>
    public Task HeadAsync(string type = "text/event-stream; charset=utf-8", int status = 200, string headers = "") =>
        RawAsync($"HTTP/1.1 {status} Status\r\nContent-Type: {type}\r\n{headers}Transfer-Encoding: chunked\r\n\r\n");

    /// <summary>A whole reply at once.</summary>
    public async Task BodyAsync(int status, string type, string body, string headers = "")
    {
        var bytes = Encoding.UTF8.GetBytes(body);
        await RawAsync([.. Encoding.ASCII.GetBytes(
            $"HTTP/1.1 {status} Status\r\nContent-Type: {type}\r\n{headers}Content-Length: {bytes.Length}\r\n\r\n"), .. bytes]);
        StaysOpen = true;
    }

    /// <summary>An answer that is an error, as OpenAI words it.</summary>
    public Task ErrorAsync(int status, string headers = "") =>
        BodyAsync(status, "application/json", """{"error":{"message":"The double was told to.","type":"error","param":null,"code":null}}""", headers);

    /// <summary>A chunk of the body, in one packet.</summary>
    public Task ChunkAsync(ReadOnlySpan<byte> bytes) => RawAsync([.. Encoding.ASCII.GetBytes($"{bytes.Length:x}\r\n"), .. bytes, .. "\r\n"u8]);

    public Task ChunkAsync(string text) => ChunkAsync(Encoding.UTF8.GetBytes(text));

    /// <summary>An event of the stream.</summary>
    public Task DataAsync(string data) => ChunkAsync(Data(data));

    /// <summary>What an event of the stream looks like.</summary>
    public string Data(string data) => $"data: {data}{LineEnd}{LineEnd}";

    /// <summary>The first event: who speaks, and nothing yet.</summary>
    public Task RoleAsync() => DataAsync(Json(new { role = "assistant", content = "" }, null));

    public Task TokenAsync(string text)
    {
        tokens++;
        return DataAsync(Token(text));
    }

    /// <summary>The JSON of a token's event.</summary>
    public string Token(string text) => Json(new { content = text }, null);

    /// <summary>The JSON of an event of the stream.</summary>
    public string Json(object? delta, string? finishReason) => JsonSerializer.Serialize(new
    {
        id = "chatcmpl-1", @object = "chat.completion.chunk", created = 1_700_000_000, model = Request.Model,
        choices = new[] { new { index = 0, delta, finish_reason = finishReason } },
    }, Plain);

    public Task FinishAsync(string reason = "stop") => DataAsync(Json(new { }, reason));

    /// <summary>The count of tokens, when it was asked for: of input one for each message.</summary>
    public Task UsageAsync() => Request.WantsUsage
        ? DataAsync(JsonSerializer.Serialize(new
        {
            id = "chatcmpl-1", @object = "chat.completion.chunk", created = 1_700_000_000, model = Request.Model, choices = Array.Empty<object>(),
            usage = new { prompt_tokens = Request.Messages.Count, completion_tokens = tokens, total_tokens = Request.Messages.Count + tokens },
        }))
        : Task.CompletedTask;

    public Task DoneAsync() => DataAsync("[DONE]");

    /// <summary>The end of a body that came in chunks.</summary>
    public async Task EndAsync()
    {
        await RawAsync("0\r\n\r\n");
        StaysOpen = true;
    }

    /// <summary>The proper end of an answer.</summary>
    public async Task CompleteAsync(string reason = "stop")
    {
        await FinishAsync(reason);
        await UsageAsync();
        await DoneAsync();
        await EndAsync();
    }

    /// <summary>Bytes without any frame around them, in one packet.</summary>
    public Task RawAsync(byte[] bytes) => connection.WriteAsync(bytes);

    public Task RawAsync(string text) => RawAsync(Encoding.UTF8.GetBytes(text));

    /// <summary>Says nothing more until the client has hung up.</summary>
    public Task HangAsync() => PauseAsync(Timeout.InfiniteTimeSpan);

    public Task PauseAsync(TimeSpan pause) => Task.Delay(pause, connection.Gone);

    /// <summary>Ends the connection with RST.</summary>
    public void Reset() => connection.Reset();
}

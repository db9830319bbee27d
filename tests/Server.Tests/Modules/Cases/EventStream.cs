using System.Globalization;
using System.Text.Json;

namespace Consilium.Tests.Modules.Cases;

/// <summary>A client of server-sent events that keeps what came: frames, comments, the retry hint.</summary>
internal sealed class EventStream : IAsyncDisposable
{
    /// <summary>Far more than anything here takes; only a failing test waits that long.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    readonly HttpResponseMessage response;
    readonly StreamReader reader;

    EventStream(HttpResponseMessage response, Stream body) => (this.response, reader) = (response, new(body));

    /// <summary>What <c>retry:</c> said.</summary>
    public string? Retry { get; private set; }

    /// <summary>The number to resume after.</summary>
    public string? LastId { get; private set; }

    public static async Task<EventStream> OpenAsync(HttpClient client, string path, string? lastEventId = null)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, path);
        if (lastEventId is not null) request.Headers.TryAddWithoutValidation("Last-Event-ID", lastEventId);
        var answer = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        ((int)answer.StatusCode).ShouldBe(200, path);
        answer.Content.Headers.ContentType?.MediaType.ShouldBe("text/event-stream");
        return new(answer, await answer.Content.ReadAsStreamAsync());
    }

    /// <summary>The next frame or comment; null at the end of the stream.</summary>
    public async Task<Frame?> NextAsync(CancellationToken cancellationToken = default)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(Patience);
        string? id = null, name = null, data = null;
        var isComment = false;
        try
        {
            while (await reader.ReadLineAsync(patience.Token) is { } line)
            {
                if (line.Length == 0 && (data is not null || isComment)) return new(id, name, data is null ? default : Parse(data), isComment);
                if (line.StartsWith(':')) isComment = true;
                else if (line.StartsWith("id: ", StringComparison.Ordinal)) LastId = id = line[4..];
                else if (line.StartsWith("event: ", StringComparison.Ordinal)) name = line[7..];
                else if (line.StartsWith("data: ", StringComparison.Ordinal)) data = data is null ? line[6..] : data + '\n' + line[6..];
                else if (line.StartsWith("retry: ", StringComparison.Ordinal)) Retry = line[7..];
                else line.ShouldBeEmpty();
            }
            return null;
        }
        catch (OperationCanceledException late) when (!cancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException("Nothing came on the stream.", late);
        }
        catch (IOException)
        {
            return null; // cut by the server
        }
    }

    /// <summary>Frames up to the event with this number.</summary>
    public async Task<List<Frame>> UpToAsync(long seq)
    {
        var frames = new List<Frame>();
        while (frames is [] || frames[^1].Id != seq.ToString(CultureInfo.InvariantCulture))
            frames.Add(await NextAsync() ?? throw new EndOfStreamException($"The stream ended before event {seq}."));
        return frames;
    }

    /// <summary>The server must end the stream.</summary>
    public async Task ShouldEndAsync()
    {
        while (await NextAsync() is not null) { }
    }

    public ValueTask DisposeAsync()
    {
        reader.Dispose();
        response.Dispose();
        return ValueTask.CompletedTask;
    }

    static JsonElement Parse(string data)
    {
        using var document = JsonDocument.Parse(data);
        return document.RootElement.Clone();
    }

    internal sealed record Frame(string? Id, string? Event, JsonElement Data, bool IsComment);
}

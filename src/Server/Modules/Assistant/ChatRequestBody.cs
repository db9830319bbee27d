using System.Net;
using System.Text.Json;
using Microsoft.Extensions.AI;

namespace Consilium.Modules.Assistant;

/// <summary>The body of a request for a streamed chat completion. It knows when it has been written out.</summary>
internal sealed class ChatRequestBody : HttpContent
{
    readonly byte[] json;
    readonly TaskCompletionSource written = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public ChatRequestBody(ProviderSettings settings, IEnumerable<ChatMessage> messages, ChatOptions? options)
    {
        json = Write(settings, messages, options);
        Headers.ContentType = new("application/json");
    }

    /// <summary>Ends once the whole body has been handed to the connection.</summary>
    public Task Written => written.Task;

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        await stream.WriteAsync(json, cancellationToken);
        await stream.FlushAsync(cancellationToken);
        written.TrySetResult();
    }

    protected override bool TryComputeLength(out long length)
    {
        length = json.Length;
        return true;
    }

    static byte[] Write(ProviderSettings settings, IEnumerable<ChatMessage> messages, ChatOptions? options)
    {
        var body = new Dictionary<string, object?>(StringComparer.Ordinal)
        {
            ["model"] = settings.Model,
            ["messages"] = messages.Select(message => new { role = message.Role.Value, content = message.Text }),
            ["stream"] = true,
            ["stream_options"] = new { include_usage = true },
        };
        if (options?.MaxOutputTokens is { } most) body[settings.MaxTokensName] = most;
        foreach (var (name, value) in options?.AdditionalProperties ?? []) body[name] = value;
        return JsonSerializer.SerializeToUtf8Bytes(body);
    }
}

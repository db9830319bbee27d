using System.ClientModel;
using System.Text.Json;
using Microsoft.Extensions.AI;

namespace Consilium.Modules.Assistant;

/// <summary>The body of a request for a streamed chat completion. It knows when it has been written out.</summary>
internal sealed class ChatRequestBody(ProviderSettings settings, IEnumerable<ChatMessage> messages, ChatOptions? options) : BinaryContent
{
    readonly byte[] json = Write(settings, messages, options);
    readonly TaskCompletionSource written = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Ends once the whole body has been handed to the connection.</summary>
    public Task Written => written.Task;

    public override async Task WriteToAsync(Stream stream, CancellationToken cancellation = default)
    {
        await stream.WriteAsync(json, cancellation);
        await stream.FlushAsync(cancellation);
        written.TrySetResult();
    }

    public override void WriteTo(Stream stream, CancellationToken cancellation = default)
    {
        stream.Write(json);
        written.TrySetResult();
    }

    public override bool TryComputeLength(out long length)
    {
        length = json.Length;
        return true;
    }

    public override void Dispose() { }

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

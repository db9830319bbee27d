using System.Text.Json;
using Microsoft.Extensions.AI;

namespace Consilium.Modules.Assistant;

/// <summary>Reads the events of a streamed chat completion, also as those write them that only resemble OpenAI.</summary>
internal static class ChatEvents
{
    /// <summary>Null for an event that says nothing.</summary>
    /// <exception cref="ProviderException">It says an error, or is not understood.</exception>
    public static ChatResponseUpdate? Read(string data)
    {
        try
        {
            using var json = JsonDocument.Parse(data);
            return Read(json.RootElement);
        }
        catch (Exception fault) when (fault is JsonException or InvalidOperationException or FormatException)
        {
            throw new ProviderException(CallReasons.Malformed); // without its cause, which may quote the answer
        }
    }

    static ChatResponseUpdate? Read(JsonElement chunk)
    {
        if (Member(chunk, "error") is { ValueKind: not JsonValueKind.Null }) throw new ProviderException(CallReasons.ErrorInStream);
        var update = new ChatResponseUpdate();
        if (Member(chunk, "choices") is { ValueKind: JsonValueKind.Array } choices && choices.EnumerateArray().FirstOrDefault() is { ValueKind: JsonValueKind.Object } choice)
        {
            if (Member(choice, "delta") is { ValueKind: JsonValueKind.Object } delta && Text(delta, "content") is { Length: > 0 } text)
                update.Contents.Add(new TextContent(text));
            update.FinishReason = Finish(Text(choice, "finish_reason"));
        }
        if (Member(chunk, "usage") is { ValueKind: JsonValueKind.Object } usage)
            update.Contents.Add(new UsageContent(new() { InputTokenCount = Count(usage, "prompt_tokens"), OutputTokenCount = Count(usage, "completion_tokens") }));
        return update is { Contents.Count: 0, FinishReason: null } ? null : update;
    }

    static ChatFinishReason? Finish(string? word) => word?.ToLowerInvariant() switch
    {
        null or "" => null,
        "stop" or "eos" or "eos_token" or "end_turn" or "stop_sequence" => ChatFinishReason.Stop,
        "length" or "max_tokens" => ChatFinishReason.Length,
        "tool_calls" or "function_call" => ChatFinishReason.ToolCalls,
        "safety" or "recitation" => ChatFinishReason.ContentFilter,
        var other when other.StartsWith("content_filter", StringComparison.Ordinal) => ChatFinishReason.ContentFilter,
        var other => new ChatFinishReason(other),
    };

    static JsonElement? Member(JsonElement of, string name) => of.TryGetProperty(name, out var value) ? value : null;

    static string? Text(JsonElement of, string name) => Member(of, name) is { ValueKind: JsonValueKind.String } text ? text.GetString() : null;

    static long? Count(JsonElement of, string name) =>
        Member(of, name) is { ValueKind: JsonValueKind.Number } number && number.TryGetInt64(out var count) && count is >= 0 and <= int.MaxValue ? count : null;
}

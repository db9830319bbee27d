using System.Text.Json;
using System.Text.Json.Serialization;

namespace Consilium.Modules.Threads.Contracts;

/// <summary>What the event streams of a door send; a message is in the door's own shape.</summary>
internal sealed record LiveEvent<TMessage> where TMessage : class
{
    /// <summary>1, 2, 3 … without a gap; absent for what is shown and not kept (typing, reset).</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? Seq { get; set; }

    public string Type { get; set; } = "";
    public DateTimeOffset At { get; set; }
    public Guid? ActorId { get; set; }

    /// <summary>For message events: the message as it is now.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public TMessage? Message { get; set; }

    /// <summary>What else belongs to this type: <c>mode</c>, <c>last_read_seq</c>, <c>run_id</c>, <c>attachment_id</c> …</summary>
    [JsonExtensionData]
    public Dictionary<string, JsonElement>? More { get; set; }

    public static LiveEvent<TMessage> Of(ThreadEvent happened, Func<ThreadMessage, TMessage> show) => new()
    {
        Seq = happened.Seq,
        Type = happened.Type,
        At = happened.At,
        ActorId = happened.ActorId,
        Message = happened.Message is { } message ? show(message) : null,
        More = happened.Data?.EnumerateObject().ToDictionary(member => member.Name, member => member.Value, StringComparer.Ordinal),
    };
}

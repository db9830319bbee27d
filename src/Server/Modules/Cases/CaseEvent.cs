using System.Text.Json;
using System.Text.Json.Serialization;
using Consilium.Modules.Threads.Contracts;

namespace Consilium.Modules.Cases;

/// <summary>What the event streams of a case send.</summary>
internal sealed record CaseEvent
{
    /// <summary>1, 2, 3 … without a gap; absent for what is shown and not kept (typing, reset).</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? Seq { get; set; }

    public string Type { get; set; } = "";
    public DateTimeOffset At { get; set; }
    public Guid? ActorId { get; set; }

    /// <summary>For message events: the message as it is now.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public MessageResponse? Message { get; set; }

    /// <summary>What else belongs to this type: <c>mode</c>, <c>last_read_seq</c>, <c>run_id</c>, <c>attachment_id</c> …</summary>
    [JsonExtensionData]
    public Dictionary<string, JsonElement>? More { get; set; }

    public static CaseEvent Of(ThreadEvent happened, MessageResponse? message) => new()
    {
        Seq = happened.Seq,
        Type = happened.Type,
        At = happened.At,
        ActorId = happened.ActorId,
        Message = message,
        More = happened.Data?.EnumerateObject().ToDictionary(member => member.Name, member => member.Value, StringComparer.Ordinal),
    };

    public byte[] ToBytes() => JsonSerializer.SerializeToUtf8Bytes(this, CasesJson.Product.CaseEvent);
}

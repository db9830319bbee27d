using System.Text.Json;
using System.Text.Json.Serialization;
using Consilium.Modules.Threads.Contracts;

namespace Consilium.Modules.Cases;

/// <summary>What the event streams of a case send.</summary>
/// <param name="Seq">1, 2, 3 … without a gap; absent for what is shown and not kept (typing, reset).</param>
/// <param name="Message">For message events: the message as it is now.</param>
internal sealed record CaseEvent(
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] long? Seq, string Type, DateTimeOffset At, Guid? ActorId,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] MessageResponse? Message)
{
    /// <summary>What else belongs to this type: <c>mode</c>, <c>last_read_seq</c>, <c>run_id</c> …</summary>
    [JsonExtensionData]
    public Dictionary<string, JsonElement>? More { get; init; }

    public static CaseEvent Of(ThreadEvent happened) =>
        new(happened.Seq, happened.Type, happened.At, happened.ActorId, happened.Message is { } message ? MessageResponse.Of(message) : null)
        {
            More = happened.Data?.EnumerateObject().ToDictionary(member => member.Name, member => member.Value, StringComparer.Ordinal),
        };

    public byte[] ToBytes() => JsonSerializer.SerializeToUtf8Bytes(this, CasesJson.Product.CaseEvent);
}

using System.Text.Json;
using System.Text.Json.Serialization;
using Consilium.Platform.OpenApi;

namespace Consilium.Modules.Threads.Contracts;

/// <summary>Something that happened in a thread. Its type says which members it has besides; ignore types and members that you do not know.</summary>
[AlsoWritten("run_id", typeof(Guid), "Of `run.started` and `run.finished`: the run in which the assistant answers.")]
[AlsoWritten("question_id", typeof(Guid), "Of `run.started`: the message that is answered; null when there is none.", MayBeNull = true)]
[AlsoWritten("status", typeof(string), "Of `run.finished`: how the run ended. Of `ticket.status_changed`: the status of the ticket.")]
[AlsoWritten("reason", typeof(string), "Of `run.finished`: why the run did not succeed; absent when it did.")]
[AlsoWritten("mode", typeof(string), "Of `assistant.changed`: whether the assistant answers new questions.", Values = ["on", "off"])]
[AlsoWritten("last_read_seq", typeof(long), "Of `read`: the number up to which the actor has read.")]
[AlsoWritten("attachment_id", typeof(Guid), "Of `attachment.changed`: the file that was fetched, scanned, or got its thumbnail.")]
[AlsoWritten("user_id", typeof(Guid), "Of `participant.joined`: the account that joined.")]
[AlsoWritten("role", typeof(string), "Of `participant.joined`: as what it speaks.", Values = ["user", "staff", "doctor", "assistant"])]
[AlsoWritten("assignee_id", typeof(Guid), "Of `case.assigned`: the member of staff to whom the case is assigned; null for nobody.", MayBeNull = true)]
internal sealed record LiveEvent<TMessage> where TMessage : class
{
    /// <summary>1, 2, 3 … without a gap; absent for what is shown and not kept (typing, reset).</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? Seq { get; set; }

    /// <summary>
    /// What happened: <c>message.posted</c>, <c>message.edited</c>, <c>message.retracted</c>, <c>attachment.changed</c>, <c>thread.closed</c>,
    /// <c>thread.reopened</c>, <c>participant.joined</c>, <c>read</c>, <c>assistant.changed</c>, <c>run.started</c>, <c>run.finished</c>,
    /// <c>case.assigned</c>, <c>ticket.status_changed</c>, <c>typing</c>, or <c>reset</c>: then read the thread again and follow from its
    /// <c>last_seq</c>. More types may come.
    /// </summary>
    public string Type { get; set; } = "";

    /// <summary>When it happened.</summary>
    public DateTimeOffset At { get; set; }

    /// <summary>The account that did it; null when nobody acted.</summary>
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

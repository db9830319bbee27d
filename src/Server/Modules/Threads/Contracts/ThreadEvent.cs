using System.Text.Json;

namespace Consilium.Modules.Threads.Contracts;

/// <summary>Something that happened in a thread.</summary>
/// <param name="Seq">Its number: 1, 2, 3 … without a gap. Null for what is shown and not kept (typing).</param>
/// <param name="Message">For message events: the message as it is now, which may be later than the event.</param>
/// <param name="Data">What else belongs to this type: more members of the event's JSON object.</param>
internal sealed record ThreadEvent(long? Seq, string Type, DateTimeOffset At, Guid? ActorId, ThreadMessage? Message, JsonElement? Data);

internal static class EventTypes
{
    public const string MessagePosted = "message.posted";
    public const string MessageEdited = "message.edited";
    public const string MessageRetracted = "message.retracted";

    /// <summary>A file of the message was fetched, scanned, or got its thumbnail.</summary>
    public const string AttachmentChanged = "attachment.changed";
    public const string ThreadClosed = "thread.closed";
    public const string ThreadReopened = "thread.reopened";
    public const string ParticipantJoined = "participant.joined";
    public const string Read = "read";
    public const string AssistantChanged = "assistant.changed";
    public const string RunStarted = "run.started";
    public const string RunFinished = "run.finished";
    public const string Typing = "typing";

    /// <summary>The cursor that was sent is ahead of the thread (a restored backup): read the snapshot again and follow from <c>last_seq</c>.</summary>
    public const string Reset = "reset";
}

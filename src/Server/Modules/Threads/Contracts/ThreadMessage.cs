using System.Text.Json;
using Consilium.Modules.Files.Contracts;
using Consilium.Platform.Markdown;

namespace Consilium.Modules.Threads.Contracts;

/// <summary>As what somebody speaks in a thread.</summary>
internal enum SenderRole { User, Staff, Doctor, Assistant }

/// <summary>A message as it stands now. A retracted one keeps its place and loses its text.</summary>
/// <param name="Seq">Its place in the thread: the number of the event that posted it. Grows strictly, not by one.</param>
/// <param name="RunId">Of a question: the run that answers it; of an answer: the run that gave it.</param>
/// <param name="Ai">Of an answer: provider, model and citations, as JSON.</param>
/// <param name="AttachmentIds">The files that hang on it, in the order in which they were named.</param>
internal sealed record ThreadMessage(
    Guid Id, Guid ThreadId, long Seq, Guid SenderId, SenderRole SenderRole, string SenderName, string Content, DateTimeOffset CreatedAt,
    DateTimeOffset? EditedAt, bool Retracted, Guid? ReplyTo, Guid? RunId, JsonElement? Ai, IReadOnlyList<Guid> AttachmentIds)
{
    /// <summary>What hangs on it, as it is when the message is read; files that are gone are left out.</summary>
    public IReadOnlyList<Attachment> Attachments { get; init; } = [];

    /// <summary>Its text as HTML that is safe to put into a page: people's as they typed it, the assistant's as Markdown.</summary>
    public string ToHtml() => SenderRole == SenderRole.Assistant ? SafeMarkdown.ToHtml(Content) : TypedText.ToHtml(Content);
}

/// <summary>What a message said before it was edited.</summary>
/// <param name="Version">The number of the version, from 1.</param>
/// <param name="Content">What the message said.</param>
/// <param name="ReplacedAt">When it was replaced by the next version.</param>
internal sealed record MessageVersion(int Version, string Content, DateTimeOffset ReplacedAt);

/// <summary>A message to post.</summary>
/// <param name="Reach">How far the sender's right to post extends.</param>
internal sealed record NewMessage(
    Guid ThreadId, string Kind, Reach Reach, Guid SenderId, string SenderAccountRole, SenderRole SenderRole, string SenderName, string Content)
{
    public Guid? ReplyTo { get; init; }

    /// <summary>Uploads of the sender for this thread, and files to fetch. They commit with the message.</summary>
    public IReadOnlyList<NewAttachment> Attachments { get; init; } = [];

    /// <summary>At most one message per thread, sender and token: repeating it finds the first.</summary>
    public string? ClientToken { get; init; }

    /// <summary>Whether a run is to answer it, if the assistant has the turn.</summary>
    public bool AsksAssistant { get; init; }
    public bool TakesTurn { get; init; }

    /// <summary>Refused once a person has taken the turn: for the assistant's own answers.</summary>
    public bool NeedsTurn { get; init; }

    public Guid? RunId { get; init; }
    public string? AiJson { get; init; }
}

internal enum PostOutcome { Posted, Replayed, NotFound, Closed, UnknownReply, TurnTaken, UnfitAttachment }

/// <param name="Message">There when it was posted or replayed.</param>
internal readonly record struct PostResult(PostOutcome Outcome, ThreadMessage? Message)
{
    /// <summary>The index of the attachment that can't be had: no upload of the sender for this thread, or it hangs on something already.</summary>
    public int? Unfit { get; init; }
}

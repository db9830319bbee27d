using System.Text.Json;

namespace Consilium.Modules.Threads.Contracts;

internal enum SenderRole { User, Staff, Doctor, Assistant }

/// <summary>A message as it stands now. A retracted one keeps its place and loses its text.</summary>
/// <param name="Seq">Its place in the thread: the number of the event that posted it. Grows strictly, not by one.</param>
/// <param name="RunId">Of a question: the run that answers it; of an answer: the run that gave it.</param>
/// <param name="Ai">Of an answer: provider, model and citations, as JSON.</param>
/// <param name="Attachments">The ids of the files that hang on it, in order. What they are, the module Files knows.</param>
internal sealed record ThreadMessage(
    Guid Id, Guid ThreadId, long Seq, Guid SenderId, SenderRole SenderRole, string SenderName, string Content, DateTimeOffset CreatedAt,
    DateTimeOffset? EditedAt, bool Retracted, Guid? ReplyTo, Guid? RunId, JsonElement? Ai, IReadOnlyList<Guid> Attachments);

/// <summary>What a message said before it was edited.</summary>
internal sealed record MessageVersion(int Version, string Content, DateTimeOffset ReplacedAt);

/// <summary>A message to post.</summary>
/// <param name="Reach">How far the sender's right to post extends.</param>
internal sealed record NewMessage(
    Guid ThreadId, string Kind, Reach Reach, Guid SenderId, string SenderAccountRole, SenderRole SenderRole, string SenderName, string Content)
{
    /// <summary>For whoever must know it beforehand, because files hang on it.</summary>
    public Guid? Id { get; init; }
    public Guid? ReplyTo { get; init; }
    public IReadOnlyList<Guid> Attachments { get; init; } = [];

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

internal enum PostOutcome { Posted, Replayed, NotFound, Closed, UnknownReply, TurnTaken }

/// <param name="Message">There when it was posted or replayed.</param>
internal readonly record struct PostResult(PostOutcome Outcome, ThreadMessage? Message);

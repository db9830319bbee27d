using System.Text.Json;
using System.Text.Json.Serialization;
using Consilium.Modules.Assistant.Contracts;
using Consilium.Modules.Files.Contracts;
using Consilium.Modules.Threads.Contracts;
using Consilium.Platform.Idempotency;

namespace Consilium.Modules.Cases;

/// <summary>A message of a case.</summary>
/// <param name="Id">The id of the message.</param>
/// <param name="Seq">Its place: grows strictly within the case, not by one, for other events take numbers too.</param>
/// <param name="CaseId">The case that it belongs to.</param>
/// <param name="SenderId">The account that sent it.</param>
/// <param name="SenderRole">As what the sender speaks.</param>
/// <param name="SenderName">As it was when the message was posted.</param>
/// <param name="Content">Empty once retracted.</param>
/// <param name="CreatedAt">When it was posted.</param>
/// <param name="EditedAt">When it was last edited; null for never.</param>
/// <param name="Retracted">Whether it was taken back. It keeps its place and loses text and files.</param>
/// <param name="ReplyTo">The message that it answers; null for none.</param>
/// <param name="Attachments">The files that hang on it, in the order in which they were named.</param>
/// <param name="RunId">Of a question: the run that answers it; of an answer: the run that gave it.</param>
/// <param name="Ai">Of the assistant's answers: who computed it and what it cites.</param>
internal sealed record MessageResponse(
    Guid Id, long Seq, Guid CaseId, Guid SenderId, SenderRole SenderRole, string SenderName, string Content, DateTimeOffset CreatedAt, DateTimeOffset? EditedAt,
    bool Retracted, Guid? ReplyTo, IReadOnlyList<Attachment> Attachments, Guid? RunId, AiOrigin? Ai) : IHasResourceId
{
    /// <summary>The content as safe HTML; there when it was asked for.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? ContentHtml { get; init; }

    public static MessageResponse Of(ThreadMessage message) => new(
        message.Id, message.Seq, message.ThreadId, message.SenderId, message.SenderRole, message.SenderName, message.Content, message.CreatedAt, message.EditedAt,
        message.Retracted, message.ReplyTo, message.Attachments, message.RunId, message.Ai?.Deserialize(CasesJson.Default.AiOrigin));

    public static MessageResponse WithHtml(ThreadMessage message) => Of(message) with { ContentHtml = message.ToHtml() };
}

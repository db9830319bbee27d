using System.Text.Json;
using System.Text.Json.Serialization;
using Consilium.Modules.Assistant.Contracts;
using Consilium.Modules.Files.Contracts;
using Consilium.Modules.Threads.Contracts;
using Consilium.Platform.Database;
using Consilium.Platform.Idempotency;
using Npgsql;

namespace Consilium.Modules.Tickets;

/// <summary>A ticket, as its customer and staff see it.</summary>
/// <param name="Id">The id of the ticket.</param>
/// <param name="Title">A short name.</param>
/// <param name="Description">What it is about, in the customer's words.</param>
/// <param name="Status">How far the work on it is.</param>
/// <param name="UserId">Whose it is.</param>
/// <param name="CreatedAt">When it was opened.</param>
/// <param name="UpdatedAt">When anything in it last changed.</param>
/// <param name="LastSeq">The number of its newest event: where a reader of this answer starts to follow.</param>
/// <param name="LastMessageAt">When the newest message was posted; null before the first.</param>
/// <param name="UnreadCount">Messages of others after the caller's read mark.</param>
internal record TicketResponse(
    Guid Id, string Title, string Description, TicketStatus Status, Guid UserId, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt, long LastSeq,
    DateTimeOffset? LastMessageAt, long UnreadCount) : IHasResourceId;

/// <summary>A ticket with the beginning of its conversation.</summary>
/// <param name="Messages">Oldest first, at most 200: the list of messages has the rest.</param>
internal sealed record TicketWithMessages(TicketResponse Ticket, IReadOnlyList<TicketMessageResponse> Messages) : TicketResponse(Ticket)
{
    [JsonIgnore]
    public TicketResponse Ticket { get; } = Ticket;
}

/// <summary>A message of a ticket.</summary>
/// <param name="Id">The id of the message.</param>
/// <param name="Seq">Its place: grows strictly within the ticket, not by one, for other events take numbers too.</param>
/// <param name="TicketId">The ticket that it belongs to.</param>
/// <param name="SenderId">The account that sent it.</param>
/// <param name="SenderRole">As what the sender speaks.</param>
/// <param name="SenderName">As it was when the message was posted.</param>
/// <param name="Content">What was said.</param>
/// <param name="IsAi">Whether the assistant wrote it.</param>
/// <param name="CreatedAt">When it was posted.</param>
/// <param name="Attachments">The files that hang on it, in the order in which they were named.</param>
/// <param name="Ai">Of the assistant's answers: who computed it and what it cites.</param>
internal sealed record TicketMessageResponse(
    Guid Id, long Seq, Guid TicketId, Guid SenderId, SenderRole SenderRole, string SenderName, string Content, bool IsAi, DateTimeOffset CreatedAt,
    IReadOnlyList<Attachment> Attachments, AiOrigin? Ai) : IHasResourceId
{
    /// <summary>The content as safe HTML; there when it was asked for.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? ContentHtml { get; init; }

    public static TicketMessageResponse Of(ThreadMessage message) => new(
        message.Id, message.Seq, message.ThreadId, message.SenderId, message.SenderRole, message.SenderName, message.Content,
        message.SenderRole == SenderRole.Assistant, message.CreatedAt, message.Attachments, message.Ai?.Deserialize(TicketsJson.Default.AiOrigin));

    public static TicketMessageResponse WithHtml(ThreadMessage message) => Of(message) with { ContentHtml = message.ToHtml() };
}

/// <summary>A ticket with its thread's state, read in one query. Parameters: $1 the caller, $2 his reach, $3 the kind.</summary>
internal static class TicketRows
{
    public const string Select = $"""
        SELECT k.id, k.title, k.description, k.status, t.owner_id, t.created_at, t.updated_at, t.last_seq, t.last_message_at, {ThreadViews.Unread}(t.id, $1)
        FROM {ThreadViews.Threads} t JOIN tickets.tickets k ON k.id = t.id
        """;

    public static TicketResponse Read(NpgsqlDataReader row) => new(
        row.GetGuid(0), row.GetString(1), row.GetString(2), TicketStatuses.Parse(row.GetString(3))!.Value, row.GetGuid(4), row.GetFieldValue<DateTimeOffset>(5),
        row.GetFieldValue<DateTimeOffset>(6), row.GetInt64(7), row.Nullable<DateTimeOffset>(8), row.GetInt64(9));
}

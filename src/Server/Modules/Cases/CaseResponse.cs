using Consilium.Platform.Idempotency;

namespace Consilium.Modules.Cases;

internal enum CaseStatus { Open, Closed }

internal enum AssistantMode { On, Off }

/// <summary>A case, as its owner and staff see it.</summary>
/// <param name="UpdatedAt">When anything in it last changed.</param>
/// <param name="LastSeq">The number of its newest event: where a reader of this answer starts to follow.</param>
/// <param name="LastMessageAt">When the newest message was posted; null before the first.</param>
/// <param name="AssistantMode">Whether the assistant answers new questions.</param>
/// <param name="UnreadCount">Messages of others after the caller's read mark.</param>
internal sealed record CaseResponse(
    Guid Id, Guid OwnerId, string? Title, string IssueDescription, CaseStatus Status, Guid? AssigneeId, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt,
    DateTimeOffset? ClosedAt, long LastSeq, DateTimeOffset? LastMessageAt, AssistantMode AssistantMode, long UnreadCount) : IHasResourceId;

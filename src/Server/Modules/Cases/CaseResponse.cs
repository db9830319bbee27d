using Consilium.Platform.Idempotency;

namespace Consilium.Modules.Cases;

/// <summary>Whether a case takes messages: an open one does.</summary>
internal enum CaseStatus { Open, Closed }

/// <summary>Whether the assistant answers new questions.</summary>
internal enum AssistantMode { On, Off }

/// <summary>A case, as its owner and staff see it.</summary>
/// <param name="Id">The id of the case.</param>
/// <param name="OwnerId">The account whose case it is.</param>
/// <param name="Title">A short name; null when it has none.</param>
/// <param name="IssueDescription">What is wrong, in the owner's words.</param>
/// <param name="Status">Whether it is open.</param>
/// <param name="AssigneeId">The member of staff to whom it is assigned; null for nobody.</param>
/// <param name="CreatedAt">When it was opened.</param>
/// <param name="UpdatedAt">When anything in it last changed.</param>
/// <param name="ClosedAt">When it was closed; null while it is open.</param>
/// <param name="LastSeq">The number of its newest event: where a reader of this answer starts to follow.</param>
/// <param name="LastMessageAt">When the newest message was posted; null before the first.</param>
/// <param name="AssistantMode">Whether the assistant answers new questions.</param>
/// <param name="UnreadCount">Messages of others after the caller's read mark.</param>
internal sealed record CaseResponse(
    Guid Id, Guid OwnerId, string? Title, string IssueDescription, CaseStatus Status, Guid? AssigneeId, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt,
    DateTimeOffset? ClosedAt, long LastSeq, DateTimeOffset? LastMessageAt, AssistantMode AssistantMode, long UnreadCount) : IHasResourceId;

namespace Consilium.Modules.Cases;

/// <summary>What somebody needs help with: an issue, its owner's, worked by staff. The conversation about it is the thread of the same id.</summary>
internal sealed class Case
{
    public const int MaxDescription = 5000;
    public const int MaxTitle = 200;

    Case() { }

    public Guid Id { get; private set; }
    public string? Title { get; private set; }
    public string IssueDescription { get; private set; } = "";

    /// <summary>The member of staff who looks after it.</summary>
    public Guid? AssigneeId { get; private set; }

    public DateTimeOffset CreatedAt { get; private set; }

    public static Case Open(Guid id, string? title, string issueDescription, DateTimeOffset at) =>
        new() { Id = id, Title = title, IssueDescription = issueDescription, CreatedAt = at };

    public void Assign(Guid? assigneeId) => AssigneeId = assigneeId;
}

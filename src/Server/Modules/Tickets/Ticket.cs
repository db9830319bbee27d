namespace Consilium.Modules.Tickets;

/// <summary>How far the work on a ticket is. A closed one takes no messages.</summary>
internal enum TicketStatus { Open, InProgress, Resolved, Closed }

/// <summary>A question to support: its customer's, worked by staff, answered by the assistant when somebody asks it. The conversation is the thread of the same id.</summary>
internal sealed class Ticket
{
    public const int MinTitle = 3;
    public const int MaxTitle = 100;
    public const int MinDescription = 10;
    public const int MaxDescription = 5000;

    Ticket() { }

    public Guid Id { get; private set; }
    public string Title { get; private set; } = "";
    public string Description { get; private set; } = "";

    /// <summary>Closed exactly when the thread is.</summary>
    public TicketStatus Status { get; private set; }

    public DateTimeOffset CreatedAt { get; private set; }

    public static Ticket Open(Guid id, string title, string description, DateTimeOffset at) =>
        new() { Id = id, Title = title, Description = description, CreatedAt = at };

    /// <summary>False, and nothing is changed, when no step leads from here to there. To stay is no step.</summary>
    public bool MoveTo(TicketStatus status)
    {
        if (!Status.Next().Contains(status)) return false;
        Status = status;
        return true;
    }
}

/// <summary>The steps between statuses, and their names on the wire and in the database.</summary>
internal static class TicketStatuses
{
    static readonly string[] Names = ["open", "in_progress", "resolved", "closed"];

    /// <summary>Which statuses may follow.</summary>
    public static IReadOnlyList<TicketStatus> Next(this TicketStatus status) => status switch
    {
        TicketStatus.Open => [TicketStatus.InProgress, TicketStatus.Resolved, TicketStatus.Closed],
        TicketStatus.InProgress => [TicketStatus.Open, TicketStatus.Resolved, TicketStatus.Closed],
        TicketStatus.Resolved => [TicketStatus.InProgress, TicketStatus.Closed],
        _ => [TicketStatus.Open],
    };

    public static string Wire(this TicketStatus status) => Names[(int)status];

    /// <summary>Exact names alone; null for anything else.</summary>
    public static TicketStatus? Parse(string? name) => Array.IndexOf(Names, name) is >= 0 and var index ? (TicketStatus)index : null;
}

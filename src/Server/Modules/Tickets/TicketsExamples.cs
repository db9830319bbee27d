using Consilium.Modules.Threads.Contracts;
using Consilium.Platform.OpenApi;

namespace Consilium.Modules.Tickets;

/// <summary>What the API's document shows with this door's bodies.</summary>
[BodyExamples]
internal static class TicketsExamples
{
    static readonly Guid TicketId = new("0199c0de-7a00-7000-8000-000000000002");
    static readonly Guid UserId = new("0199c0de-7a00-7000-8000-0000000000a1");
    static readonly DateTimeOffset At = new(2026, 1, 31, 9, 30, 0, TimeSpan.Zero);

    static OpenTicketRequest OpenTicket => new("Pump shows E4", "The pump's display shows E4 since this morning.");

    static PostTicketMessageRequest PostMessage => new("It also beeps. What can I do?", "a7f0-1", []);

    static SetTicketStatusRequest SetStatus => new("in_progress");

    static TicketResponse Ticket => new(
        TicketId, "Pump shows E4", "The pump's display shows E4 since this morning.", TicketStatus.Open, UserId, At, At.AddMinutes(2), LastSeq: 2, At.AddMinutes(2), UnreadCount: 0);

    static TicketWithMessages TicketWithMessages => new(Ticket, [Message]);

    static TicketMessageResponse Message => new(
        new("0199c0de-7a00-7000-8000-000000000102"), 2, TicketId, UserId, SenderRole.User, "User", "It also beeps. What can I do?", IsAi: false, At.AddMinutes(2), [], Ai: null);
}

using System.Globalization;
using Consilium.Modules.Accounts.Contracts;
using Consilium.Modules.Audit.Contracts;
using Consilium.Modules.Threads.Contracts;
using Consilium.Platform.Database;

namespace Consilium.Modules.Tickets;

/// <summary>
/// Who may do what with a ticket, and the only way to load one for a caller: the customer his own, staff and admins all; nobody else may know
/// that it exists. What is read is written to the audit trail before the answer leaves.
/// </summary>
internal sealed class TicketAccess(RequestTransaction transaction, IAuditTrail audit)
{
    /// <summary>Here the assistant answers when it is asked to, and nobody takes its turn.</summary>
    public static readonly ThreadPolicy Policy = new(
        Kind: "ticket",
        Read: ReachOf,
        Post: ReachOf,
        RoleOf: caller => caller.IsStaff ? SenderRole.Staff : SenderRole.User,
        TakesTurn: _ => false);

    /// <summary>Whose tickets they are.</summary>
    public static readonly Role[] Customers = [Role.User, Role.Patient];

    /// <summary>The roles that may use the door at all; others get 403.</summary>
    public static readonly Role[] Readers = [.. Customers, Role.Staff, Role.Admin];

    public static ThreadScope ToRead(Guid ticketId, Caller caller) => ThreadScope.ToRead(Policy, ticketId, caller);

    /// <summary>The ticket as it is now. Null when there is none that the caller may see.</summary>
    public async Task<TicketResponse?> FindAsync(Guid ticketId, Caller caller, CancellationToken cancellationToken)
    {
        await using var batch = await transaction.BatchAsync(cancellationToken);
        batch.Add($"{TicketRows.Select} WHERE k.id = $4 AND {ThreadQuery.InReach}")
            .With(caller.UserId).With((int)Policy.Read(caller)).With(Policy.Kind).With(ticketId);
        await using var row = await batch.ExecuteReaderAsync(cancellationToken);
        return await row.ReadAsync(cancellationToken) ? TicketRows.Read(row) : null;
    }

    /// <summary>Writes down that the caller did something with a ticket that leaves no other trace, or was refused it.</summary>
    public Task RecordAsync(Guid ticketId, string what, bool found, Caller caller, CancellationToken cancellationToken) =>
        audit.RecordAsync(new(caller.UserId, caller.Role.Wire(), what, $"ticket/{ticketId}", found ? AuditOutcome.Ok : AuditOutcome.Denied), cancellationToken);

    /// <summary>Writes down that the caller read a list.</summary>
    public Task RecordListAsync(int count, Caller caller, CancellationToken cancellationToken) =>
        audit.RecordAsync(new(caller.UserId, caller.Role.Wire(), "ticket.list", "ticket", Reason: string.Create(CultureInfo.InvariantCulture, $"{count} shown")), cancellationToken);

    static Reach ReachOf(Caller caller) => caller.Role switch
    {
        Role.User or Role.Patient => Reach.Own,
        Role.Staff or Role.Admin => Reach.All,
        _ => Reach.None,
    };
}

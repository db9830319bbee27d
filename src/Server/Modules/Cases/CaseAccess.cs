using System.Globalization;
using Consilium.Modules.Accounts.Contracts;
using Consilium.Modules.Audit.Contracts;
using Consilium.Modules.Threads.Contracts;
using Consilium.Platform.Database;

namespace Consilium.Modules.Cases;

/// <summary>
/// Who may do what with a case, and the only way to load one for a caller: the owner his own, staff and admins all; nobody else may know that it
/// exists. What is read is written to the audit trail before the answer leaves.
/// </summary>
internal sealed class CaseAccess(RequestTransaction transaction, IAuditTrail audit)
{
    public static readonly ThreadPolicy Policy = new(
        Kind: "case",
        Read: caller => caller.Role switch
        {
            Role.User or Role.Patient => Reach.Own,
            Role.Staff or Role.Admin => Reach.All,
            _ => Reach.None,
        },
        Post: caller => caller.Role switch
        {
            Role.User or Role.Patient => Reach.Own,
            Role.Staff or Role.Admin or Role.Assistant => Reach.All,
            _ => Reach.None,
        },
        RoleOf: caller => caller.Role switch
        {
            Role.Staff or Role.Admin => SenderRole.Staff,
            Role.Assistant => SenderRole.Assistant,
            _ => SenderRole.User,
        },
        TakesTurn: caller => caller.IsStaff);

    /// <summary>The roles that may use the door at all; others get 403.</summary>
    public static readonly Role[] Readers = [Role.User, Role.Patient, Role.Staff, Role.Admin];

    public static readonly Role[] Posters = [.. Readers, Role.Assistant];

    public static readonly Role[] Staff = [Role.Staff, Role.Admin];

    public static ThreadScope ToRead(Guid caseId, Caller caller) => ThreadScope.ToRead(Policy, caseId, caller);

    /// <summary>The case as it is now. Null when there is none that the caller may see.</summary>
    public async Task<CaseResponse?> FindAsync(Guid caseId, Caller caller, CancellationToken cancellationToken)
    {
        await using var batch = await transaction.BatchAsync(cancellationToken);
        batch.Add($"{CaseRows.Select} WHERE c.id = $4 AND {ThreadQuery.InReach}").With(caller.UserId).With((int)Policy.Read(caller)).With(Policy.Kind).With(caseId);
        await using var row = await batch.ExecuteReaderAsync(cancellationToken);
        return await row.ReadAsync(cancellationToken) ? CaseRows.Read(row) : null;
    }

    /// <summary>Writes down that the caller read something of a case, or was refused what he wanted of it.</summary>
    public Task RecordReadAsync(Guid caseId, string what, bool found, Caller caller, CancellationToken cancellationToken) =>
        audit.RecordAsync(new(caller.UserId, caller.Role.Wire(), what, $"case/{caseId}", found ? AuditOutcome.Ok : AuditOutcome.Denied), cancellationToken);

    /// <summary>Writes down that the caller read a list.</summary>
    public Task RecordListAsync(int count, Caller caller, CancellationToken cancellationToken) =>
        audit.RecordAsync(new(caller.UserId, caller.Role.Wire(), "case.list", "case", Reason: string.Create(CultureInfo.InvariantCulture, $"{count} shown")), cancellationToken);
}

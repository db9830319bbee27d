using Consilium.Modules.Accounts.Contracts;
using Consilium.Modules.Audit.Contracts;

namespace Consilium.Modules.Care.Contracts;

/// <summary>
/// Writes down who read or changed which patient's data and on what grounds, as entries of the audit trail with the patient as their subject. Patients
/// see it; refusals are for administrators. Reads are durable before the answer leaves: await them first.
/// </summary>
internal sealed class AccessLog(IAuditTrail audit)
{
    /// <param name="action">Dotted and stable: <c>report.read</c>.</param>
    /// <param name="resource">Kind and id: <c>report/0198…</c>.</param>
    /// <param name="grounds">Of <see cref="PatientRule.Join"/>; null when the caller was refused, or nothing is there.</param>
    public Task ReadAsync(Caller caller, Guid? patientId, string action, string resource, string? grounds, CancellationToken cancellationToken) =>
        audit.RecordAsync(EntryOf(caller, patientId, action, resource, grounds), cancellationToken);

    /// <summary>A list: one entry for each patient whose data it shows.</summary>
    public Task ReadManyAsync(Caller caller, string action, IEnumerable<PatientShown> shown, CancellationToken cancellationToken) =>
        audit.RecordAllAsync([.. shown.DistinctBy(one => one.PatientId).Select(one => EntryOf(caller, one.PatientId, action, $"patient/{one.PatientId}", one.Grounds))], cancellationToken);

    /// <summary>A change, in the transaction that makes it; saved by the next SaveChanges.</summary>
    public void Add(Caller caller, Guid patientId, string action, string resource, string grounds) =>
        audit.Add(EntryOf(caller, patientId, action, resource, grounds));

    /// <summary>The grounds as an entry says them: with the key, where a program asks.</summary>
    public static string? ReasonOf(Caller caller, string? grounds) =>
        caller.IsApiKey ? $"{grounds ?? "refused"}, by API key {caller.SessionId}" : grounds;

    static AuditEntry EntryOf(Caller caller, Guid? patientId, string action, string resource, string? grounds) => new(
        caller.UserId, caller.Role.Wire(), action, resource, grounds is null ? AuditOutcome.Denied : AuditOutcome.Ok, ReasonOf(caller, grounds), patientId);
}

/// <param name="Grounds">Why the caller may see it.</param>
internal readonly record struct PatientShown(Guid PatientId, string Grounds);

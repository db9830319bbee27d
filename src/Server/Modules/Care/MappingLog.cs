using Consilium.Modules.Accounts.Contracts;
using Consilium.Modules.Audit.Contracts;
using Consilium.Modules.Care.Contracts;
using Consilium.Platform.Database;

namespace Consilium.Modules.Care;

/// <summary>Writes down who works and reads mappings: in the patient's access log where there is a patient, else in the trail alone.</summary>
internal sealed class MappingLog(ConsiliumDb db, AccessLog access, IAuditTrail audit, PatientChanges changes)
{
    /// <summary>In the transaction of the change. The entry names who got or lost the right; those who look at the patient hear of it.</summary>
    public async Task ChangedAsync(MappingKind kind, MappingResponse mapping, string action, Caller caller, CancellationToken cancellationToken)
    {
        var resource = $"{kind.First.Name}/{mapping.HospitalId ?? mapping.DoctorId ?? mapping.UserId}";
        if (mapping.PatientId is { } patientId)
        {
            access.Add(caller, patientId, action, resource, MappingKind.GroundsOf(caller));
            changes.Announce(patientId, PatientChange.CareTeam);
        }
        else
        {
            audit.Add(new(caller.UserId, caller.Role.Wire(), action, $"{resource}/{kind.Second.Name}/{mapping.DoctorId}", Reason: MappingKind.GroundsOf(caller)));
        }
        await db.SaveChangesAsync(cancellationToken);
    }

    public Task ReadAsync(MappingKind kind, MappingResponse mapping, Caller caller, CancellationToken cancellationToken) =>
        access.ReadAsync(caller, mapping.PatientId, "mapping.read", Resource(kind, mapping.Id), MappingKind.GroundsOf(caller), cancellationToken);

    public Task ListedAsync(IEnumerable<MappingResponse> shown, Caller caller, CancellationToken cancellationToken) => access.ReadManyAsync(
        caller, "mapping.list", shown.Where(mapping => mapping.PatientId is not null).Select(mapping => new PatientShown(mapping.PatientId!.Value, MappingKind.GroundsOf(caller))),
        cancellationToken);

    /// <param name="mappingId">What was asked for; null when it was to be made.</param>
    /// <param name="patientId">Who was to be mapped.</param>
    public Task RefusedAsync(MappingKind kind, Guid? mappingId, Guid? patientId, string action, Caller caller, CancellationToken cancellationToken) =>
        access.ReadAsync(caller, patientId, action, Resource(kind, mappingId ?? patientId), grounds: null, cancellationToken);

    static string Resource(MappingKind kind, Guid? id) => $"{kind.First.Name}-{kind.Second.Name}/{id}";
}

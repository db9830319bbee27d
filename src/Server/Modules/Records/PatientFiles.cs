using Consilium.Modules.Accounts.Contracts;
using Consilium.Modules.Care.Contracts;
using Consilium.Modules.Files.Contracts;
using Consilium.Platform.Database;

namespace Consilium.Modules.Records;

/// <summary>The files of a patient's record: whoever may read the patient's data may read them.</summary>
internal sealed class PatientFiles(RequestTransaction transaction, PatientChanges changes) : IFileHolder
{
    public const string PlaceKind = "patient";

    public string Kind => PlaceKind;

    public async Task<FileRight?> FindRightAsync(FilePlace place, Guid itemId, Caller caller, CancellationToken cancellationToken)
    {
        if (!caller.IsApiKey && !caller.Is(PatientRule.Readers)) return null;
        await using var batch = await transaction.BatchAsync(cancellationToken);
        batch.Add($"""
            SELECT access.grounds FROM records.documents d {PatientRule.Join("d.patient_id")} WHERE d.id = $3 AND d.patient_id = $4
            """).By(caller).With(itemId).With(place.Id);
        return await batch.ExecuteScalarAsync(cancellationToken) is string grounds ? new(AccessLog.ReasonOf(caller, grounds)) : null;
    }

    public Guid? SubjectOf(FilePlace place) => place.Id;

    public Task ChangedAsync(FilePlace place, Guid itemId, Guid fileId, CancellationToken cancellationToken)
    {
        changes.Announce(place.Id, PatientChange.Document);
        return Task.CompletedTask;
    }
}

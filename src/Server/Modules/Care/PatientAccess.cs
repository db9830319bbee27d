using Consilium.Modules.Accounts.Contracts;
using Consilium.Modules.Care.Contracts;
using Consilium.Platform.Database;

namespace Consilium.Modules.Care;

/// <summary>Whether the caller may read a patient's data, which is written down before the answer: for what is shown by other statements, each of which asks the rule again.</summary>
internal sealed class PatientAccess(RequestTransaction transaction, AccessLog access)
{
    public async Task<bool> AllowsAsync(Guid patientId, string action, Caller caller, CancellationToken cancellationToken)
    {
        var grounds = await GroundsAsync(patientId, caller, cancellationToken);
        await access.ReadAsync(caller, patientId, action, $"patient/{patientId}", grounds, cancellationToken);
        return grounds is not null;
    }

    async Task<string?> GroundsAsync(Guid patientId, Caller caller, CancellationToken cancellationToken)
    {
        await using var batch = await transaction.BatchAsync(cancellationToken);
        batch.Add($"SELECT access.grounds FROM care.patients p {PatientRule.Join("p.id")} WHERE p.id = $3").By(caller).With(patientId);
        return (string?)await batch.ExecuteScalarAsync(cancellationToken);
    }
}

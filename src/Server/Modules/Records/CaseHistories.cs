using Consilium.Modules.Accounts.Contracts;
using Consilium.Modules.Care.Contracts;
using Consilium.Platform.Database;
using NpgsqlTypes;

namespace Consilium.Modules.Records;

/// <summary>The only way to load case histories for a caller: for whoever may read the patient's data.</summary>
internal sealed class CaseHistories(RequestTransaction transaction, Documents documents)
{
    /// <param name="version">Null for the newest.</param>
    /// <returns>No grounds: the caller may not know of the patient. No history: there is none, or no such version.</returns>
    public async Task<(string? Grounds, CaseHistoryResponse? History)> FindAsync(Guid patientId, long? version, Caller caller, CancellationToken cancellationToken)
    {
        string grounds;
        CaseHistoryRow? found;
        await using (var batch = await transaction.BatchAsync(cancellationToken))
        {
            batch.Add($"""
                SELECT access.grounds, {CaseHistoryRow.Columns}
                FROM {CareViews.Patients} p {PatientRule.Join("p.id")}
                LEFT JOIN (records.case_histories h JOIN records.case_history_versions v USING (patient_id)) ON h.patient_id = p.id AND v.version = coalesce($4, h.version)
                WHERE p.id = $3
                """).By(caller).With(patientId).With(NpgsqlDbType.Bigint, version);
            await using var row = await batch.ExecuteReaderAsync(cancellationToken);
            if (!await row.ReadAsync(cancellationToken)) return default;
            grounds = row.GetString(0);
            found = row.IsDBNull(1) ? null : CaseHistoryRow.Read(row, 1);
        }
        return (grounds, found is null ? null : (await ShowAsync([found], cancellationToken))[0]);
    }

    /// <summary>The versions before one, newest first.</summary>
    public async Task<(string? Grounds, List<CaseHistoryResponse> Versions)> ListAsync(
        Guid patientId, int before, int count, Caller caller, CancellationToken cancellationToken)
    {
        string? grounds = null;
        var found = new List<CaseHistoryRow>();
        await using (var batch = await transaction.BatchAsync(cancellationToken))
        {
            batch.Add($"""
                SELECT access.grounds, {CaseHistoryRow.Columns}
                FROM {CareViews.Patients} p {PatientRule.Join("p.id")}
                LEFT JOIN (records.case_histories h JOIN records.case_history_versions v USING (patient_id)) ON h.patient_id = p.id AND v.version < $4
                WHERE p.id = $3 ORDER BY v.version DESC LIMIT $5
                """).By(caller).With(patientId).With(before).With(count);
            await using var rows = await batch.ExecuteReaderAsync(cancellationToken);
            while (await rows.ReadAsync(cancellationToken))
            {
                grounds = rows.GetString(0);
                if (!rows.IsDBNull(1)) found.Add(CaseHistoryRow.Read(rows, 1));
            }
        }
        return (grounds, [.. await ShowAsync(found, cancellationToken)]);
    }

    /// <summary>The newest version, for whoever has just written it.</summary>
    public async Task<CaseHistoryResponse> WrittenAsync(Guid patientId, CancellationToken cancellationToken)
    {
        CaseHistoryRow written;
        await using (var batch = await transaction.BatchAsync(cancellationToken))
        {
            batch.Add($"""
                SELECT {CaseHistoryRow.Columns} FROM records.case_histories h JOIN records.case_history_versions v USING (patient_id, version) WHERE h.patient_id = $1
                """).With(patientId);
            await using var row = await batch.ExecuteReaderAsync(cancellationToken);
            await row.ReadAsync(cancellationToken);
            written = CaseHistoryRow.Read(row);
        }
        return (await ShowAsync([written], cancellationToken))[0];
    }

    async Task<IReadOnlyList<CaseHistoryResponse>> ShowAsync(List<CaseHistoryRow> rows, CancellationToken cancellationToken)
    {
        if (rows.Count == 0) return [];
        var shown = await documents.OfPatientAsync(rows[0].PatientId, [.. rows.SelectMany(row => row.DocumentIds).Distinct()], cancellationToken);
        return [.. rows.Select(row => new CaseHistoryResponse(
            row.Id, row.PatientId, row.Summary, [.. row.DocumentIds.Where(shown.ContainsKey).Select(id => shown[id])], row.Version, row.WrittenBy, row.CreatedAt,
            row.UpdatedAt))];
    }
}

using Consilium.Modules.Accounts.Contracts;
using Consilium.Modules.Care.Contracts;
using Consilium.Modules.Files.Contracts;
using Consilium.Platform.Database;
using Consilium.Platform.Validation;
using Npgsql;

namespace Consilium.Modules.Records;

/// <summary>What this module knows of a document; the rest is its file's.</summary>
internal sealed record DocumentRow(
    Guid Id, Guid PatientId, Guid? ReportId, DocumentType DocumentType, string? Remark, Guid UploadedBy, DateTimeOffset CreatedAt)
{
    /// <summary>Of <c>records.documents d</c>.</summary>
    public const string Columns = "d.id, d.patient_id, d.report_id, d.document_type, d.remark, d.uploaded_by, d.created_at";

    public static DocumentRow Read(NpgsqlDataReader row, int at = 0) => new(
        row.GetGuid(at), row.GetGuid(at + 1), row.Nullable<Guid>(at + 2), WireNames<DocumentType>.Parse(row.GetString(at + 3)) ?? DocumentType.Other,
        row.NullableString(at + 4), row.GetGuid(at + 5), row.GetFieldValue<DateTimeOffset>(at + 6));
}

/// <summary>Finds documents for a caller, and shows those that something else, which the caller may read, is made of.</summary>
internal sealed class Documents(RequestTransaction transaction, IFiles files, AccessLog log)
{
    /// <summary>How many may belong to one report, or to one version of a case history.</summary>
    public const int MaxTogether = 100;

    /// <summary>Nothing when the caller may not know of it.</summary>
    async Task<(string? Grounds, DocumentRow? Document)> FindAsync(Guid id, Caller caller, CancellationToken cancellationToken)
    {
        await using var batch = await transaction.BatchAsync(cancellationToken);
        batch.Add($"SELECT access.grounds, {DocumentRow.Columns} FROM records.documents d {PatientRule.Join("d.patient_id")} WHERE d.id = $3").By(caller).With(id);
        await using var row = await batch.ExecuteReaderAsync(cancellationToken);
        return await row.ReadAsync(cancellationToken) ? (row.GetString(0), DocumentRow.Read(row, 1)) : default;
    }

    /// <summary>Finds it, and writes down that it was read, or that the caller was refused: then with the patient whose it is.</summary>
    public async Task<DocumentRow?> ReadAsync(Guid id, string action, Caller caller, CancellationToken cancellationToken)
    {
        var (grounds, document) = await FindAsync(id, caller, cancellationToken);
        if (document is null) await RefuseAsync(id, action, caller, cancellationToken);
        else await log.ReadAsync(caller, document.PatientId, action, DocumentResponse.Resource(id), grounds, cancellationToken);
        return document;
    }

    /// <summary>Writes down that the caller was refused.</summary>
    public async Task RefuseAsync(Guid id, string action, Caller caller, CancellationToken cancellationToken)
    {
        Guid? patientId;
        await using (var batch = await transaction.BatchAsync(cancellationToken))
        {
            batch.Add("SELECT patient_id FROM records.documents WHERE id = $1").With(id);
            patientId = (Guid?)await batch.ExecuteScalarAsync(cancellationToken);
        }
        await log.ReadAsync(caller, patientId, action, DocumentResponse.Resource(id), grounds: null, cancellationToken);
    }

    public async Task<IReadOnlyList<DocumentResponse>> ShowAsync(IReadOnlyCollection<DocumentRow> rows, CancellationToken cancellationToken)
    {
        var found = await files.FindAsync([.. rows.Select(row => row.Id)], cancellationToken);
        return [.. rows.Where(row => found.ContainsKey(row.Id)).Select(row => DocumentResponse.Of(row, found[row.Id]))];
    }

    /// <summary>The documents of these ids among the patient's.</summary>
    public async Task<IReadOnlyDictionary<Guid, DocumentResponse>> OfPatientAsync(Guid patientId, IReadOnlyCollection<Guid> ids, CancellationToken cancellationToken) =>
        ids.Count == 0
            ? new Dictionary<Guid, DocumentResponse>()
            : (await ShowAsync(await RowsAsync("d.patient_id = $1 AND d.id = ANY ($2)", p => p.With(patientId).With(ids.ToArray()), cancellationToken), cancellationToken))
                .ToDictionary(document => document.Id);

    /// <summary>The documents of these reports, in the order in which they were uploaded.</summary>
    public async Task<ILookup<Guid, DocumentResponse>> OfReportsAsync(IReadOnlyCollection<Guid> reportIds, CancellationToken cancellationToken) =>
        (await ShowAsync(reportIds.Count == 0 ? [] : await RowsAsync("d.report_id = ANY ($1)", p => p.With(reportIds.ToArray()), cancellationToken), cancellationToken))
            .ToLookup(document => document.ReportId!.Value);

    async Task<List<DocumentRow>> RowsAsync(string where, Action<NpgsqlParameterCollection> parameters, CancellationToken cancellationToken)
    {
        await using var batch = await transaction.BatchAsync(cancellationToken);
        parameters(batch.Add($"SELECT {DocumentRow.Columns} FROM records.documents d WHERE {where} ORDER BY d.created_at, d.id"));
        var found = new List<DocumentRow>();
        await using var rows = await batch.ExecuteReaderAsync(cancellationToken);
        while (await rows.ReadAsync(cancellationToken)) found.Add(DocumentRow.Read(rows));
        return found;
    }
}

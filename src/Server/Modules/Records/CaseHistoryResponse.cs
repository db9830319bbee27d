using Npgsql;

namespace Consilium.Modules.Records;

/// <summary>A patient's case history, in one of its versions.</summary>
/// <param name="Id">The id of the case history, the same in all versions.</param>
/// <param name="PatientId">The patient whose case history it is.</param>
/// <param name="Summary">The case history itself.</param>
/// <param name="Documents">The patient's documents that it refers to, in its order.</param>
/// <param name="Version">From 1; the newest unless another was asked for.</param>
/// <param name="WrittenBy">Who wrote this version.</param>
/// <param name="CreatedAt">When the first version was written.</param>
/// <param name="UpdatedAt">When this version was written.</param>
internal sealed record CaseHistoryResponse(
    Guid Id, Guid PatientId, string Summary, IReadOnlyList<DocumentResponse> Documents, int Version, Guid WrittenBy, DateTimeOffset CreatedAt,
    DateTimeOffset UpdatedAt)
{
    public static string Resource(Guid patientId) => $"case_history/{patientId}";
}

/// <summary>A version as it is stored.</summary>
internal sealed record CaseHistoryRow(
    Guid Id, Guid PatientId, string Summary, Guid[] DocumentIds, int Version, Guid WrittenBy, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt)
{
    /// <summary>Of <c>records.case_histories h</c> and <c>records.case_history_versions v</c>.</summary>
    public const string Columns = "h.id, h.patient_id, v.summary, v.document_ids, v.version, v.written_by, h.created_at, v.written_at";

    public static CaseHistoryRow Read(NpgsqlDataReader row, int at = 0) => new(
        row.GetGuid(at), row.GetGuid(at + 1), row.GetString(at + 2), row.GetFieldValue<Guid[]>(at + 3), row.GetInt32(at + 4), row.GetGuid(at + 5),
        row.GetFieldValue<DateTimeOffset>(at + 6), row.GetFieldValue<DateTimeOffset>(at + 7));
}

using Consilium.Platform.Idempotency;
using Consilium.Platform.Validation;
using Npgsql;

namespace Consilium.Modules.Records;

/// <summary>What kind of report it is.</summary>
internal enum ReportType { LabTest, Imaging, Prescription, DischargeSummary, Consultation, Vaccination, Referral, Surgery, Other }

/// <summary>A report in a patient's record.</summary>
/// <param name="Id">The id of the report.</param>
/// <param name="PatientId">The patient whose record it belongs to.</param>
/// <param name="Title">What the report is called.</param>
/// <param name="Description">The text of the report; it may be empty.</param>
/// <param name="ReportType">What kind of report it is.</param>
/// <param name="Documents">The files that belong to it, in the order in which they were uploaded.</param>
/// <param name="Version">Grows with each change of its text.</param>
/// <param name="CreatedBy">The account that wrote it.</param>
/// <param name="CreatedAt">When it was written.</param>
/// <param name="UpdatedAt">When its text was last changed.</param>
internal sealed record ReportResponse(
    Guid Id, Guid PatientId, string Title, string Description, ReportType ReportType, IReadOnlyList<DocumentResponse> Documents, int Version, Guid CreatedBy,
    DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt) : IHasResourceId
{
    /// <summary>Of <c>records.reports r</c>.</summary>
    public const string Columns = "r.id, r.patient_id, r.title, r.description, r.report_type, r.version, r.created_by, r.created_at, r.updated_at";

    public static string Resource(Guid id) => $"report/{id}";

    /// <summary>Without its documents.</summary>
    public static ReportResponse Read(NpgsqlDataReader row, int at = 0) => new(
        row.GetGuid(at), row.GetGuid(at + 1), row.GetString(at + 2), row.GetString(at + 3), WireNames<ReportType>.Parse(row.GetString(at + 4)) ?? ReportType.Other, [],
        row.GetInt32(at + 5), row.GetGuid(at + 6), row.GetFieldValue<DateTimeOffset>(at + 7), row.GetFieldValue<DateTimeOffset>(at + 8));
}

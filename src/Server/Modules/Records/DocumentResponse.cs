using Consilium.Modules.Files.Contracts;
using Consilium.Platform.Idempotency;

namespace Consilium.Modules.Records;

/// <summary>What kind of document it is.</summary>
internal enum DocumentType { Report, Prescription, LabResult, Imaging, Insurance, Identity, Consent, Photo, Other }

/// <summary>A file of a patient's record.</summary>
/// <param name="Id">The id of the document.</param>
/// <param name="FileName">As it was given, without a path and what could deceive the eye.</param>
/// <param name="MediaType">By the file's content.</param>
/// <param name="Size">How many bytes the file has.</param>
/// <param name="DocumentType">What kind of document it is.</param>
/// <param name="Remark">What its uploader says about it.</param>
/// <param name="UploadedBy">The account that uploaded it.</param>
/// <param name="Url">Where the file is.</param>
/// <param name="ThumbnailUrl">Where its thumbnail is, a WebP; null while there is none.</param>
/// <param name="Status">Pending: being scanned. Clean: to be had. Blocked: not to be had.</param>
/// <param name="CreatedAt">When it was uploaded.</param>
/// <param name="PageCount">Of a PDF.</param>
/// <param name="PatientId">The patient whose record it belongs to.</param>
/// <param name="ReportId">The report that it belongs to, if any.</param>
internal sealed record DocumentResponse(
    Guid Id, string FileName, string MediaType, long Size, DocumentType DocumentType, string? Remark, Guid UploadedBy, string Url, string? ThumbnailUrl,
    AttachmentStatus Status, DateTimeOffset CreatedAt, int? PageCount, Guid PatientId, Guid? ReportId) : IHasResourceId
{
    public const string Root = "/api/v1/documents";

    public static string Resource(Guid id) => $"document/{id}";

    public static string UrlOf(Guid id) => $"{Root}/{id}";

    public static DocumentResponse Of(DocumentRow row, Attachment file) => new(
        row.Id, file.FileName, file.MediaType, file.Size, row.DocumentType, row.Remark, row.UploadedBy, $"{UrlOf(row.Id)}/download", file.ThumbnailUrl, file.Status,
        row.CreatedAt, file.PageCount, row.PatientId, row.ReportId);
}

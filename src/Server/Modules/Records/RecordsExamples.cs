using Consilium.Modules.Files.Contracts;
using Consilium.Platform.OpenApi;

namespace Consilium.Modules.Records;

/// <summary>What the API's document shows with this module's bodies.</summary>
[BodyExamples]
internal static class RecordsExamples
{
    static readonly Guid PatientId = new("0199c0de-7a00-7000-8000-0000000000b1");
    static readonly Guid DoctorId = new("0199c0de-7a00-7000-8000-0000000000d1");
    static readonly Guid HistoryId = new("0199c0de-7a00-7000-8000-000000000401");
    static readonly Guid ReportId = new("0199c0de-7a00-7000-8000-000000000402");
    static readonly Guid DocumentId = new("0199c0de-7a00-7000-8000-000000000403");
    static readonly DateTimeOffset At = new(2026, 1, 31, 9, 30, 0, TimeSpan.Zero);

    static CreateCaseHistoryRequest CreateHistory => new("Hay fever since childhood. No operations.", []);

    static UpdateCaseHistoryRequest UpdateHistory => new("Hay fever since childhood. Left knee operated in 2025.", [DocumentId], Version: 1);

    static CaseHistoryResponse History =>
        new(HistoryId, PatientId, "Hay fever since childhood. Left knee operated in 2025.", [Document], Version: 2, DoctorId, At, At.AddDays(30));

    static CreateReportRequest CreateReport => new("Blood count", "All values within their ranges.", "lab_test");

    static UpdateReportRequest UpdateReport => new(Title: null, "All values within their ranges but ferritin.", ReportType: null, Version: 1);

    static ReportResponse Report => new(
        ReportId, PatientId, "Blood count", "All values within their ranges but ferritin.", ReportType.LabTest, [Document], Version: 2, DoctorId, At, At.AddHours(1));

    static UpdateDocumentRequest UpdateDocument => new("lab_result", "From the laboratory");

    static DownloadTokenResponse DownloadToken => new(
        "Y2xlYXJseS1uby10b2tlbi1idXQtYXMtbG9uZy1hcy1vbmU", $"{UseDownloadToken.Path}?token=Y2xlYXJseS1uby10b2tlbi1idXQtYXMtbG9uZy1hcy1vbmU", At.AddMinutes(5), 300);

    static DocumentResponse Document => new(
        DocumentId, "blood-count.pdf", "application/pdf", 48_213, DocumentType.LabResult, "From the laboratory", DoctorId, $"/api/v1/documents/{DocumentId}/download",
        $"/api/v1/files/{DocumentId}/thumbnail", AttachmentStatus.Clean, At, PageCount: 2, PatientId, ReportId);
}

using Consilium.Platform.OpenApi;

namespace Consilium.Modules.Records;

/// <summary>What the API's document shows with the lists of search and access log.</summary>
[BodyExamples]
internal static class RecordSearchExamples
{
    static readonly Guid PatientId = new("0199c0de-7a00-7000-8000-0000000000d1");
    static readonly Guid DoctorId = new("0199c0de-7a00-7000-8000-0000000000d2");
    static readonly Guid DocumentId = new("0199c0de-7a00-7000-8000-0000000000d3");
    static readonly DateTimeOffset At = new(2026, 1, 31, 9, 30, 0, TimeSpan.Zero);

    static RecordHit Hit => new(
        RecordKind.Document, DocumentId, PatientId, "Sample Patient", "laboratory.pdf", Page: 2, "…ferritin below the range, iron to be given and measured again in six weeks.", At);

    static AccessLogEntry Entry => new(
        4711, At, DoctorId, "Sample Doctor", "doctor", "document.read", $"document/{DocumentId}", "treating doctor", "ok");
}

using System.ComponentModel.DataAnnotations;
using Consilium.Modules.Accounts.Contracts;
using Consilium.Modules.Care.Contracts;
using Consilium.Modules.Files.Contracts;
using Consilium.Platform.Database;
using Consilium.Platform.Errors;
using Consilium.Platform.Idempotency;
using Consilium.Platform.Text;
using Consilium.Platform.Validation;
using FluentValidation;
using Microsoft.AspNetCore.Http.HttpResults;
using NpgsqlTypes;

namespace Consilium.Modules.Records;

/// <summary>A form with a document for a patient's record.</summary>
/// <param name="File">A picture, PDF, text, CSV, Word, Excel or audio file. The part's name and type are taken from it.</param>
/// <param name="DocumentType">report, prescription, lab_result, imaging, insurance, identity, consent, photo or other, which is the default.</param>
/// <param name="Remark">At most 2000 characters.</param>
/// <param name="EntityId">
/// The patient whose document it is, or one of a patient's reports. Without it the document goes to the record of the patient who uploads it; others
/// must send it.
/// </param>
internal sealed record UploadDocumentRequest(
    IFormFile File, [property: OneOf(typeof(DocumentType))] string? DocumentType, [property: MaxLength(UpdateDocument.MaxRemark)] string? Remark,
    [property: MaxLength(36)] string? EntityId);

/// <summary>A form with a document for a report.</summary>
/// <param name="File">A picture, PDF, text, CSV, Word, Excel or audio file. The part's name and type are taken from it.</param>
/// <param name="DocumentType">report, prescription, lab_result, imaging, insurance, identity, consent, photo or other, which is the default.</param>
/// <param name="Remark">At most 2000 characters.</param>
internal sealed record UploadReportDocumentRequest(
    IFormFile File, [property: OneOf(typeof(DocumentType))] string? DocumentType, [property: MaxLength(UpdateDocument.MaxRemark)] string? Remark);

/// <summary>The fields of the form, as they were sent.</summary>
internal sealed record DocumentFields(string? DocumentType, string? Remark, string? EntityId)
{
    public static readonly string[] Names = ["document_type", "remark", "entity_id"];

    public static DocumentFields Of(IReadOnlyDictionary<string, string> fields) =>
        new(fields.GetValueOrDefault(Names[0]), fields.GetValueOrDefault(Names[1]), fields.GetValueOrDefault(Names[2]).TrimmedOrNull());
}

internal sealed class DocumentFieldsValidator : AbstractValidator<DocumentFields>
{
    public DocumentFieldsValidator()
    {
        RuleFor(f => f.DocumentType).Names<DocumentFields, DocumentType>();
        RuleFor(f => f.Remark).OptionalText(UpdateDocument.MaxRemark);
        RuleFor(f => f.EntityId).Must(id => id is null || Guid.TryParseExact(id, "D", out _)).WithMessage("must be the id of a patient or of a report.");
    }
}

/// <summary>Takes in a document: the patient and related users, treating doctors and administrators.</summary>
internal sealed class UploadDocument(RequestTransaction transaction, IFiles files, AccessLog log, PatientChanges changes)
{
    const string Action = "document.uploaded";

    static readonly DocumentFieldsValidator Validator = new();

    /// <summary>A hospital only reads.</summary>
    public static readonly Role[] Uploaders = [Role.Patient, Role.User, Role.Doctor, Role.Admin];

    public static void Map(RouteGroupBuilder patients, RouteGroupBuilder documents)
    {
        patients.MapPost("/{id:guid}/reports/{reportId:guid}/documents", (
                Guid id, Guid reportId, Caller caller, HttpContext http, UploadDocument useCase) =>
                useCase.ReceiveAsync(http, caller, (id, reportId)))
            .RequireRoles(Uploaders)
            .TakesFile<UploadReportDocumentRequest, DocumentResponse>()
            .JudgesReplays<RouteHandlerBuilder, PatientReplays>((judge, replay) => ReplayRefusalAsync(judge, replay.InAddress("id"), replay))
            .WithSummary("Upload a document of a report")
            .WithDescription("For the patient and related users, treating doctors and administrators. A report has at most 100 documents (409 `report_full`).");
        documents.MapPost("/upload", (Caller caller, HttpContext http, UploadDocument useCase) =>
                useCase.ReceiveAsync(http, caller, report: null))
            .RequireRoles(Uploaders)
            .TakesFile<UploadDocumentRequest, DocumentResponse>()
            .JudgesReplays<RouteHandlerBuilder, PatientReplays>((judge, replay) => ReplayRefusalAsync(judge, replay.InBody("patient_id"), replay))
            .WithSummary("Upload a document")
            .WithDescription("""
                For the patient and related users, treating doctors and administrators. The form's fields may come in any order. `entity_id` is the patient's id, or that of one
                of the patient's reports. A patient who leaves it out, or empty, uploads to their own record; everybody else must send it (400).
                """);
    }

    static Task<IResult?> ReplayRefusalAsync(PatientReplays judge, Guid? patientId, Replay replay) =>
        judge.RefusalAsync(patientId, PatientRule.MayAdd, "document.read", $"document/{replay.InBody("id")}", replay);

    Task<IResult> ReceiveAsync(HttpContext http, Caller caller, (Guid PatientId, Guid Id)? report) =>
        files.ReceiveItemAsync(http, caller, new NewDocument(this, caller, report, http.RequestAborted));

    /// <summary>Where a document is to be, when the caller may put it there.</summary>
    async Task<Target?> FindAsync((Guid PatientId, Guid Id) report, Caller caller, CancellationToken cancellationToken)
    {
        await using var batch = await transaction.BatchAsync(cancellationToken);
        batch.Add($"{ToReport} AND r.patient_id = $4").By(caller).With(report.Id).With(report.PatientId);
        return await ReadAsync(batch, cancellationToken);
    }

    /// <param name="entityId">A patient, or a report.</param>
    async Task<Target?> FindAsync(Guid entityId, Caller caller, CancellationToken cancellationToken)
    {
        await using var batch = await transaction.BatchAsync(cancellationToken);
        batch.Add($"""
            SELECT p.id, NULL::uuid, access.grounds, 0::bigint FROM {CareViews.Patients} p {PatientRule.Join("p.id")} WHERE p.id = $3 AND {PatientRule.MayAdd}
            UNION ALL {ToReport}
            """).By(caller).With(entityId);
        return await ReadAsync(batch, cancellationToken);
    }

    static readonly string ToReport = $"""
        SELECT r.patient_id, r.id, access.grounds, (SELECT count(*) FROM records.documents d WHERE d.report_id = r.id)
        FROM records.reports r {PatientRule.Join("r.patient_id")} WHERE r.id = $3 AND {PatientRule.MayAdd}
        """;

    static async Task<Target?> ReadAsync(Npgsql.NpgsqlBatch batch, CancellationToken cancellationToken)
    {
        await using var row = await batch.ExecuteReaderAsync(cancellationToken);
        return await row.ReadAsync(cancellationToken) ? new(row.GetGuid(0), row.Nullable<Guid>(1), row.GetString(2), row.GetInt64(3)) : null;
    }

    async Task<DocumentResponse> AddAsync(Attachment file, Target target, DocumentType type, string? remark, Caller caller, CancellationToken cancellationToken)
    {
        var row = new DocumentRow(file.Id, target.PatientId, target.ReportId, type, remark, caller.UserId, file.CreatedAt);
        await transaction.ExecuteAsync("""
            INSERT INTO records.documents (id, patient_id, report_id, document_type, remark, uploaded_by, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7)
            """, p => p.With(row.Id).With(row.PatientId).With(NpgsqlDbType.Uuid, row.ReportId).With(WireNames<DocumentType>.Of(type)).With(NpgsqlDbType.Text, remark)
                .With(row.UploadedBy).With(row.CreatedAt), cancellationToken);
        log.Add(caller, target.PatientId, Action, DocumentResponse.Resource(row.Id), target.Grounds);
        changes.Announce(target.PatientId, PatientChange.Document);
        return DocumentResponse.Of(row, file);
    }

    async Task<ProblemHttpResult> RefuseAsync(Guid? patientId, string resource, Caller caller, CancellationToken cancellationToken)
    {
        await log.ReadAsync(caller, patientId, Action, resource, grounds: null, cancellationToken);
        return Problems.NotFound();
    }

    sealed record Target(Guid PatientId, Guid? ReportId, string Grounds, long Documents);

    /// <summary>One upload on its way.</summary>
    /// <param name="report">Where the address says that it belongs; null when the form says it.</param>
    sealed class NewDocument(UploadDocument upload, Caller caller, (Guid PatientId, Guid Id)? report, CancellationToken cancellationToken) : IUploadedItem
    {
        Target? target;
        DocumentFields? given;

        public IReadOnlyList<string> Fields => report is null ? DocumentFields.Names : DocumentFields.Names[..2];

        public async Task<IResult?> AdmitAsync() => report is { } known && await upload.FindAsync(known, caller, cancellationToken) is null
            ? await upload.RefuseAsync(known.PatientId, ReportResponse.Resource(known.Id), caller, cancellationToken)
            : null;

        public async Task<(FilePlace Place, IResult? Refusal)> PlaceAsync(IReadOnlyDictionary<string, string> fields)
        {
            given = DocumentFields.Of(fields);
            if (Validator.Validate(given) is { IsValid: false } invalid) return (default, Problems.Invalid(invalid.ToDictionary()));
            if (report is { } known)
            {
                target = await upload.FindAsync(known, caller, cancellationToken);
                if (target is null) return (default, await upload.RefuseAsync(known.PatientId, ReportResponse.Resource(known.Id), caller, cancellationToken));
            }
            else
            {
                if (given.EntityId is null && !caller.Is(Role.Patient))
                    return (default, Problems.Invalid(DocumentFields.Names[2], "is required: send the id of the patient, or of one of the patient's reports."));
                var entityId = given.EntityId is { } id ? Guid.ParseExact(id, "D") : caller.UserId;
                target = await upload.FindAsync(entityId, caller, cancellationToken);
                if (target is null) return (default, await upload.RefuseAsync(patientId: null, $"record/{entityId}", caller, cancellationToken));
            }
            return target.Documents >= Records.Documents.MaxTogether
                ? (default, Problems.Conflict("report_full", $"A report has at most {Records.Documents.MaxTogether} documents."))
                : (new(PatientFiles.PlaceKind, target.PatientId), null);
        }

        public async Task<IResult> AddAsync(Attachment file)
        {
            var type = WireNames<DocumentType>.Parse(given!.DocumentType) ?? DocumentType.Other;
            var remark = given.Remark.TrimmedOrNull();
            return TypedResults.Created(DocumentResponse.UrlOf(file.Id), await upload.AddAsync(file, target!, type, remark, caller, cancellationToken));
        }
    }
}

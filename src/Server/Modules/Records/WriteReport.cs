using Consilium.Modules.Accounts.Contracts;
using Consilium.Modules.Care.Contracts;
using Consilium.Platform.Database;
using Consilium.Platform.Errors;
using Consilium.Platform.Hosting;
using Consilium.Platform.Idempotency;
using Consilium.Platform.Json;
using Consilium.Platform.OpenApi;
using Consilium.Platform.Text;
using Consilium.Platform.Validation;
using FluentValidation;
using Microsoft.AspNetCore.Http.HttpResults;
using NpgsqlTypes;

namespace Consilium.Modules.Records;

/// <summary>A report to write.</summary>
/// <param name="Title">1 to 200 characters.</param>
/// <param name="Description">At most 20 000 characters.</param>
/// <param name="ReportType">lab_test, imaging, prescription, discharge_summary, consultation, vaccination, referral, surgery or other.</param>
internal sealed record CreateReportRequest(string? Title, string? Description, string? ReportType);

/// <summary>What is absent stays; null or an empty text clears the description.</summary>
/// <param name="Title">1 to 200 characters. It cannot be cleared.</param>
/// <param name="Description">At most 20 000 characters.</param>
/// <param name="ReportType">
/// lab_test, imaging, prescription, discharge_summary, consultation, vaccination, referral, surgery or other. It cannot be cleared.
/// </param>
/// <param name="Version">The version that was read before: with another since, 409. Without it the last one to write wins.</param>
internal sealed record UpdateReportRequest(
    [property: RefusesNull] string? Title, string? Description, [property: RefusesNull] string? ReportType, long? Version);

internal sealed class CreateReportValidator : AbstractValidator<CreateReportRequest>
{
    public CreateReportValidator()
    {
        RuleFor(r => r.Title).Text(1, WriteReport.MaxTitle);
        RuleFor(r => r.Description).OptionalText(WriteReport.MaxDescription);
        RuleFor(r => r.ReportType).Cascade(CascadeMode.Stop).NotNull().WithMessage("is required.").Names<CreateReportRequest, ReportType>();
    }
}

internal sealed class UpdateReportValidator : AbstractValidator<UpdateReportRequest>
{
    public UpdateReportValidator()
    {
        RuleFor(r => r.Title).Text(1, WriteReport.MaxTitle).When(r => r.Title is not null);
        RuleFor(r => r.Description).OptionalText(WriteReport.MaxDescription);
        RuleFor(r => r.ReportType).Names<UpdateReportRequest, ReportType>();
        RuleFor(r => r.Version).GreaterThan(0).WithMessage("must be 1 or more.");
    }
}

/// <summary>Writes the reports of a patient's record: treating doctors and administrators.</summary>
internal sealed class WriteReport(
    RequestTransaction transaction, ConsiliumDb db, Documents documents, AccessLog log, PatientChanges changes, TimeProvider clock)
{
    public const int MaxTitle = 200;
    public const int MaxDescription = 20_000;

    const string Created = "report.created";
    const string Updated = "report.updated";

    public static void Map(RouteGroupBuilder patients)
    {
        patients.MapPost("/{id:guid}/reports", (
                Guid id, CreateReportRequest request, Caller caller, HttpContext http, WriteReport useCase) => useCase.CreateAsync(id, request, caller, http))
            .RequireRoles(PatientRule.Writers)
            .JudgesReplays<RouteHandlerBuilder, PatientReplays>((judge, replay) =>
                judge.RefusalAsync(replay.InAddress("id"), PatientRule.MayWrite, "report.read", $"report/{replay.InBody("id")}", replay))
            .WithSummary("Write a report")
            .WithEntityTag()
            .WithDescription("For treating doctors and administrators. Its documents are uploaded afterwards.");
        patients.MapPut("/{id:guid}/reports/{reportId:guid}", (
                Guid id, Guid reportId, UpdateReportRequest request, Caller caller, HttpContext http, WriteReport useCase) =>
                useCase.UpdateAsync(id, reportId, request, caller, http))
            .RequireRoles(PatientRule.Writers)
            .WithSummary("Change a report")
            .WithEntityTag()
            .WithDescription("""
                For treating doctors and administrators. What is absent stays; null or an empty text clears the description. Say in `version`, or in
                `If-Match`, which version you have read: when somebody changed it meanwhile, nothing is written (409 `version_conflict`, 412 with
                `If-Match`).
                """)
            .ProducesProblem(412);
    }

    Task<Results<Created<ReportResponse>, ProblemHttpResult>> CreateAsync(Guid id, CreateReportRequest request, Caller caller, HttpContext http) =>
        transaction.RunAsync<Results<Created<ReportResponse>, ProblemHttpResult>>(async () =>
        {
            var reportId = Guid.CreateVersion7();
            var written = await WriteAsync($"""
                INSERT INTO records.reports AS r (id, patient_id, title, description, report_type, created_by, created_at, updated_at)
                SELECT $4, target.id, $5, $6, $7, $1, $8, $8 FROM target
                """, $"{CareViews.Patients} p {PatientRule.Join("p.id")} WHERE p.id = $3",
                p => p.By(caller).With(id).With(reportId).With(request.Title!.Trimmed()).With(request.Description?.Trimmed() ?? "")
                    .With(request.ReportType!).With(clock.UtcNow()), http.RequestAborted);
            if (written is not var (grounds, report)) return await RefuseAsync(id, ReportResponse.Resource(reportId), Created, caller, http.RequestAborted);
            await KeepAsync(report, Created, grounds, caller, http);
            return TypedResults.Created($"/api/v1/patients/{id}/reports/{reportId}", report);
        }, http.RequestAborted);

    Task<Results<Ok<ReportResponse>, ProblemHttpResult>> UpdateAsync(Guid id, Guid reportId, UpdateReportRequest request, Caller caller, HttpContext http) =>
        transaction.RunAsync<Results<Ok<ReportResponse>, ProblemHttpResult>>(async () =>
        {
            var update = PartialUpdate.Of(http);
            if (update.FaultOf(nameof(request.Title), nameof(request.ReportType)) is { } fault) return fault;
            if (await LockAsync(id, reportId, caller, http.RequestAborted) is not { } current)
                return await RefuseAsync(id, ReportResponse.Resource(reportId), Updated, caller, http.RequestAborted);
            if (VersionTag.Refusal(http, current) is { } refusal) return refusal;
            if (request.Version is { } seen && seen != current) return VersionTag.Stale(current);
            var written = await WriteAsync("""
                UPDATE records.reports r SET title = coalesce($5, r.title), description = coalesce($6, r.description), report_type = coalesce($7, r.report_type),
                    version = r.version + 1, updated_at = greatest(r.updated_at, $8)
                FROM target WHERE r.id = $4
                """, $"records.reports p {PatientRule.Join("p.patient_id")} WHERE p.id = $4 AND p.patient_id = $3",
                p => p.By(caller).With(id).With(reportId).With(NpgsqlDbType.Text, request.Title?.Trimmed())
                    .With(NpgsqlDbType.Text, update.Text(nameof(request.Description), request.Description))
                    .With(NpgsqlDbType.Text, request.ReportType).With(clock.UtcNow()), http.RequestAborted);
            if (written is not var (grounds, report)) return await RefuseAsync(id, ReportResponse.Resource(reportId), Updated, caller, http.RequestAborted);
            var shown = await documents.OfReportsAsync([reportId], http.RequestAborted);
            report = report with { Documents = [.. shown[reportId]] };
            await KeepAsync(report, Updated, grounds, caller, http);
            return TypedResults.Ok(report);
        }, http.RequestAborted);

    /// <summary>Writes for whoever may write into the record of the patient whom <paramref name="from"/> finds. Null when nothing was written.</summary>
    async Task<(string Grounds, ReportResponse Report)?> WriteAsync(
        string write, string from, Action<Npgsql.NpgsqlParameterCollection> parameters, CancellationToken cancellationToken)
    {
        await using var batch = await transaction.BatchAsync(cancellationToken);
        parameters(batch.Add($"""
            WITH target AS (SELECT p.id, access.grounds FROM {from} AND {PatientRule.MayWrite}),
            r AS ({write} RETURNING r.*)
            SELECT target.grounds, {ReportResponse.Columns} FROM r CROSS JOIN target
            """));
        await using var row = await batch.ExecuteReaderAsync(cancellationToken);
        return await row.ReadAsync(cancellationToken) ? (row.GetString(0), ReportResponse.Read(row, 1)) : null;
    }

    async Task<int?> LockAsync(Guid patientId, Guid reportId, Caller caller, CancellationToken cancellationToken)
    {
        await using var batch = await transaction.BatchAsync(cancellationToken);
        batch.Add($"""
            SELECT r.version FROM records.reports r {PatientRule.Join("r.patient_id")}
            WHERE r.id = $4 AND r.patient_id = $3 AND {PatientRule.MayWrite} FOR UPDATE OF r
            """).By(caller).With(patientId).With(reportId);
        return await batch.ExecuteScalarAsync(cancellationToken) as int?;
    }

    async Task KeepAsync(ReportResponse report, string action, string grounds, Caller caller, HttpContext http)
    {
        log.Add(caller, report.PatientId, action, ReportResponse.Resource(report.Id), grounds);
        await db.SaveChangesAsync(http.RequestAborted);
        changes.Announce(report.PatientId, PatientChange.Report);
        http.Response.Headers.ETag = VersionTag.Of(report.Version, report.Documents);
    }

    async Task<ProblemHttpResult> RefuseAsync(Guid patientId, string resource, string action, Caller caller, CancellationToken cancellationToken)
    {
        await log.ReadAsync(caller, patientId, action, resource, grounds: null, cancellationToken);
        return Problems.NotFound();
    }
}

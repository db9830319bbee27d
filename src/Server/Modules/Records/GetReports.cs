using Consilium.Modules.Accounts.Contracts;
using Consilium.Modules.Care.Contracts;
using Consilium.Platform.Database;
using Consilium.Platform.Errors;
using Consilium.Platform.Hosting;
using Consilium.Platform.OpenApi;
using Consilium.Platform.Paging;
using Consilium.Platform.Validation;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using NpgsqlTypes;

namespace Consilium.Modules.Records;

/// <summary>What to list. All filters narrow.</summary>
/// <param name="ReportType">Only reports of this type.</param>
internal sealed record ReportFilter(
    [property: FromQuery(Name = "report_type"), OneOf(typeof(ReportType))] string? ReportType,
    [property: FromQuery(Name = "limit")] Limit? Limit, [property: FromQuery(Name = "cursor")] string? Cursor);

/// <summary>Shows a patient's reports to whoever may read the patient's data.</summary>
internal sealed class GetReports(RequestTransaction transaction, Documents documents, AccessLog log)
{
    public static void Map(RouteGroupBuilder patients)
    {
        patients.MapGet("/{id:guid}/reports", (
                Guid id, [AsParameters] ReportFilter filter, Caller caller, GetReports useCase, CancellationToken cancellationToken) =>
                useCase.ListAsync(id, filter, caller, cancellationToken))
            .RequireRoles(PatientRule.Readers).AllowScope(PatientRule.Scope)
            .WithSummary("List the reports of a patient")
            .WithDescription("Newest first, with their documents.");
        patients.MapGet("/{id:guid}/reports/{reportId:guid}", (
                Guid id, Guid reportId, Caller caller, HttpContext http, GetReports useCase) => useCase.HandleAsync(id, reportId, caller, http))
            .RequireRoles(PatientRule.Readers).AllowScope(PatientRule.Scope)
            .WithSummary("Get a report")
            .WithDescription("""
                With its documents. The `ETag` begins with its version, and changes with its documents too; with `If-None-Match` the answer is 304 while it
                is the same.
                """)
            .Produces<ReportResponse>().WithEntityTag();
    }

    async Task<Results<Ok<Page<ReportResponse>>, ProblemHttpResult>> ListAsync(Guid id, ReportFilter filter, Caller caller, CancellationToken cancellationToken)
    {
        ListPlace? after = null;
        if (filter.Cursor is not null && !Cursor.TryRead(filter.Cursor, out after)) return Problems.Invalid("cursor", "is not a cursor of this list.");
        var limit = Limit.Or(filter.Limit);
        var (grounds, found) = await RowsAsync(id, filter.ReportType, after, limit + 1, caller, cancellationToken);
        await log.ReadAsync(caller, id, "report.list", $"patient/{id}", grounds, cancellationToken);
        if (grounds is null) return Problems.NotFound();
        var page = Page.Of(found, limit, last => new ListPlace(last.CreatedAt, last.Id));
        return TypedResults.Ok(page with { Items = await WithDocumentsAsync(page.Items, cancellationToken) });
    }

    async Task<Results<Ok<ReportResponse>, ProblemHttpResult>> HandleAsync(Guid id, Guid reportId, Caller caller, HttpContext http)
    {
        var (grounds, report) = await FindAsync(id, reportId, caller, http.RequestAborted);
        await log.ReadAsync(caller, id, "report.read", ReportResponse.Resource(reportId), grounds, http.RequestAborted);
        if (report is null) return Problems.NotFound();
        report = (await WithDocumentsAsync([report], http.RequestAborted))[0];
        http.Response.Headers.ETag = VersionTag.Of(report.Version, report.Documents);
        return TypedResults.Ok(report);
    }

    async Task<(string? Grounds, ReportResponse? Report)> FindAsync(Guid patientId, Guid reportId, Caller caller, CancellationToken cancellationToken)
    {
        await using var batch = await transaction.BatchAsync(cancellationToken);
        batch.Add($"""
            SELECT access.grounds, {ReportResponse.Columns} FROM records.reports r {PatientRule.Join("r.patient_id")} WHERE r.id = $4 AND r.patient_id = $3
            """).By(caller).With(patientId).With(reportId);
        await using var row = await batch.ExecuteReaderAsync(cancellationToken);
        return await row.ReadAsync(cancellationToken) ? (row.GetString(0), ReportResponse.Read(row, 1)) : default;
    }

    async Task<(string? Grounds, List<ReportResponse> Reports)> RowsAsync(
        Guid patientId, string? type, ListPlace? after, int count, Caller caller, CancellationToken cancellationToken)
    {
        string? grounds = null;
        var found = new List<ReportResponse>();
        await using var batch = await transaction.BatchAsync(cancellationToken);
        batch.Add($"""
            SELECT access.grounds, {ReportResponse.Columns}
            FROM {CareViews.Patients} p {PatientRule.Join("p.id")}
            LEFT JOIN records.reports r ON r.patient_id = p.id AND ($4 IS NULL OR r.report_type = $4) AND ($5 IS NULL OR (r.created_at, r.id) < ($5, $6))
            WHERE p.id = $3 ORDER BY r.created_at DESC, r.id DESC LIMIT $7
            """).By(caller).With(patientId).With(NpgsqlDbType.Text, type).With(NpgsqlDbType.TimestampTz, after?.At).With(NpgsqlDbType.Uuid, after?.Id).With(count);
        await using var rows = await batch.ExecuteReaderAsync(cancellationToken);
        while (await rows.ReadAsync(cancellationToken))
        {
            grounds = rows.GetString(0);
            if (!rows.IsDBNull(1)) found.Add(ReportResponse.Read(rows, 1));
        }
        return (grounds, found);
    }

    async Task<IReadOnlyList<ReportResponse>> WithDocumentsAsync(IReadOnlyList<ReportResponse> reports, CancellationToken cancellationToken)
    {
        var shown = await documents.OfReportsAsync([.. reports.Select(report => report.Id)], cancellationToken);
        return [.. reports.Select(report => report with { Documents = [.. shown[report.Id]] })];
    }
}

/// <summary>The last item that a page showed of a list by age.</summary>
internal sealed record ListPlace(DateTimeOffset At, Guid Id);

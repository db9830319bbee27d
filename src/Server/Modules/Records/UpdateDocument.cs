using Consilium.Modules.Accounts.Contracts;
using Consilium.Modules.Care.Contracts;
using Consilium.Platform.Database;
using Consilium.Platform.Errors;
using Consilium.Platform.Json;
using Consilium.Platform.Validation;
using FluentValidation;
using Microsoft.AspNetCore.Http.HttpResults;
using NpgsqlTypes;

namespace Consilium.Modules.Records;

/// <summary>What is absent stays; null or an empty text clears.</summary>
/// <param name="DocumentType">report, prescription, lab_result, imaging, insurance, identity, consent, photo or other. It cannot be cleared.</param>
/// <param name="Remark">At most 2000 characters.</param>
internal sealed record UpdateDocumentRequest([property: RefusesNull] string? DocumentType, string? Remark);

internal sealed class UpdateDocumentValidator : AbstractValidator<UpdateDocumentRequest>
{
    public UpdateDocumentValidator()
    {
        RuleFor(r => r.DocumentType).Names<UpdateDocumentRequest, DocumentType>();
        RuleFor(r => r.Remark).OptionalText(UpdateDocument.MaxRemark);
    }
}

/// <summary>Changes what is said about a document: treating doctors, administrators, and whoever uploaded it while he may add to the record.</summary>
internal sealed class UpdateDocument(RequestTransaction transaction, ConsiliumDb db, Documents documents, AccessLog log, PatientChanges changes)
{
    public const int MaxRemark = 2000;

    const string Action = "document.updated";

    public static void Map(RouteGroupBuilder all) => all.MapPut("/{id:guid}", (
            Guid id, UpdateDocumentRequest request, Caller caller, HttpContext http, UpdateDocument useCase) =>
            useCase.HandleAsync(id, request, PartialUpdate.Of(http), caller, http.RequestAborted))
        .RequireRoles(UploadDocument.Uploaders)
        .WithSummary("Change the type or remark of a document")
        .WithDescription(
            "For treating doctors, administrators, and the one who uploaded it. What is absent stays; null or an empty text clears the remark.");

    Task<Results<Ok<DocumentResponse>, ProblemHttpResult>> HandleAsync(
        Guid id, UpdateDocumentRequest request, PartialUpdate update, Caller caller, CancellationToken cancellationToken) =>
        transaction.RunAsync<Results<Ok<DocumentResponse>, ProblemHttpResult>>(async () =>
        {
            if (update.FaultOf(nameof(request.DocumentType)) is { } fault) return fault;
            var remark = update.Text(nameof(request.Remark), request.Remark);
            var (grounds, changed) = await ChangeAsync(id, request.DocumentType, remark, caller, cancellationToken);
            if (changed is null)
            {
                await documents.RefuseAsync(id, Action, caller, cancellationToken);
                return grounds is null ? Problems.NotFound() : Problems.Forbidden(); // he may read it, so he may know that it is there
            }
            log.Add(caller, changed.PatientId, Action, DocumentResponse.Resource(id), grounds!);
            await db.SaveChangesAsync(cancellationToken);
            changes.Announce(changed.PatientId, PatientChange.Document);
            return await documents.ShowAsync([changed], cancellationToken) is [var document] ? TypedResults.Ok(document) : Problems.NotFound();
        }, cancellationToken);

    async Task<(string? Grounds, DocumentRow? Changed)> ChangeAsync(
        Guid id, string? type, string? remark, Caller caller, CancellationToken cancellationToken)
    {
        await using var batch = await transaction.BatchAsync(cancellationToken);
        batch.Add($"""
            WITH target AS (
                SELECT d.id, access.grounds, {PatientRule.MayWrite} OR ({PatientRule.MayAdd} AND d.uploaded_by = $1) AS may_change
                FROM records.documents d {PatientRule.Join("d.patient_id")} WHERE d.id = $3
            ), d AS (
                UPDATE records.documents d SET document_type = coalesce($4, d.document_type), remark = CASE WHEN $5 IS NULL THEN d.remark ELSE nullif($5, '') END
                FROM target WHERE d.id = target.id AND target.may_change RETURNING d.*
            )
            SELECT target.grounds, {DocumentRow.Columns} FROM target LEFT JOIN d USING (id)
            """).By(caller).With(id).With(NpgsqlDbType.Text, type).With(NpgsqlDbType.Text, remark);
        await using var row = await batch.ExecuteReaderAsync(cancellationToken);
        return await row.ReadAsync(cancellationToken) ? (row.GetString(0), row.IsDBNull(1) ? null : DocumentRow.Read(row, 1)) : default;
    }
}

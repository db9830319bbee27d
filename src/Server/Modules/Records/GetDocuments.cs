using Consilium.Modules.Accounts.Contracts;
using Consilium.Modules.Care.Contracts;
using Consilium.Platform.Database;
using Consilium.Platform.Errors;
using Consilium.Platform.Paging;
using Consilium.Platform.Validation;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using NpgsqlTypes;

namespace Consilium.Modules.Records;

/// <summary>What to list. All filters narrow.</summary>
/// <param name="DocumentType">Only documents of this type.</param>
internal sealed record DocumentFilter(
    [property: FromQuery(Name = "document_type"), OneOf(typeof(DocumentType))] string? DocumentType,
    [property: FromQuery(Name = "limit")] Limit? Limit, [property: FromQuery(Name = "cursor")] string? Cursor);

/// <summary>Shows a patient's documents, without their bytes, to whoever may read the patient's data.</summary>
internal sealed class GetDocuments(RequestTransaction transaction, Documents documents, AccessLog log)
{
    public static void Map(RouteGroupBuilder patients, RouteGroupBuilder all)
    {
        patients.MapGet("/{id:guid}/documents", (
                Guid id, [AsParameters] DocumentFilter filter, Caller caller, GetDocuments useCase, CancellationToken cancellationToken) =>
                useCase.ListAsync(id, filter, caller, cancellationToken))
            .RequireRoles(PatientRule.Readers).AllowScope(PatientRule.Scope)
            .WithSummary("List the documents of a patient")
            .WithDescription("Newest first, those of reports too.");
        all.MapGet("/{id:guid}", (Guid id, Caller caller, GetDocuments useCase, CancellationToken cancellationToken) =>
                useCase.HandleAsync(id, caller, cancellationToken))
            .RequireRoles(PatientRule.Readers).AllowScope(PatientRule.Scope)
            .WithSummary("Get a document")
            .WithDescription("What is known of it; its bytes are at `url`, once its `status` is clean.");
    }

    async Task<Results<Ok<Page<DocumentResponse>>, ProblemHttpResult>> ListAsync(Guid id, DocumentFilter filter, Caller caller, CancellationToken cancellationToken)
    {
        ListPlace? after = null;
        if (filter.Cursor is not null && !Cursor.TryRead(filter.Cursor, out after)) return Problems.Invalid("cursor", "is not a cursor of this list.");
        var limit = Limit.Or(filter.Limit);
        var (grounds, rows) = await RowsAsync(id, filter.DocumentType, after, limit + 1, caller, cancellationToken);
        await log.ReadAsync(caller, id, "document.list", $"patient/{id}", grounds, cancellationToken);
        if (grounds is null) return Problems.NotFound();
        var page = Page.Of(rows, limit, last => new ListPlace(last.CreatedAt, last.Id));
        return TypedResults.Ok(new Page<DocumentResponse>(await documents.ShowAsync(page.Items, cancellationToken), page.NextCursor));
    }

    async Task<Results<Ok<DocumentResponse>, ProblemHttpResult>> HandleAsync(Guid id, Caller caller, CancellationToken cancellationToken)
    {
        if (await documents.ReadAsync(id, "document.read", caller, cancellationToken) is not { } row) return Problems.NotFound();
        return await documents.ShowAsync([row], cancellationToken) is [var document] ? TypedResults.Ok(document) : Problems.NotFound();
    }

    async Task<(string? Grounds, List<DocumentRow> Rows)> RowsAsync(
        Guid patientId, string? type, ListPlace? after, int count, Caller caller, CancellationToken cancellationToken)
    {
        string? grounds = null;
        var found = new List<DocumentRow>();
        await using var batch = await transaction.BatchAsync(cancellationToken);
        batch.Add($"""
            SELECT access.grounds, {DocumentRow.Columns}
            FROM {CareViews.Patients} p {PatientRule.Join("p.id")}
            LEFT JOIN records.documents d ON d.patient_id = p.id AND ($4 IS NULL OR d.document_type = $4) AND ($5 IS NULL OR (d.created_at, d.id) < ($5, $6))
            WHERE p.id = $3 ORDER BY d.created_at DESC, d.id DESC LIMIT $7
            """).By(caller).With(patientId).With(NpgsqlDbType.Text, type).With(NpgsqlDbType.TimestampTz, after?.At).With(NpgsqlDbType.Uuid, after?.Id).With(count);
        await using var rows = await batch.ExecuteReaderAsync(cancellationToken);
        while (await rows.ReadAsync(cancellationToken))
        {
            grounds = rows.GetString(0);
            if (!rows.IsDBNull(1)) found.Add(DocumentRow.Read(rows, 1));
        }
        return (grounds, found);
    }
}

using System.Text;
using Consilium.Modules.Accounts.Contracts;
using Consilium.Modules.Files.Contracts;
using Consilium.Modules.Threads.Contracts;
using Consilium.Platform.Database;
using Consilium.Platform.Errors;
using Consilium.Platform.Paging;
using Consilium.Platform.Search;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Npgsql;

namespace Consilium.Modules.Cases;

/// <summary>What to list. All filters narrow.</summary>
/// <param name="Status">Open or closed ones only.</param>
/// <param name="OwnerId">Those of one owner.</param>
/// <param name="AssigneeId">Those of one member of staff.</param>
/// <param name="Q">Full text in title, description and messages.</param>
internal sealed record CaseFilter(
    [property: FromQuery(Name = "status")] string? Status, [property: FromQuery(Name = "owner_id")] Guid? OwnerId,
    [property: FromQuery(Name = "assignee_id")] Guid? AssigneeId, [property: FromQuery(Name = "q")] string? Q,
    [property: FromQuery(Name = "limit")] Limit? Limit, [property: FromQuery(Name = "cursor")] string? Cursor);

/// <summary>The inbox: an owner's cases, or all of them for staff and admins; newest activity first, with unread counts.</summary>
internal sealed class ListCases(NpgsqlDataSource database, CaseAccess access)
{
    const int MaxQuery = 200;

    public static void Map(RouteGroupBuilder cases)
    {
        cases.MapGet("", ([AsParameters] CaseFilter filter, Caller caller, ListCases useCase, CancellationToken cancellationToken) =>
                useCase.HandleAsync(filter, caller, cancellationToken))
            .RequireRoles(CaseAccess.Readers)
            .WithSummary("List cases")
            .WithDescription("Owners see their own cases, staff and admins all. Newest activity first.");
        cases.MapGet("/user/{userId:guid}", (Guid userId, [AsParameters] CaseFilter filter, Caller caller, ListCases useCase, CancellationToken cancellationToken) =>
                useCase.HandleForOwnerAsync(userId, filter, caller, cancellationToken))
            .RequireRoles(CaseAccess.Readers)
            .WithSummary("List the cases of one owner")
            .WithDescription("For the owner, staff and admins. Shows open cases unless `status` says otherwise; an owner without cases has an empty list.");
    }

    async Task<Results<Ok<Page<CaseResponse>>, ProblemHttpResult>> HandleForOwnerAsync(Guid ownerId, CaseFilter filter, Caller caller, CancellationToken cancellationToken)
    {
        if (!caller.IsStaff && caller.UserId != ownerId)
        {
            await access.RecordReadAsync(ownerId, "case.list", found: false, caller, cancellationToken);
            return Problems.NotFound();
        }
        return await HandleAsync(filter with { OwnerId = ownerId, Status = filter.Status ?? "open" }, caller, cancellationToken);
    }

    async Task<Results<Ok<Page<CaseResponse>>, ProblemHttpResult>> HandleAsync(CaseFilter filter, Caller caller, CancellationToken cancellationToken)
    {
        if (filter.Status is not (null or "open" or "closed")) return Problems.Invalid("status", "must be open or closed.");
        if (filter.Q?.Length > MaxQuery) return Problems.Invalid("q", $"must have at most {MaxQuery} characters.");
        Place? from = null;
        if (filter.Cursor is not null && !Cursor.TryRead(filter.Cursor, out from)) return Problems.Invalid("cursor", "is not one of this list's cursors.");
        var limit = Limit.Or(filter.Limit);
        var terms = filter.Q is null ? null : await SearchTerms.ParseAsync(database, filter.Q, cancellationToken);

        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var command = new NpgsqlCommand { Connection = connection };
        command.CommandText = Statement(filter, terms, from, limit, caller, command.Parameters);
        if (terms is null) await command.PrepareAsync(cancellationToken);
        var found = new List<CaseResponse>(limit + 1);
        await using (var rows = await command.ExecuteReaderAsync(cancellationToken))
            while (await rows.ReadAsync(cancellationToken)) found.Add(CaseRows.Read(rows));
        var page = Page.Of(found, limit, last => new Place(last.UpdatedAt, last.Id));
        await access.RecordListAsync(page.Items.Count, caller, cancellationToken);
        return TypedResults.Ok(page);
    }

    static string Statement(CaseFilter filter, SearchTerms? terms, Place? from, int limit, Caller caller, NpgsqlParameterCollection parameters)
    {
        parameters.With(caller.UserId).With((int)CaseAccess.Policy.Read(caller)).With(CaseAccess.Policy.Kind);
        var sql = new StringBuilder($"{CaseRows.Select} WHERE {CaseRows.InReach}");
        // The owner's condition is said again by itself, so that the index by owner serves it.
        if (!caller.IsStaff) sql.Append(" AND t.owner_id = $1");
        if (filter.Status is { } status) And("t.status = ", status);
        if (filter.OwnerId is { } owner) And("t.owner_id = ", owner);
        if (filter.AssigneeId is { } assignee) And("c.assignee_id = ", assignee);
        if (from is not null)
        {
            parameters.With(from.UpdatedAt).With(from.Id);
            sql.Append($" AND (t.updated_at, t.id) < (${parameters.Count - 1}, ${parameters.Count})");
        }
        if (terms is not null)
        {
            var (inCase, inMessage, inFile) = (Found("c"), Found("m"), Found("f"));
            sql.Append($" AND ((true{inCase}) OR t.id IN (SELECT m.thread_id FROM {ThreadViews.Messages} m WHERE m.retracted_at IS NULL{inMessage})")
                .Append($" OR t.id IN (SELECT f.place_id FROM {FileViews.Texts} f WHERE f.place_kind = $3{inFile}))");
        }
        parameters.With(limit + 1);
        return sql.Append($" ORDER BY t.updated_at DESC, t.id DESC LIMIT ${parameters.Count}").ToString();

        string Found(string table) => terms.Condition($"{table}.search_text", parameters);

        void And<T>(string condition, T value)
        {
            parameters.With(value);
            sql.Append($" AND {condition}${parameters.Count}");
        }
    }

    /// <summary>The place of the last case shown.</summary>
    sealed record Place(DateTimeOffset UpdatedAt, Guid Id);
}

using System.ComponentModel.DataAnnotations;
using Consilium.Modules.Accounts.Contracts;
using Consilium.Modules.Threads.Contracts;
using Consilium.Platform.Errors;
using Consilium.Platform.OpenApi;
using Consilium.Platform.Paging;
using Consilium.Platform.Validation;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace Consilium.Modules.Cases;

/// <summary>What to list. All filters narrow.</summary>
/// <param name="Status">Only cases that are open, or only closed ones.</param>
/// <param name="OwnerId">Only cases of this owner.</param>
/// <param name="AssigneeId">Only cases that are assigned to this member of staff.</param>
/// <param name="Q">Words, or phrases in quotes: all must occur in title and description, in a message, or in a page of an attached document.</param>
internal sealed record CaseFilter(
    [property: FromQuery(Name = "status"), OneOf(typeof(CaseStatus))] string? Status, [property: FromQuery(Name = "owner_id")] Guid? OwnerId,
    [property: FromQuery(Name = "assignee_id")] Guid? AssigneeId, [property: FromQuery(Name = "q"), MaxLength(ThreadList.MaxQuery)] string? Q,
    [property: FromQuery(Name = "limit")] Limit? Limit, [property: FromQuery(Name = "cursor")] string? Cursor);

/// <summary>The inbox: an owner's cases, or all of them for staff and admins; newest activity first, with unread counts.</summary>
internal sealed class ListCases(ThreadList list, CaseAccess access)
{
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
            .WithParameter("user_id", "The owner, by the id of the account.")
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
        var query = new ThreadQuery(CaseAccess.Policy, caller, CaseRows.Select, "c.search_text", filter.Q, filter.Limit, filter.Cursor)
            .Where("t.status", filter.Status).Where("t.owner_id", filter.OwnerId).Where("c.assignee_id", filter.AssigneeId);
        var (page, problem) = await list.ReadAsync(query, CaseRows.Read, found => (found.UpdatedAt, found.Id), cancellationToken);
        if (page is null) return problem!;
        await access.RecordListAsync(page.Items.Count, caller, cancellationToken);
        return TypedResults.Ok(page);
    }
}

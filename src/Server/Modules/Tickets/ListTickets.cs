using System.ComponentModel.DataAnnotations;
using Consilium.Modules.Accounts.Contracts;
using Consilium.Modules.Threads.Contracts;
using Consilium.Platform.Errors;
using Consilium.Platform.Paging;
using Consilium.Platform.Validation;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace Consilium.Modules.Tickets;

/// <summary>What to list. All filters narrow.</summary>
/// <param name="Status">Only tickets in this status.</param>
/// <param name="Q">Words, or phrases in quotes: all must occur in title and description, in a message, or in a page of an attached document.</param>
internal sealed record TicketFilter(
    [property: FromQuery(Name = "status"), OneOf(typeof(TicketStatus))] string? Status,
    [property: FromQuery(Name = "q"), MaxLength(ThreadList.MaxQuery)] string? Q,
    [property: FromQuery(Name = "limit")] Limit? Limit, [property: FromQuery(Name = "cursor")] string? Cursor);

/// <summary>The inbox: a customer's tickets, or all of them for staff and admins; newest activity first, with unread counts.</summary>
internal static class ListTickets
{
    public static void Map(RouteGroupBuilder tickets) => tickets.MapGet("", HandleAsync)
        .RequireRoles(TicketAccess.Readers)
        .WithSummary("List tickets")
        .WithDescription("Customers see their own tickets, staff and admins all. Newest activity first.");

    static async Task<Results<Ok<Page<TicketResponse>>, ProblemHttpResult>> HandleAsync(
        [AsParameters] TicketFilter filter, Caller caller, ThreadList list, TicketAccess access, CancellationToken cancellationToken)
    {
        if (filter.Status is not null && TicketStatuses.Parse(filter.Status) is null)
            return Problems.Invalid("status", SetTicketStatus.Known);
        var query = new ThreadQuery(TicketAccess.Policy, caller, TicketRows.Select, "k.search_text", filter.Q, filter.Limit, filter.Cursor)
            .Where("k.status", filter.Status);
        var (page, problem) = await list.ReadAsync(query, TicketRows.Read, found => (found.UpdatedAt, found.Id), cancellationToken);
        if (page is null) return problem!;
        await access.RecordListAsync(page.Items.Count, caller, cancellationToken);
        return TypedResults.Ok(page);
    }
}

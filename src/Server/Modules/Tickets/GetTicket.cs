using Consilium.Modules.Accounts.Contracts;
using Consilium.Modules.Threads.Contracts;
using Consilium.Platform.Errors;
using Consilium.Platform.Paging;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Consilium.Modules.Tickets;

/// <summary>Shows a ticket with its conversation to its customer, staff and admins.</summary>
internal static class GetTicket
{
    public static void Map(RouteGroupBuilder tickets)
    {
        tickets.MapGet("/{id:guid}", HandleAsync)
            .RequireRoles(TicketAccess.Readers)
            .WithSummary("Get a ticket with its messages")
            .WithDescription("Messages come oldest first, at most 200; `GET …/messages?after=` has the rest.");
        tickets.MapGet("/{id:guid}/messages", ListAsync)
            .RequireRoles(TicketAccess.Readers)
            .WithSummary("List and search the messages of a ticket")
            .WithDescription("""
                Oldest first. `after` and `before` are message numbers (`seq`); `before` without `after` gives the newest messages before it. `q` finds whole words, beginnings and parts
                of words, without regard to case and accents, and forgives one mistake in words of five letters and more. It looks into the text of attached documents too.
                With `format=html` each message has `content_html` too, its text as safe HTML, and a page has at most 50 messages. What people typed
                is shown as they typed it: paragraphs and line breaks stay, and the only marks are `**bold**`, `*italic*` and `_italic_` around words,
                `` `code` ``, code between lines of three backticks, `[text](https://…)` and `<https://…>`. The assistant's messages are CommonMark
                with tables and strikethrough.
                """);
    }

    static async Task<Results<Ok<TicketWithMessages>, ProblemHttpResult>> HandleAsync(
        Guid id, Caller caller, IMessages messages, TicketAccess access, CancellationToken cancellationToken)
    {
        var found = await access.FindAsync(id, caller, cancellationToken);
        await access.RecordAsync(id, "ticket.read", found is not null, caller, cancellationToken);
        if (found is null) return Problems.NotFound();
        var page = await messages.PageAsync(TicketAccess.ToRead(id, caller), new(null, null, Page.MaxLimit, null, null), cancellationToken);
        return TypedResults.Ok(new TicketWithMessages(found, [.. page!.Messages.Select(TicketMessageResponse.Of)]));
    }

    static async Task<Results<Ok<Page<TicketMessageResponse>>, ProblemHttpResult>> ListAsync(
        Guid id, [AsParameters] MessageFilter filter, Caller caller, IMessages messages, TicketAccess access, CancellationToken cancellationToken)
    {
        var (query, problem) = filter.Read();
        if (query is null) return problem!;
        var page = await messages.PageAsync(TicketAccess.ToRead(id, caller), query, cancellationToken);
        await access.RecordAsync(id, query.Search is null ? "messages.read" : "messages.search", page is not null, caller, cancellationToken);
        return page is null ? Problems.NotFound() : TypedResults.Ok(MessageFilter.Show<TicketMessageResponse>(query, page, filter.AsHtml ? TicketMessageResponse.WithHtml : TicketMessageResponse.Of));
    }
}

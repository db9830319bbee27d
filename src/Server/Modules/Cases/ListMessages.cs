using Consilium.Modules.Accounts.Contracts;
using Consilium.Modules.Threads.Contracts;
using Consilium.Platform.Errors;
using Consilium.Platform.Paging;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Consilium.Modules.Cases;

/// <summary>The messages of a case, oldest first: whoever may read the case. A closed case stays readable.</summary>
internal static class ListMessages
{
    public static void Map(RouteGroupBuilder cases)
    {
        cases.MapGet("/{id:guid}/messages", HandleAsync)
            .RequireRoles(CaseAccess.Readers)
            .WithSummary("List and search the messages of a case")
            .WithDescription("""
                Oldest first. `after` and `before` are message numbers (`seq`); `before` without `after` gives the newest messages before it. `q` finds messages in
                which every word occurs: whole, as the beginning or inside of a word, without regard to case, accents and punctuation. One mistake is
                forgiven in words of five letters and more. Words in quotes are a phrase, which must occur as it is. The search looks into the text of
                attached documents too.
                With `format=html` each message has `content_html` too, its text as safe HTML, and a page has at most 50 messages. What people typed
                is shown as they typed it: paragraphs and line breaks stay, and the only marks are `**bold**`, `*italic*` and `_italic_` around words,
                `` `code` ``, code between lines of three backticks, `[text](https://…)` and `<https://…>`. The assistant's messages are CommonMark
                with tables and strikethrough.
                """);
        cases.MapGet("/{id:guid}/messages/{messageId:guid}/versions", VersionsAsync)
            .RequireRoles(CaseAccess.Staff)
            .WithSummary("List what a message said before it was edited")
            .WithDescription("For staff and admins. Oldest first; the present text is not among them. Empty once the message is retracted.");
    }

    static async Task<Results<Ok<Page<MessageResponse>>, ProblemHttpResult>> HandleAsync(
        Guid id, [AsParameters] MessageFilter filter, Caller caller, IMessages messages, CaseAccess access, CancellationToken cancellationToken)
    {
        var (query, problem) = filter.Read();
        if (query is null) return problem!;
        var page = await messages.PageAsync(CaseAccess.ToRead(id, caller), query, cancellationToken);
        await access.RecordReadAsync(id, query.Search is null ? "messages.read" : "messages.search", page is not null, caller, cancellationToken);
        return page is null ? Problems.NotFound() : TypedResults.Ok(MessageFilter.Show<MessageResponse>(query, page, filter.AsHtml ? MessageResponse.WithHtml : MessageResponse.Of));
    }

    static async Task<Results<Ok<Page<MessageVersion>>, ProblemHttpResult>> VersionsAsync(
        Guid id, Guid messageId, Caller caller, IMessages messages, CaseAccess access, CancellationToken cancellationToken)
    {
        var versions = await messages.VersionsAsync(CaseAccess.ToRead(id, caller), messageId, cancellationToken);
        await access.RecordReadAsync(id, "message.versions", versions is not null, caller, cancellationToken);
        return versions is null ? Problems.NotFound() : TypedResults.Ok(new Page<MessageVersion>(versions, null));
    }
}

using System.Globalization;
using Consilium.Modules.Accounts.Contracts;
using Consilium.Modules.Files.Contracts;
using Consilium.Modules.Threads.Contracts;
using Consilium.Platform.Errors;
using Consilium.Platform.Paging;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace Consilium.Modules.Cases;

/// <summary>Which messages to show.</summary>
/// <param name="After">Only messages with greater numbers.</param>
/// <param name="Before">Only messages with smaller numbers; alone, the newest of them.</param>
/// <param name="Role">Only messages of user, staff, doctor or assistant.</param>
/// <param name="Q">Full text, that of attached documents included.</param>
internal sealed record MessageFilter(
    [property: FromQuery(Name = "after")] long? After, [property: FromQuery(Name = "before")] long? Before, [property: FromQuery(Name = "role")] string? Role,
    [property: FromQuery(Name = "q")] string? Q, [property: FromQuery(Name = "limit")] Limit? Limit, [property: FromQuery(Name = "cursor")] string? Cursor);

/// <summary>The messages of a case, oldest first: whoever may read the case. A closed case stays readable.</summary>
internal sealed class ListMessages(IMessages messages, IThreads threads, CaseMessages shown, IFiles files, CaseAccess access)
{
    const int MaxQuery = 200;

    public static void Map(RouteGroupBuilder cases)
    {
        cases.MapGet("/{id:guid}/messages", (Guid id, [AsParameters] MessageFilter filter, Caller caller, ListMessages useCase, CancellationToken cancellationToken) =>
                useCase.HandleAsync(id, filter, caller, cancellationToken))
            .RequireRoles(CaseAccess.Readers)
            .WithSummary("List and search the messages of a case")
            .WithDescription("""
                Oldest first. `after` and `before` are message numbers (`seq`); `before` alone gives the newest messages before it. `q` finds whole words, beginnings and parts
                of words, without regard to case and accents, and forgives one mistake in words of five letters and more. It looks into the text of attached documents too.
                """);
        cases.MapGet("/{id:guid}/messages/{messageId:guid}/versions", VersionsAsync)
            .RequireRoles(CaseAccess.Staff)
            .WithSummary("List what a message said before it was edited")
            .WithDescription("For staff and admins. Oldest first; the present text is not among them. Empty once the message is retracted.");
    }

    async Task<Results<Ok<Page<MessageResponse>>, ProblemHttpResult>> HandleAsync(Guid id, MessageFilter filter, Caller caller, CancellationToken cancellationToken)
    {
        SenderRole? role = null;
        if (filter.Role is { } name)
        {
            if (!Enum.TryParse<SenderRole>(name, ignoreCase: true, out var known) || !name.All(char.IsAsciiLetterLower))
                return Problems.Invalid("role", "must be user, staff, doctor or assistant.");
            role = known;
        }
        if (filter.Q?.Length > MaxQuery) return Problems.Invalid("q", $"must have at most {MaxQuery} characters.");
        var (after, before) = (filter.After, filter.Before);
        if (after < 0) return Problems.Invalid("after", "must not be negative.");
        if (before < 0) return Problems.Invalid("before", "must not be negative.");
        if (filter.Cursor is { } cursor && !TryResume(cursor, ref after, ref before)) return Problems.Invalid("cursor", "is not one of this list's cursors.");

        var thread = CaseAccess.ToRead(id, caller);
        var query = new MessageQuery(after, before, Limit.Or(filter.Limit), role, filter.Q);
        // The right first: how long a search takes would tell a stranger what is in the documents.
        if (filter.Q is not null && await threads.LastSeqAsync(thread, cancellationToken) is not null)
            query = query with { AlsoFound = await files.FindItemsAsync(CaseFiles.PlaceOf(id), filter.Q, cancellationToken) };
        var page = await messages.PageAsync(thread, query, cancellationToken);
        await access.RecordReadAsync(id, filter.Q is null ? "messages.read" : "messages.search", page is not null, caller, cancellationToken);
        if (page is null) return Problems.NotFound();
        var items = await shown.ShowAsync(page.Messages, cancellationToken);
        var next = !page.HasMore ? null : after is null && before is not null ? Text('b', items[0].Seq) : Text('a', items[^1].Seq);
        return TypedResults.Ok(new Page<MessageResponse>(items, next));
    }

    static async Task<Results<Ok<Page<MessageVersion>>, ProblemHttpResult>> VersionsAsync(
        Guid id, Guid messageId, Caller caller, IMessages messages, CaseAccess access, CancellationToken cancellationToken)
    {
        var versions = await messages.VersionsAsync(CaseAccess.ToRead(id, caller), messageId, cancellationToken);
        await access.RecordReadAsync(id, "message.versions", versions is not null, caller, cancellationToken);
        return versions is null ? Problems.NotFound() : TypedResults.Ok(new Page<MessageVersion>(versions, null));
    }

    // A cursor is the direction and the number to go on from; it replaces the bound on its side.
    static bool TryResume(string cursor, ref long? after, ref long? before)
    {
        if (cursor.Length < 2 || !long.TryParse(cursor.AsSpan(1), NumberStyles.None, CultureInfo.InvariantCulture, out var seq)) return false;
        if (cursor[0] == 'a') after = seq;
        else if (cursor[0] == 'b') before = seq;
        else return false;
        return true;
    }

    static string Text(char direction, long seq) => string.Create(CultureInfo.InvariantCulture, $"{direction}{seq}");
}

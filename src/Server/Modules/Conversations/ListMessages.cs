using System.ComponentModel.DataAnnotations;
using System.Globalization;
using Consilium.Modules.Accounts.Contracts;
using Consilium.Modules.Threads.Contracts;
using Consilium.Platform.Database;
using Consilium.Platform.Errors;
using Consilium.Platform.Validation;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Npgsql;

namespace Consilium.Modules.Conversations;

/// <summary>Which messages to show.</summary>
/// <param name="Q">Only messages that contain this text, whatever its case, accents and punctuation.</param>
/// <param name="Role">Only messages of this speaker.</param>
/// <param name="Page">The number of the page, from 1.</param>
/// <param name="PageSize">Messages on a page: 10 when left out; above 100 it counts as 100.</param>
internal sealed record ConversationMessageFilter(
    [property: FromQuery(Name = "q"), MaxLength(ListMessages.MaxQuery)] string? Q,
    [property: FromQuery(Name = "role"), OneOf(MessageRoles.User, MessageRoles.Assistant)] string? Role,
    [property: FromQuery(Name = "page"), StringLength(ListMessages.MaxNumber)] string? Page,
    [property: FromQuery(Name = "page_size"), StringLength(ListMessages.MaxNumber)] string? PageSize);

/// <summary>The messages of a conversation, oldest first, by numbered pages: whoever may read it.</summary>
internal sealed class ListMessages(RequestTransaction transaction, ConversationAccess access)
{
    public const int MaxQuery = 200;

    /// <summary>Longer than the line of a request can be.</summary>
    public const int MaxNumber = 8192;

    const int DefaultPageSize = 10;
    const int MaxPageSize = 100;

    public static RouteHandlerBuilder Map(RouteGroupBuilder conversations) => conversations.MapGet("/{id:guid}/messages", (
            Guid id, [AsParameters] ConversationMessageFilter filter, HttpContext http, ListMessages useCase, CancellationToken cancellationToken) =>
            useCase.HandleAsync(id, filter, http, cancellationToken))
        .WithSummary("List the messages of a conversation")
        .WithDescription("""
            Oldest first. `count` is the number of all messages that fit. `next` and `previous` are whole addresses, with the other parameters of this
            request. A `page` that is beyond the last, or no number from 1, is 404; the first page of nothing is an empty list. Deleted messages are
            neither shown nor counted. `q` is a part of the text, word after word, without regard to case, accents and punctuation.
            """);

    async Task<Results<Ok<ConversationMessagePage>, ProblemHttpResult>> HandleAsync(
        Guid id, ConversationMessageFilter filter, HttpContext http, CancellationToken cancellationToken)
    {
        if (Number(filter.PageSize, DefaultPageSize) is not { } size) return Problems.Invalid("page_size", "must be a whole number from 1.");
        size = Math.Min(size, MaxPageSize);
        if (Number(filter.Page, 1) is not { } page) return Problems.NotFound();

        var skipped = (page - 1L) * size;
        var found = await ReadAsync(id, filter, skipped, size, cancellationToken);
        await access.RecordAsync(id, filter.Q is null ? "messages.read" : "messages.search", found is not null, http.FindCaller(), cancellationToken);
        if (found is not { } messages || (page > 1 && messages.Results.Count == 0)) return Problems.NotFound();
        return TypedResults.Ok(new ConversationMessagePage(
            messages.Count, skipped + size < messages.Count ? PageLinks.To(http.Request, page + 1) : null, page > 1 ? PageLinks.To(http.Request, page - 1) : null,
            messages.Results));
    }

    /// <summary>Count and page of one moment; null when there is no such conversation.</summary>
    async Task<(long Count, IReadOnlyList<ConversationMessageResponse> Results)?> ReadAsync(
        Guid id, ConversationMessageFilter filter, long skipped, int size, CancellationToken cancellationToken)
    {
        var part = await access.PatternOfAsync(filter.Q, cancellationToken);
        await using var batch = await transaction.BatchAsync(cancellationToken);
        const string fits = """
            m.thread_id = t.id AND m.retracted_at IS NULL AND ($3 = '' OR m.sender_role = $3) AND ($4 = '' OR m.search_text ~ $4)
            """;
        batch.Add($"""
            SELECT (SELECT count(*) FROM {ThreadViews.Messages} m WHERE {fits}), p.id, p.sender_role, p.content, p.created_at
            FROM {ThreadViews.Threads} t
            LEFT JOIN LATERAL (SELECT * FROM {ThreadViews.Messages} m WHERE {fits} ORDER BY m.seq OFFSET $5 LIMIT $6) p ON true
            WHERE t.id = $1 AND t.kind = $2
            """).With(id).With(ConversationAccess.Policy.Kind).With(filter.Role ?? "").With(part).With(skipped).With(size);
        await using var rows = await batch.ExecuteReaderAsync(cancellationToken);
        if (!await rows.ReadAsync(cancellationToken)) return null;
        var count = rows.GetInt64(0);
        var results = new List<ConversationMessageResponse>();
        if (!rows.IsDBNull(1))
        {
            do results.Add(Message(id, rows));
            while (await rows.ReadAsync(cancellationToken));
        }
        return (count, results);
    }

    static ConversationMessageResponse Message(Guid conversationId, NpgsqlDataReader row)
    {
        var at = row.GetFieldValue<DateTimeOffset>(4);
        return new(row.GetGuid(1), conversationId, row.GetString(2), row.GetString(3), at, at);
    }

    /// <summary>Null when the text is no whole number from 1; a number beyond all pages and sizes is the greatest.</summary>
    static int? Number(string? text, int otherwise)
    {
        if (text is null) return otherwise;
        if (text.Length == 0 || !text.All(char.IsAsciiDigit)) return null;
        var number = int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var small) ? small : int.MaxValue;
        return number > 0 ? number : null;
    }
}

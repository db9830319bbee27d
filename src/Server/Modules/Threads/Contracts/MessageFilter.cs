using System.ComponentModel.DataAnnotations;
using System.Globalization;
using Consilium.Platform.Errors;
using Consilium.Platform.Paging;
using Consilium.Platform.Validation;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace Consilium.Modules.Threads.Contracts;

/// <summary>Which messages of a thread to show, as every door's list takes it.</summary>
/// <param name="After">Only messages whose number is greater than this.</param>
/// <param name="Before">Only messages whose number is smaller than this; without <c>after</c>, the newest of them.</param>
/// <param name="Role">Only messages of senders who speak as this.</param>
/// <param name="Q">Words, or phrases in quotes, that must all occur in the message or in one page of a document that hangs on it.</param>
/// <param name="Format">With <c>html</c> each message has its text as safe HTML too, and a page has at most 50 messages.</param>
internal sealed record MessageFilter(
    [property: FromQuery(Name = "after"), Range(0, long.MaxValue)] long? After,
    [property: FromQuery(Name = "before"), Range(0, long.MaxValue)] long? Before,
    [property: FromQuery(Name = "role"), OneOf(typeof(SenderRole))] string? Role,
    [property: FromQuery(Name = "q"), MaxLength(MessageFilter.MaxQuery)] string? Q, [property: FromQuery(Name = "limit")] Limit? Limit,
    [property: FromQuery(Name = "cursor")] string? Cursor,
    [property: FromQuery(Name = "format"), OneOf("html")] string? Format)
{
    public const int MaxQuery = 200;

    // Rendering a hostile text takes some milliseconds.
    const int MaxAsHtml = 50;

    /// <summary>Whether the text is wanted as HTML too.</summary>
    public bool AsHtml => Format == "html";

    /// <summary>Exactly one of query and problem comes back.</summary>
    public (MessageQuery? Query, ProblemHttpResult? Problem) Read()
    {
        var (after, before) = (After, Before);
        if (after < 0) return (null, Problems.Invalid("after", "must not be negative."));
        if (before < 0) return (null, Problems.Invalid("before", "must not be negative."));
        if (Cursor is { } cursor && !TryResume(Platform.Paging.Cursor.PlaceIn(cursor), ref after, ref before)) return (null, Problems.Invalid("cursor", "is not one of this list's cursors."));
        var limit = Platform.Paging.Limit.Or(Limit);
        return (new(after, before, AsHtml ? Math.Min(limit, MaxAsHtml) : limit, WireNames<SenderRole>.Parse(Role), Q), null);
    }

    /// <summary>The page as clients see it, with the cursor of the next.</summary>
    public static Page<T> Show<T>(MessageQuery query, MessagePage page, Func<ThreadMessage, T> show)
    {
        var (messages, shown) = (page.Messages, new T[page.Messages.Count]);
        for (var i = 0; i < shown.Length; i++) shown[i] = show(messages[i]);
        var next = !page.HasMore ? null : query is { After: null, Before: not null } ? Text('b', messages[0].Seq) : Text('a', messages[^1].Seq);
        return new(shown, next);
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

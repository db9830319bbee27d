using System.Globalization;
using Consilium.Platform.Errors;
using Consilium.Platform.Paging;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace Consilium.Modules.Threads.Contracts;

/// <summary>Which messages of a thread to show, as every door's list takes it.</summary>
/// <param name="After">Only messages with greater numbers.</param>
/// <param name="Before">Only messages with smaller numbers; alone, the newest of them.</param>
/// <param name="Role">Only messages of user, staff, doctor or assistant.</param>
/// <param name="Q">Words, or phrases in quotes, that must all occur in the message or in one page of a document that hangs on it.</param>
/// <param name="Format">html: with each message its text as safe HTML, and at most 50 messages.</param>
internal sealed record MessageFilter(
    [property: FromQuery(Name = "after")] long? After, [property: FromQuery(Name = "before")] long? Before, [property: FromQuery(Name = "role")] string? Role,
    [property: FromQuery(Name = "q")] string? Q, [property: FromQuery(Name = "limit")] Limit? Limit, [property: FromQuery(Name = "cursor")] string? Cursor,
    [property: FromQuery(Name = "format")] string? Format)
{
    const int MaxQuery = 200;

    // Rendering a hostile text takes some milliseconds.
    const int MaxAsHtml = 50;

    /// <summary>Whether the text is wanted as HTML too.</summary>
    public bool AsHtml => Format == "html";

    /// <summary>Exactly one of query and problem comes back.</summary>
    public (MessageQuery? Query, ProblemHttpResult? Problem) Read()
    {
        SenderRole? role = null;
        if (Role is { } name)
        {
            if (!Enum.TryParse<SenderRole>(name, ignoreCase: true, out var known) || !name.All(char.IsAsciiLetterLower))
                return (null, Problems.Invalid("role", "must be user, staff, doctor or assistant."));
            role = known;
        }
        if (Q?.Length > MaxQuery) return (null, Problems.Invalid("q", $"must have at most {MaxQuery} characters."));
        var (after, before) = (After, Before);
        if (after < 0) return (null, Problems.Invalid("after", "must not be negative."));
        if (before < 0) return (null, Problems.Invalid("before", "must not be negative."));
        if (Cursor is { } cursor && !TryResume(Platform.Paging.Cursor.PlaceIn(cursor), ref after, ref before)) return (null, Problems.Invalid("cursor", "is not one of this list's cursors."));
        if (Format is not null && !AsHtml) return (null, Problems.Invalid("format", "must be html."));
        var limit = Platform.Paging.Limit.Or(Limit);
        return (new(after, before, AsHtml ? Math.Min(limit, MaxAsHtml) : limit, role, Q), null);
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

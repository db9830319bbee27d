using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Security.Claims;
using Consilium.Modules.Audit.Contracts;
using Consilium.Platform.Administration;
using Consilium.Platform.Errors;
using Consilium.Platform.OpenApi;
using Consilium.Platform.Paging;
using Consilium.Platform.Validation;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace Consilium.Modules.Audit;

/// <summary>What to list. All filters narrow.</summary>
/// <param name="Actor">Only what this account did, by itself or by its API keys.</param>
/// <param name="Action">Only one action (<c>case.read</c>), or all that begin so (<c>session.</c> or <c>session.*</c>).</param>
/// <param name="Resource">Only what was done to one thing (<c>case/0198…</c>), or all that begin so (<c>case/</c> or <c>case/0198*</c>).</param>
/// <param name="Outcome">Only what ended so.</param>
/// <param name="Subject">Only what was done with the data of this patient.</param>
/// <param name="From">Only what happened at this time or later (RFC 3339).</param>
/// <param name="To">Only what happened before this time (RFC 3339).</param>
internal sealed record AuditFilter(
    [property: FromQuery(Name = "actor")] Guid? Actor, [property: FromQuery(Name = "action"), MaxLength(ListAudit.MaxAction)] string? Action,
    [property: FromQuery(Name = "resource"), MaxLength(ListAudit.MaxResource)] string? Resource,
    [property: FromQuery(Name = "outcome"), OneOf("ok", "denied", "failed")] string? Outcome, [property: FromQuery(Name = "subject")] Guid? Subject,
    [property: FromQuery(Name = "from"), MaxLength(40), DataType(DataType.DateTime)] string? From,
    [property: FromQuery(Name = "to"), MaxLength(40), DataType(DataType.DateTime)] string? To,
    [property: FromQuery(Name = "limit")] Limit? Limit, [property: FromQuery(Name = "cursor")] string? Cursor);

/// <summary>One line of the trail: who did what, when, to which thing, how it ended, why and from where.</summary>
/// <param name="Id">The number of the entry: newer ones have larger ones.</param>
/// <param name="At">When it happened.</param>
/// <param name="ActorId">The account that acted; null when nobody is known (a failed login) or the server itself did.</param>
/// <param name="ActorRole">Its role then.</param>
/// <param name="Action">What was done: <c>case.read</c>.</param>
/// <param name="Resource">To what, as kind and id.</param>
/// <param name="Outcome">ok, denied or failed.</param>
/// <param name="Reason">On what grounds, or why not.</param>
/// <param name="Address">The network address that the request came from.</param>
/// <param name="TraceId">Of the request, as its answer and the log name it.</param>
/// <param name="SubjectId">The patient whose data it is about.</param>
internal sealed record AuditEntryResponse(
    long Id, DateTimeOffset At, Guid? ActorId, string? ActorRole, string Action, string Resource, string Outcome, string? Reason, string? Address, string? TraceId,
    Guid? SubjectId);

/// <summary>The audit trail, newest first. Admins only; reading it is an entry itself.</summary>
internal static class ListAudit
{
    public const int MaxAction = 100;
    public const int MaxResource = 200;

    public static void Map(RouteGroupBuilder api) => api.MapGet("/api/v1/audit", HandleAsync)
        .WithTags("Audit").WithTagMeaning("The audit trail: who did what, when, and why.")
        .RequireAdministrator()
        .WithSummary("List the audit trail")
        .WithDescription("""
            Newest first. `action` may end in `.` or `.*` and `resource` in `/` or `*`: then they stand for all that begin so. `from` and `to` are times (RFC 3339), `to` is not included.
            A request looks through a bounded number of entries: where few match, a page is short or even empty and still has a `next_cursor` to go on with; it is null only at the end.
            The read itself is an entry too, written before the answer leaves, which the next read shows.
            """)
        .ProducesProblem(400);

    static async Task<Results<Ok<Page<AuditEntryResponse>>, ProblemHttpResult>> HandleAsync(
        [AsParameters] AuditFilter filter, ClaimsPrincipal user, TrailSearch search, IAuditTrail audit, CancellationToken cancellationToken)
    {
        if (TextFault(filter.Action, MaxAction, '.') is { } actionFault) return Problems.Invalid("action", actionFault);
        if (TextFault(filter.Resource, MaxResource, null) is { } resourceFault) return Problems.Invalid("resource", resourceFault);
        var (from, to) = (default(DateTimeOffset), default(DateTimeOffset));
        if (filter.From is not null && TimeText.QueryFault(filter.From, out from) is { } fromFault) return Problems.Invalid("from", fromFault);
        if (filter.To is not null && TimeText.QueryFault(filter.To, out to) is { } toFault) return Problems.Invalid("to", toFault);
        TrailPlace? after = null;
        if (filter.Cursor is not null && !Cursor.TryRead(filter.Cursor, out after)) return Problems.Invalid("cursor", "is not one of this list's cursors.");

        var page = await search.ReadAsync(
            new(filter.Actor, filter.Action, filter.Resource, filter.Outcome, filter.Subject, filter.From is null ? null : from, filter.To is null ? null : to),
            after, Limit.Or(filter.Limit), cancellationToken);
        var shown = string.Create(CultureInfo.InvariantCulture, $"{page.Items.Count} shown");
        await audit.RecordAsync(Actor.Of(user).Did("audit.read", "audit") with { Reason = shown, SubjectId = filter.Subject }, cancellationToken);
        return TypedResults.Ok(page);
    }

    // A star ends a prefix, and stands after a dot where only whole words may be left out.
    static string? TextFault(string? text, int longest, char? before) => text switch
    {
        null => null,
        "" => "must not be empty.",
        _ when text.Length > longest => $"must have at most {longest} characters.",
        _ when text.IndexOf('*', StringComparison.Ordinal) is >= 0 and var star && (star == 0 || star < text.Length - 1 || (before is { } sign && text[star - 1] != sign)) =>
            before is null ? "may have one *, at its end and not alone." : $"may have one *, at its end and after '{before}'.",
        _ => null,
    };
}

using System.ComponentModel.DataAnnotations;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Consilium.Modules.Accounts.Contracts;
using Consilium.Modules.Assistant.Contracts;
using Consilium.Modules.Threads.Contracts;
using Consilium.Platform.Database;
using Consilium.Platform.Errors;
using Consilium.Platform.Hosting;
using Consilium.Platform.OpenApi;
using Consilium.Platform.Realtime;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Options;

namespace Consilium.Modules.Tickets;

/// <summary>
/// The assistant's answer to the newest message of the customer, as it is written; without a message, to the description. Whoever may read the
/// ticket reads it, and stops it.
/// </summary>
internal sealed class StreamAnswer(
    IRuns runs, TicketAccess access, RequestTransaction transaction, ICallerSessions sessions, IOptions<Microsoft.AspNetCore.Http.Json.JsonOptions> json)
{
    public static void Map(RouteGroupBuilder tickets)
    {
        tickets.MapGet("/{id:guid}/ai-response", (
                Guid id, [FromHeader(Name = "Last-Event-ID"), MaxLength(50)] string? lastEventId,
                [FromQuery(Name = "last_event_id"), MaxLength(50)] string? lastEventIdInQuery, HttpContext http,
                Caller caller, StreamAnswer useCase) =>
                useCase.HandleAsync(id, lastEventId ?? lastEventIdInQuery, http, caller))
            .RequireRoles(TicketAccess.Readers).AllowStreamTicket().LongLived()
            .WithSummary("Stream the assistant's answer")
            .WithParameter("last_event_id", "The same as the header, for clients that cannot send one; the header counts before it.")
            .WithDescription("""
                The answer to the customer's newest message, or to the description while there is none, as server-sent events. Asking twice joins the same run; a finished answer is
                sent again from the store. Frames are `id: <run>:<offset>` and `data: <text>`, one `data:` line per line of text; `<offset>` counts the UTF-16 units of the answer up
                to and including the frame. `Last-Event-ID` (or `?last_event_id=`) goes on exactly there. `data: [DONE]` without an id ends the stream: the answer is a message by
                then. A failure is an `event: error` with a problem as data. A comment comes at least every 15 seconds.
                """)
            .Produces<string>(200, "text/event-stream").ProducesProblem(409);
        tickets.MapDelete("/{id:guid}/ai-response", (Guid id, Caller caller, StreamAnswer useCase, CancellationToken cancellationToken) =>
                useCase.StopAsync(id, caller, cancellationToken))
            .RequireRoles(TicketAccess.Readers)
            .WithSummary("Stop the assistant's answer")
            .WithDescription("What was shown is kept, and marked as stopped. Succeeds also when nothing is being written.");
    }

    async Task<IResult> HandleAsync(Guid id, string? lastEventId, HttpContext http, Caller caller)
    {
        AnswerPlace? from = null;
        if (!string.IsNullOrEmpty(lastEventId))
        {
            if (!AnswerPlace.TryParse(lastEventId, out var place)) return NoPlace();
            from = place;
        }
        var ticket = await FindAsync(id, caller, http.RequestAborted);
        var run = ticket is null ? null : from is { } asked ? await runs.FindAsync(id, asked.RunId, http.RequestAborted) : null;
        await access.RecordAsync(id, "ticket.answer_read", ticket is not null && (from is null || run is not null), caller, http.RequestAborted);
        if (ticket is null || (from is not null && run is null)) return Problems.NotFound();
        run ??= ticket.IsClosed ? await FinishedAsync(ticket.Question, http.RequestAborted) : await runs.AskAsync(ticket.Question, http.RequestAborted);
        if (run is null) return TicketProblems.Closed();
        var begin = from ?? new(run.Id, 0);
        if (begin.Offset > 0 && !await runs.WasShownAsync(begin.RunId, begin.Offset, http.RequestAborted)) return NoPlace();
        await ServerSentEvents.WriteAsync(http, stop => FramesAsync(begin, stop), sessions.Ended(caller), hintsAtOnce: false);
        return Results.Empty;
    }

    async Task<Results<NoContent, ProblemHttpResult>> StopAsync(Guid id, Caller caller, CancellationToken cancellationToken)
    {
        if (await FindAsync(id, caller, cancellationToken) is null)
        {
            await access.RecordAsync(id, "ticket.answer_stop", found: false, caller, cancellationToken);
            return Problems.NotFound();
        }
        await runs.StopAsync(id, TicketAccess.Policy.Kind, caller, cancellationToken);
        return TypedResults.NoContent();
    }

    async IAsyncEnumerable<ServerSentEvent> FramesAsync(AnswerPlace begin, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var at = begin;
        await foreach (var (offset, text, end) in runs.FollowAsync(begin.RunId, begin.Offset, cancellationToken))
        {
            at = at with { Offset = offset };
            foreach (var frame in AnswerFrames.Of(at, text)) yield return frame;
            if (end is null) continue;
            yield return end.AnswerId is not null ? AnswerFrames.Done : new(at.ToString(), "error", Problem(end));
            yield break;
        }
    }

    // The frame has a place, so that a client that comes back by itself hears the same again, and asks for no other run.
    byte[] Problem(RunState end) => JsonSerializer.SerializeToUtf8Bytes(
        end.Status == "stopped"
            ? Problems.Details(409, end.Reason ?? "stopped", "The answer was stopped.")
            : Problems.Details(502, end.Reason ?? "answer_failed", "The assistant could not answer: ask again."),
        json.Value.SerializerOptions);

    async Task<RunState?> FinishedAsync(Question question, CancellationToken cancellationToken) =>
        await runs.FindByQuestionAsync(question.ThreadId, question.MessageId, cancellationToken) is { AnswerId: not null } run ? run : null;

    /// <summary>What is to be answered in a ticket, with the thread's last number at that moment. Null when there is none that the caller may see.</summary>
    async Task<Asked?> FindAsync(Guid id, Caller caller, CancellationToken cancellationToken)
    {
        await using var batch = await transaction.BatchAsync(cancellationToken);
        batch.Add($"""
            SELECT t.status = 'closed', t.last_seq, m.id, m.seq FROM {ThreadViews.Threads} t
            LEFT JOIN LATERAL (
                SELECT q.id, q.seq FROM {ThreadViews.Messages} q
                WHERE q.thread_id = t.id AND q.sender_role = 'user' AND q.retracted_at IS NULL ORDER BY q.seq DESC LIMIT 1) m ON true
            WHERE t.id = $4 AND {ThreadQuery.InReach}
            """).With(caller.UserId).With((int)TicketAccess.Policy.Read(caller)).With(TicketAccess.Policy.Kind).With(id);
        await using var row = await batch.ExecuteReaderAsync(cancellationToken);
        return await row.ReadAsync(cancellationToken)
            ? new(row.GetBoolean(0), new(id, TicketAccess.Policy.Kind, row.Nullable<Guid>(2) ?? id, row.Nullable<long>(3) ?? 0, row.GetInt64(1)))
            : null;
    }

    static ProblemHttpResult NoPlace() => Problems.Invalid("last_event_id", "must be the id of a frame of this answer: <run>:<offset>.");

    sealed record Asked(bool IsClosed, Question Question);
}

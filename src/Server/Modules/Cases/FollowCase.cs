using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Consilium.Modules.Accounts.Contracts;
using Consilium.Modules.Threads.Contracts;
using Consilium.Platform.Errors;
using Consilium.Platform.Hosting;
using Consilium.Platform.Json;
using Consilium.Platform.Realtime;
using FluentValidation;
using Microsoft.AspNetCore.Mvc;

namespace Consilium.Modules.Cases;

/// <summary>The live events of a case, as server-sent events or over a WebSocket: whoever may read it, for as long as the session lives.</summary>
internal sealed class FollowCase(
    IThreads threads, IThreadFeed feed, IValidator<PostMessageRequest> validator, LiveMessages messages, CaseAccess access, ICallerSessions sessions, IServiceScopeFactory scopes)
{
    public static void Map(RouteGroupBuilder cases)
    {
        cases.MapGet("/{id:guid}/events", (
                Guid id, [FromQuery] string? after, [FromHeader(Name = "Last-Event-ID")] string? lastEventId, HttpContext http, Caller caller, FollowCase useCase) =>
                useCase.EventsAsync(id, lastEventId ?? after, http, caller))
            .RequireRoles(CaseAccess.Readers).AllowStreamTicket().LongLived()
            .WithSummary("Follow a case by server-sent events")
            .WithDescription("""
                Every event of the case, numbered without a gap. `Last-Event-ID` or `?after=` resumes after a number, 0 gives everything, neither starts at now.
                Frames without an `id` (typing) are shown and not kept. A comment comes at least every 15 seconds.
                """)
            .Produces<CaseEvent>(200, "text/event-stream");
        cases.MapGet("/{id:guid}/ws", (Guid id, [FromQuery] string? after, HttpContext http, Caller caller, FollowCase useCase) =>
                useCase.SocketAsync(id, after, http, caller))
            .RequireRoles(CaseAccess.Readers).AllowStreamTicket().LongLived()
            .WithSummary("Follow a case over a WebSocket")
            .WithDescription("""
                Sends the same objects as `events`, one per text message. Takes `{"type":"typing"}`, `{"type":"read","seq":n}` and
                `{"type":"post","content":…,"client_token":…}` with all that a posted message takes; the last is answered by `{"type":"accepted","client_token":…,"message":{…}}`, a mistake by `{"type":"error",…}`.
                """)
            .Produces(101);
    }

    async Task<IResult> EventsAsync(Guid id, string? cursor, HttpContext http, Caller caller)
    {
        var (thread, after, problem) = await BeginAsync(id, cursor, http, caller);
        if (problem is not null) return problem;
        await ServerSentEvents.WriteAsync(http, stop => FramesAsync(thread, after, stop), sessions.Ended(caller));
        return Results.Empty;
    }

    async Task<IResult> SocketAsync(Guid id, string? cursor, HttpContext http, Caller caller)
    {
        if (!http.WebSockets.IsWebSocketRequest) return Problems.Of(400, "websocket_required", "Open this address as a WebSocket.");
        if (!Origins.Allows(http)) return Problems.Of(403, "origin_refused", "Pages of this origin may not open streams here.");
        var (thread, after, problem) = await BeginAsync(id, cursor, http, caller);
        if (problem is not null) return problem;
        await JsonSocket.RunAsync(http, stop => ObjectsAsync(thread, after, stop), (message, stop) => ReceiveAsync(thread, message, caller, stop), sessions.Ended(caller));
        return Results.Empty;
    }

    async Task<(ThreadScope Thread, long After, IResult? Problem)> BeginAsync(Guid id, string? cursor, HttpContext http, Caller caller)
    {
        var thread = CaseAccess.ToRead(id, caller);
        long after = 0;
        if (!string.IsNullOrEmpty(cursor) && !long.TryParse(cursor, NumberStyles.None, CultureInfo.InvariantCulture, out after))
            return (thread, 0, Problems.Invalid("after", "must be the number of an event: a whole number from 0."));
        var last = await threads.LastSeqAsync(thread, http.RequestAborted);
        await access.RecordReadAsync(id, "case.follow", last is not null, caller, http.RequestAborted);
        return last is null ? (thread, 0, Problems.NotFound()) : (thread, string.IsNullOrEmpty(cursor) ? last.Value : after, null);
    }

    async IAsyncEnumerable<ServerSentEvent> FramesAsync(ThreadScope thread, long after, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var happened in feed.FollowAsync(thread, after, cancellationToken))
            yield return new(happened.Seq?.ToString(CultureInfo.InvariantCulture), happened.Type, await BytesAsync(happened, cancellationToken));
    }

    async IAsyncEnumerable<byte[]> ObjectsAsync(ThreadScope thread, long after, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var happened in feed.FollowAsync(thread, after, cancellationToken)) yield return await BytesAsync(happened, cancellationToken);
    }

    async ValueTask<byte[]> BytesAsync(ThreadEvent happened, CancellationToken cancellationToken) =>
        CaseEvent.Of(happened, await messages.ShowAsync(happened, cancellationToken)).ToBytes();

    /// <summary>Each message is a piece of work of its own, like a request: nothing of it stays with the socket.</summary>
    async Task<byte[]?> ReceiveAsync(ThreadScope thread, JsonElement message, Caller caller, CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        switch (message.TryGetProperty("type", out var type) && type.ValueKind == JsonValueKind.String ? type.GetString() : null)
        {
            case "typing":
                feed.ShowTyping(thread.ThreadId, caller.UserId);
                return null;
            case "read":
                if (!message.TryGetProperty("seq", out var number) || number.ValueKind != JsonValueKind.Number || !number.TryGetInt64(out var seq) || seq < 0)
                    return JsonSocket.Error("validation_failed", "seq must be a number from 0.");
                return await scope.ServiceProvider.GetRequiredService<IThreads>().MarkReadAsync(thread, seq, CaseAccess.Policy.RoleOf(caller), cancellationToken) is true
                    ? null
                    : JsonSocket.Error("validation_failed", "seq is beyond the newest event of the case.");
            case "post":
                return await PostAsync(scope.ServiceProvider.GetRequiredService<PostMessage>(), thread.ThreadId, message, caller, cancellationToken);
            default:
                return JsonSocket.Error("unknown_type", "type must be typing, read or post.");
        }
    }

    async Task<byte[]> PostAsync(PostMessage post, Guid caseId, JsonElement message, Caller caller, CancellationToken cancellationToken)
    {
        PostMessageRequest request;
        try
        {
            request = message.Deserialize(CasesJson.Product.PostMessageRequest)!;
        }
        catch (JsonException fault)
        {
            return JsonSocket.Error("validation_failed", $"{JsonPaths.OfPath(fault.Path)} has the wrong type or form.", message);
        }
        var checkedRequest = await validator.ValidateAsync(request, cancellationToken);
        if (!checkedRequest.IsValid)
            return JsonSocket.Error("validation_failed", string.Join(' ', checkedRequest.Errors.Select(e => $"{e.PropertyName} {e.ErrorMessage}")), message);
        var (posted, problem) = await post.PostAsync(caseId, request, caller, cancellationToken);
        return posted is null
            ? JsonSocket.Error((string)problem!.ProblemDetails.Extensions["code"]!, Words(problem.ProblemDetails), message)
            : JsonSerializer.SerializeToUtf8Bytes(
                new { type = "accepted", client_token = request.ClientToken, message = JsonSerializer.SerializeToElement(posted, CasesJson.Product.MessageResponse) });
    }

    static string Words(ProblemDetails problem) => problem.Extensions.TryGetValue("errors", out var errors) && errors is IDictionary<string, string[]> fields
        ? string.Join(' ', fields.SelectMany(field => field.Value.Select(text => $"{field.Key} {text}")))
        : problem.Detail!;
}

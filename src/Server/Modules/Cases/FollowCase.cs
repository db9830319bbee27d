using System.ComponentModel.DataAnnotations;
using Consilium.Modules.Accounts.Contracts;
using Consilium.Modules.Threads.Contracts;
using Consilium.Platform.Hosting;
using Consilium.Platform.OpenApi;
using Microsoft.AspNetCore.Mvc;

namespace Consilium.Modules.Cases;

/// <summary>The live events of a case, as server-sent events or over a WebSocket: whoever may read it, for as long as the session lives.</summary>
internal static class FollowCase
{
    static readonly ThreadDoor<PostMessageRequest, MessageResponse> Door = new(
        CaseAccess.Policy, MessageResponse.Of, PostMessage.PostAsync,
        CasesJson.Product.LiveEventMessageResponse, CasesJson.Product.PostMessageRequest, CasesJson.Product.MessageResponse);

    public static void Map(RouteGroupBuilder cases)
    {
        cases.MapGet("/{id:guid}/events", (
                Guid id, [FromQuery, RegularExpression("^[0-9]*$"), MaxLength(19)] string? after,
                [FromHeader(Name = "Last-Event-ID"), MaxLength(50)] string? lastEventId, HttpContext http, Caller caller, ThreadStreams streams) =>
                streams.EventsAsync(Door, id, lastEventId ?? after, http, caller))
            .RequireRoles(CaseAccess.Readers).AllowStreamTicket().LongLived()
            .WithSummary("Follow a case by server-sent events")
            .WithParameter("after", "The number of the last event that you have: 0 gives everything. Without it the stream starts at now.")
            .WithDescription("""
                Every event of the case, numbered without a gap. `Last-Event-ID` or `?after=` resumes after a number, 0 gives everything, neither starts at now.
                Frames without an `id` (typing) are shown and not kept. A comment comes at least every 15 seconds.
                """)
            .Produces<LiveEvent<MessageResponse>>(200, "text/event-stream");
        cases.MapGet("/{id:guid}/ws", (
                Guid id, [FromQuery, RegularExpression("^[0-9]*$"), MaxLength(19)] string? after, HttpContext http, Caller caller,
                ThreadStreams streams) =>
                streams.SocketAsync(Door, id, after, http, caller))
            .RequireRoles(CaseAccess.Readers).AllowStreamTicket().LongLived()
            .WithSummary("Follow a case over a WebSocket")
            .WithParameter("after", "The number of the last event that you have: 0 gives everything. Without it the stream starts at now.")
            .WithDescription("""
                Sends the same objects as `events`, one per text message. Takes `{"type":"typing"}`, `{"type":"read","seq":n}` and
                `{"type":"post","content":…,"client_token":…}` with all that a posted message takes; the last is answered by `{"type":"accepted","client_token":…,"message":{…}}`, a mistake by `{"type":"error",…}`.
                """)
            .Speaks<PostMessageRequest, MessageResponse>();
    }
}

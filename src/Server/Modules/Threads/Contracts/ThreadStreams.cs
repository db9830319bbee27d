using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Consilium.Modules.Accounts.Contracts;
using Consilium.Modules.Audit.Contracts;
using Consilium.Platform.Errors;
using Consilium.Platform.Json;
using Consilium.Platform.Realtime;
using FluentValidation;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace Consilium.Modules.Threads.Contracts;

/// <summary>What the streams must know of a door: how it shows messages, and how it takes them.</summary>
/// <param name="PostAsync">Its way to post. Exactly one of message and problem comes back.</param>
internal sealed record ThreadDoor<TRequest, TMessage>(
    ThreadPolicy Policy, Func<ThreadMessage, TMessage> Show,
    Func<IMessages, Guid, TRequest, Caller, CancellationToken, Task<(TMessage? Message, ProblemHttpResult? Problem)>> PostAsync,
    JsonTypeInfo<LiveEvent<TMessage>> EventJson, JsonTypeInfo<TRequest> RequestJson, JsonTypeInfo<TMessage> MessageJson) where TMessage : class;

/// <summary>
/// The live events of a thread, as server-sent events or over a WebSocket: for whoever may read it, as long as the session lives. That somebody
/// follows is in the audit trail before the first event leaves.
/// </summary>
internal sealed class ThreadStreams(IThreads threads, IThreadFeed feed, ICallerSessions sessions, IAuditTrail audit, IServiceScopeFactory scopes)
{
    /// <param name="cursor">The number of the last event that the client has: 0 gives everything; null or empty starts at now.</param>
    public async Task<IResult> EventsAsync<TRequest, TMessage>(
        ThreadDoor<TRequest, TMessage> door, Guid threadId, string? cursor, HttpContext http, Caller caller) where TMessage : class
    {
        var (thread, after, problem) = await BeginAsync(door.Policy, threadId, cursor, http, caller);
        if (problem is not null) return problem;
        await ServerSentEvents.WriteAsync(http, stop => FramesAsync(door, thread, after, stop), sessions.Ended(caller));
        return Results.Empty;
    }

    /// <inheritdoc cref="EventsAsync"/>
    public async Task<IResult> SocketAsync<TRequest, TMessage>(
        ThreadDoor<TRequest, TMessage> door, Guid threadId, string? cursor, HttpContext http, Caller caller) where TMessage : class
    {
        if (!http.WebSockets.IsWebSocketRequest) return Problems.Of(400, "websocket_required", "Open this address as a WebSocket.");
        if (!Origins.Allows(http)) return Problems.Of(403, "origin_refused", "Pages of this origin may not open streams here.");
        var (thread, after, problem) = await BeginAsync(door.Policy, threadId, cursor, http, caller);
        if (problem is not null) return problem;
        await JsonSocket.RunAsync(
            http, stop => ObjectsAsync(door, thread, after, stop), (message, stop) => ReceiveAsync(door, thread, message, caller, stop), sessions.Ended(caller));
        return Results.Empty;
    }

    async Task<(ThreadScope Thread, long After, IResult? Problem)> BeginAsync(ThreadPolicy policy, Guid threadId, string? cursor, HttpContext http, Caller caller)
    {
        var thread = ThreadScope.ToRead(policy, threadId, caller);
        long after = 0;
        if (!string.IsNullOrEmpty(cursor) && !long.TryParse(cursor, NumberStyles.None, CultureInfo.InvariantCulture, out after))
            return (thread, 0, Problems.Invalid("after", "must be the number of an event: a whole number from 0."));
        var last = await threads.LastSeqAsync(thread, http.RequestAborted);
        await audit.RecordAsync(new(caller.UserId, caller.Role.Wire(), $"{policy.Kind}.follow", $"{policy.Kind}/{threadId}",
            last is null ? AuditOutcome.Denied : AuditOutcome.Ok), http.RequestAborted);
        return last is null ? (thread, 0, Problems.NotFound()) : (thread, string.IsNullOrEmpty(cursor) ? last.Value : after, null);
    }

    async IAsyncEnumerable<ServerSentEvent> FramesAsync<TRequest, TMessage>(
        ThreadDoor<TRequest, TMessage> door, ThreadScope thread, long after, [EnumeratorCancellation] CancellationToken cancellationToken) where TMessage : class
    {
        await foreach (var happened in feed.FollowAsync(thread, after, cancellationToken))
            yield return new(happened.Seq?.ToString(CultureInfo.InvariantCulture), happened.Type, Bytes(door, happened));
    }

    async IAsyncEnumerable<byte[]> ObjectsAsync<TRequest, TMessage>(
        ThreadDoor<TRequest, TMessage> door, ThreadScope thread, long after, [EnumeratorCancellation] CancellationToken cancellationToken) where TMessage : class
    {
        await foreach (var happened in feed.FollowAsync(thread, after, cancellationToken)) yield return Bytes(door, happened);
    }

    static byte[] Bytes<TRequest, TMessage>(ThreadDoor<TRequest, TMessage> door, ThreadEvent happened) where TMessage : class =>
        JsonSerializer.SerializeToUtf8Bytes(LiveEvent<TMessage>.Of(happened, door.Show), door.EventJson);

    /// <summary>Each message is a piece of work of its own, like a request: nothing of it stays with the socket.</summary>
    async Task<byte[]?> ReceiveAsync<TRequest, TMessage>(
        ThreadDoor<TRequest, TMessage> door, ThreadScope thread, JsonElement message, Caller caller, CancellationToken cancellationToken) where TMessage : class
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
                return await scope.ServiceProvider.GetRequiredService<IThreads>().MarkReadAsync(thread, seq, door.Policy.RoleOf(caller), cancellationToken) is true
                    ? null
                    : JsonSocket.Error("validation_failed", $"seq is beyond the newest event of the {door.Policy.Kind}.");
            case "post":
                return await PostAsync(door, scope.ServiceProvider, thread.ThreadId, message, caller, cancellationToken);
            default:
                return JsonSocket.Error("unknown_type", "type must be typing, read or post.");
        }
    }

    static async Task<byte[]> PostAsync<TRequest, TMessage>(
        ThreadDoor<TRequest, TMessage> door, IServiceProvider services, Guid threadId, JsonElement message, Caller caller, CancellationToken cancellationToken)
        where TMessage : class
    {
        if (MisspeltMembers.Find(message, door.RequestJson) is { Count: > 0 } misspelt) return JsonSocket.Error("validation_failed", Words(misspelt), message);
        TRequest request;
        try
        {
            request = message.Deserialize(door.RequestJson)!;
        }
        catch (JsonException fault)
        {
            return JsonSocket.Error("validation_failed", $"{JsonPaths.OfPath(fault.Path)} has the wrong type or form.", message);
        }
        var checkedRequest = await services.GetRequiredService<IValidator<TRequest>>().ValidateAsync(request, cancellationToken);
        if (!checkedRequest.IsValid)
            return JsonSocket.Error("validation_failed", string.Join(' ', checkedRequest.Errors.Select(e => $"{e.PropertyName} {e.ErrorMessage}")), message);
        var (posted, problem) = await door.PostAsync(services.GetRequiredService<IMessages>(), threadId, request, caller, cancellationToken);
        if (posted is null) return JsonSocket.Error((string)problem!.ProblemDetails.Extensions["code"]!, Words(problem.ProblemDetails), message);
        JsonElement? token = message.TryGetProperty("client_token", out var given) ? given : null;
        return JsonSerializer.SerializeToUtf8Bytes(
            new { type = "accepted", client_token = token, message = JsonSerializer.SerializeToElement(posted, door.MessageJson) });
    }

    static string Words(ProblemDetails problem) =>
        problem.Extensions.TryGetValue("errors", out var errors) && errors is IDictionary<string, string[]> fields ? Words(fields) : problem.Detail!;

    static string Words(IDictionary<string, string[]> fields) => string.Join(' ', fields.SelectMany(field => field.Value.Select(text => $"{field.Key} {text}")));
}

using System.Text.Json;

namespace Consilium.Platform.Idempotency;

/// <summary>A stored answer that is about to be given again.</summary>
/// <param name="IsShown">Whether the repetition will show what the answer holds: it is the same request, and the thing has not been taken away since.</param>
internal sealed record Replay(HttpContext Http, StoredAnswer Answer, bool IsShown)
{
    readonly Lazy<JsonElement> body = new(() => Answer.Body.Length == 0 ? default : JsonElement.Parse(Answer.Body));

    /// <summary>What the answer shows; undefined when it shows nothing any more.</summary>
    public JsonElement Body => body.Value;

    /// <summary>An id in the address of the request; null when there is none.</summary>
    public Guid? InAddress(string name) => Http.GetRouteValue(name) is string id ? Guid.Parse(id) : null;

    /// <summary>An id that the answer shows; null when it shows none.</summary>
    public Guid? InBody(string name) =>
        Body.ValueKind == JsonValueKind.Object && Body.TryGetProperty(name, out var id) && id.ValueKind == JsonValueKind.String ? id.GetGuid() : null;
}

/// <summary>
/// What a POST route says about repetitions of a request. The right is judged anew before a stored answer is given again, and what it shows of a
/// patient counts as read. A route that says nothing gives no answer again.
/// </summary>
internal static class ReplayRules
{
    /// <param name="refusal">The answer that refuses; null when the caller may have the stored one. It writes down what is shown.</param>
    public static TBuilder JudgesReplays<TBuilder, TJudge>(this TBuilder route, Func<TJudge, Replay, Task<IResult?>> refusal)
        where TBuilder : IEndpointConventionBuilder where TJudge : notnull =>
        route.WithMetadata(new ReplayRule(replay => refusal(replay.Http.RequestServices.GetRequiredService<TJudge>(), replay)));

    /// <summary>All who may use the route may have the answer again: no more is judged the first time, and it shows nobody's data.</summary>
    public static TBuilder ReplaysToAllItsCallers<TBuilder>(this TBuilder route) where TBuilder : IEndpointConventionBuilder =>
        route.WithMetadata(new ReplayRule(_ => Task.FromResult<IResult?>(null)));
}

/// <inheritdoc cref="ReplayRules"/>
internal sealed record ReplayRule(Func<Replay, Task<IResult?>> RefusalAsync);

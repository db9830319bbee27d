using System.Text.Json.Nodes;
using Consilium.Platform.OpenApi;

namespace Consilium.Modules.Threads.Contracts;

/// <summary>What a door's WebSocket sends: an event, or the answer to a message of the client.</summary>
[WrittenAs(typeof(LiveEvent<>), typeof(AcceptedFrame<>), typeof(ErrorFrame))]
internal sealed record SentFrame<TMessage> where TMessage : class
{
    /// <summary>Which of them it is: <c>accepted</c>, <c>error</c>, or the type of an event.</summary>
    public string Type { get; init; } = "";
}

/// <summary>A message that the client sent was posted.</summary>
/// <param name="Type">Always <c>accepted</c>.</param>
/// <param name="ClientToken">The token of the message, as the client sent it; null when it sent none.</param>
/// <param name="Message">The message as it was posted.</param>
internal sealed record AcceptedFrame<TMessage>(string Type, string? ClientToken, TMessage Message) where TMessage : class;

/// <summary>A message of the client was not taken.</summary>
/// <param name="Type">Always <c>error</c>.</param>
/// <param name="ClientToken">The token of the message; null when it had none.</param>
/// <param name="Code">The kind of problem, for programs: stable.</param>
/// <param name="Message">What happened and what to do, for people.</param>
internal sealed record ErrorFrame(string Type, string? ClientToken, string Code, string Message);

internal static class SocketRoutes
{
    /// <summary>Says of a route that it is a door's WebSocket, what it sends and what it takes.</summary>
    /// <typeparam name="TRequest">The body of a posted message.</typeparam>
    /// <typeparam name="TMessage">A message, as the door shows it.</typeparam>
    public static RouteHandlerBuilder Speaks<TRequest, TMessage>(this RouteHandlerBuilder route) where TMessage : class =>
        route.Produces<SentFrame<TMessage>>(101, "application/json").WithMetadata(new TakenFrames(() => new JsonObject
        {
            ["oneOf"] = new JsonArray(
                Frame("typing", "Shows the others that somebody is typing.", []),
                Frame("read", "Marks everything up to a number as read.", new()
                {
                    ["seq"] = new JsonObject
                    {
                        ["type"] = "integer", ["format"] = "int64", ["minimum"] = 0, ["description"] = "The number up to which everything was read.",
                    },
                }),
                new JsonObject
                {
                    ["description"] = "Posts a message, with all that the body of a posted message takes.",
                    ["allOf"] = new JsonArray(
                        new JsonObject { ["$ref"] = $"#/components/schemas/{typeof(TRequest).Name}" },
                        Frame("post", "What makes it a posted message.", [])),
                }),
        }));

    static JsonObject Frame(string type, string description, JsonObject members)
    {
        var required = new JsonArray("type");
        foreach (var (name, _) in members) required.Add(name);
        members["type"] = new JsonObject { ["type"] = "string", ["enum"] = new JsonArray(type), ["description"] = "What kind of message it is." };
        return new() { ["type"] = "object", ["description"] = description, ["required"] = required, ["properties"] = members };
    }
}

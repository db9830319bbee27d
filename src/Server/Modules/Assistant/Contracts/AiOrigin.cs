namespace Consilium.Modules.Assistant.Contracts;

/// <summary>Who computed an answer of the assistant: what the doors show of <c>ThreadMessage.Ai</c>.</summary>
/// <param name="Citations">What the answer rests on: ids of messages, documents and records.</param>
internal sealed record AiOrigin(string Provider, string Model, IReadOnlyList<string> Citations);

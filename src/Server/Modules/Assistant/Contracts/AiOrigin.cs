using System.Text.Json.Serialization;

namespace Consilium.Modules.Assistant.Contracts;

/// <summary>Who computed an answer of the assistant: what the doors show of <c>ThreadMessage.Ai</c>.</summary>
/// <param name="Provider">Who answered: a configured provider, or the built-in rules.</param>
/// <param name="Model">The model that answered, as its provider calls it.</param>
/// <param name="Citations">What the answer rests on: ids of messages, documents and records.</param>
/// <param name="PromptVersion">The prompt file that instructed the model: <c>ticket/1</c>. Absent when nothing was asked.</param>
/// <param name="Stopped">Somebody stopped it: it is what had been shown by then. Absent when not.</param>
/// <param name="Cut">It ended at the model's limit. Absent when not.</param>
internal sealed record AiOrigin(
    string Provider, string Model, IReadOnlyList<string> Citations,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? PromptVersion = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] bool Stopped = false,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] bool Cut = false);

using Microsoft.Extensions.AI;

namespace Consilium.Modules.Assistant;

/// <summary>What a model is asked: the instructions, the thread so far, the question.</summary>
/// <param name="Version">Of the prompt file: <c>ticket/1</c>.</param>
/// <param name="History">What was said before the question, oldest first.</param>
/// <param name="Question">In the asker's own words, for the built-in rules.</param>
internal sealed record Prompt(string Version, string Instructions, IReadOnlyList<ChatMessage> History, string Question)
{
    /// <summary>The messages to send, cut by whole messages of the history, oldest first, to a model's window of so many tokens.</summary>
    public IReadOnlyList<ChatMessage> MessagesFor(int contextTokens)
    {
        _ = contextTokens;
        return [new(ChatRole.System, Instructions), .. History, new(ChatRole.User, Question)];
    }
}

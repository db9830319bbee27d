using Microsoft.Extensions.AI;

namespace Consilium.Modules.Assistant;

/// <summary>What a provider is sent, at first and when it has to go on with an answer that another one began.</summary>
internal static class Continuations
{
    const string GoOn =
        "Your answer above was interrupted before it was complete, and the reader has seen it. Go on exactly where it breaks off, in the middle of the word "
        + "if need be, so that both parts together are one text. Do not repeat any of it, do not begin anew, do not mention the interruption.";

    public static IReadOnlyList<ChatMessage> Messages(Prompt prompt, ProviderSettings settings, string shown)
    {
        var room = settings.ContextTokens - settings.MaxTokens;
        if (shown.Length == 0) return prompt.MessagesFor(room);
        var messages = prompt.MessagesFor(room - TokenEstimate.Of(shown) - TokenEstimate.Of(GoOn) - 2 * TokenEstimate.PerMessage);
        return settings.ContinuesPrefix
            ? [.. messages, new(ChatRole.Assistant, shown)]
            : [.. messages, new(ChatRole.Assistant, shown), new(ChatRole.User, GoOn)];
    }

    /// <summary>What a call may cost, the longest answer included: an estimate on the safe side.</summary>
    public static int TokensOf(Prompt prompt, ProviderSettings settings, string shown) => TokenEstimate.Of(Messages(prompt, settings, shown)) + settings.MaxTokens;

    public static ChatOptions Options(ProviderSettings settings, bool goesOn)
    {
        var options = new ChatOptions { MaxOutputTokens = settings.MaxTokens };
        if (goesOn && settings is { ContinuesPrefix: true, ContinueFinalMessage: true })
            options.AdditionalProperties = new() { ["continue_final_message"] = true, ["add_generation_prompt"] = false };
        return options;
    }
}

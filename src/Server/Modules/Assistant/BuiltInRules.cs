using System.Text.RegularExpressions;

namespace Consilium.Modules.Assistant;

/// <summary>Answers without any model, by whole words in any case; the first rule that matches.</summary>
internal sealed partial class BuiltInRules : IAnswerer
{
    public static AnswerSource Source { get; } = new("built-in", "rules");

    public IAsyncEnumerable<AnswerStep> AnswerAsync(AnswerRequest request, CancellationToken cancellationToken) => new AnswerStep[]
    {
        new CallStarted(Source), new AnswerText(AnswerTo(request.Prompt.Question)), new CallEnded(CallEnded.Completed, null, null, null),
    }.ToAsyncEnumerable();

    public static string AnswerTo(string question)
    {
        if (Greeting().IsMatch(question)) return "Hello! How can I assist you today?";
        if (Help().IsMatch(question)) return "I'm here to help! What do you need assistance with?";
        if (question.Contains('?', StringComparison.Ordinal)) return "That's an interesting question. Let me think about that...";
        if (Thanks().IsMatch(question)) return "You're welcome! Is there anything else I can help with?";
        return "I understand. Can you tell me more about that?";
    }

    const RegexOptions Words = RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking;

    [GeneratedRegex(@"\b(hello|hi|hey)\b", Words)]
    private static partial Regex Greeting();

    [GeneratedRegex(@"\bhelp\b", Words)]
    private static partial Regex Help();

    [GeneratedRegex(@"\b(thanks|thank\s+you)\b", Words)]
    private static partial Regex Thanks();
}

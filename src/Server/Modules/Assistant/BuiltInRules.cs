using System.Text.RegularExpressions;

namespace Consilium.Modules.Assistant;

/// <summary>Answers without any model, by whole words in any case; the first rule that matches. The last resort: it needs nothing and always ends an answer.</summary>
internal sealed partial class BuiltInRules : IAnswerer
{
    public static AnswerSource Source { get; } = new("built-in", "rules");

    public const string Unfinished = "\n\nI could not finish this answer. Please ask again, or wait for a member of staff.";

    public IAsyncEnumerable<AnswerStep> AnswerAsync(AnswerRequest request, CancellationToken cancellationToken)
    {
        var rest = RestOf(AnswerTo(request.Prompt.Question), request.Shown);
        AnswerStep[] text = rest.Length > 0 ? [new AnswerText(rest)] : [];
        return ((AnswerStep[])[new CallStarted(Source), new CallSent(), .. text, new CallEnded(CallEnded.Completed, null, null, null)]).ToAsyncEnumerable();
    }

    // What others began is not for rules to go on with: they say honestly that it ends here. Even that may have been shown already, in part or whole.
    static string RestOf(string answer, string shown)
    {
        if (answer.StartsWith(shown, StringComparison.Ordinal)) return answer[shown.Length..];
        var said = Unfinished.Length;
        while (!shown.EndsWith(Unfinished[..said], StringComparison.Ordinal)) said--;
        return Unfinished[said..];
    }

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

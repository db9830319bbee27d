using Microsoft.Extensions.AI;

namespace Consilium.Modules.Assistant;

/// <summary>What a model is asked: the instructions, what the thread is about, the thread so far, the question.</summary>
/// <param name="Version">Of the prompt file: <c>ticket/1</c>.</param>
/// <param name="History">What was said before the question, oldest first: people's messages in their blocks, the assistant's answers as they were.</param>
/// <param name="Question">In the asker's own words, for the built-in rules.</param>
internal sealed record Prompt(string Version, string Instructions, IReadOnlyList<ChatMessage> History, string Question)
{
    /// <summary>The tokens that subject and question have at least.</summary>
    public const int LeastRoom = 256;

    /// <summary>What the thread is about, but for what the question says already.</summary>
    public IReadOnlyList<PromptBlock> Subject { get; init; } = [];

    /// <summary>The question as models get it.</summary>
    public PromptBlock Asked { get; init; } = PromptBlock.Question(null, "user", Question);

    /// <summary>Whether the thread had more messages than <see cref="History"/> begins with.</summary>
    public bool HasEarlier { get; init; }

    /// <summary>
    /// The messages to send, in at most so many tokens: a model's window without what its answer may take. Instructions, subject and question are always
    /// there; of the history as many of the newest messages as fit, each whole. A question or a description too long keeps its beginning and its end.
    /// People's and the assistant's messages take turns, as some models insist, and people's are the last.
    /// </summary>
    /// <remarks>Where the instructions leave less than <see cref="LeastRoom"/> it is more tokens, and the model will refuse it.</remarks>
    public IReadOnlyList<ChatMessage> MessagesFor(int tokens)
    {
        var room = Math.Max(LeastRoom, tokens - Cost(Instructions) - Cost(PromptBlock.Omitted));
        var question = Cost(Asked.Render());
        var subject = RenderSubject(Math.Max(room / 2, room - question));
        room -= subject.Sum(Cost);
        var asked = Asked.RenderWithin(room - TokenEstimate.PerMessage);
        room -= Cost(asked);

        var from = History.Count;
        while (from > 0 && Cost(History[from - 1].Text) is var cost && cost <= room)
        {
            room -= cost;
            from--;
        }

        var turns = new List<ChatMessage> { new(ChatRole.System, Instructions) };
        foreach (var block in subject) Say(turns, ChatRole.User, block);
        if (from > 0 || HasEarlier) Say(turns, ChatRole.User, PromptBlock.Omitted);
        foreach (var message in History.Skip(from)) Say(turns, message.Role, message.Text);
        Say(turns, ChatRole.User, asked);
        return turns;
    }

    /// <summary>Blocks in at most so many tokens; the last, the description, gets what the others leave.</summary>
    List<string> RenderSubject(int tokens)
    {
        var rendered = new List<string>();
        for (var i = 0; i < Subject.Count; i++)
        {
            rendered.Add(Subject[i].RenderWithin((tokens / (i == Subject.Count - 1 ? 1 : 2)) - TokenEstimate.PerMessage));
            tokens -= Cost(rendered[i]);
        }
        return rendered;
    }

    static void Say(List<ChatMessage> turns, ChatRole role, string text)
    {
        if (turns[^1].Role == role) turns[^1] = new(role, $"{turns[^1].Text}\n\n{text}");
        else turns.Add(new(role, text));
    }

    static int Cost(string text) => TokenEstimate.Of(text) + TokenEstimate.PerMessage;
}

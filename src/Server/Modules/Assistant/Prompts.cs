using Consilium.Modules.Assistant.Contracts;
using Consilium.Modules.Threads.Contracts;
using Consilium.Platform.Database;
using Consilium.Platform.Text;
using Microsoft.Extensions.AI;

namespace Consilium.Modules.Assistant;

/// <summary>
/// Makes the prompt of a run from the prompt file of its kind of thread, what the door says of the thread, and the thread's own messages up to the
/// question, as they are now. Nothing of another thread is read.
/// </summary>
internal sealed class Prompts(IEnumerable<IThreadSubjects> subjects, PromptFiles files, RequestTransaction transaction, TimeProvider clock)
{
    // More than any window takes.
    const int MostMessages = 500;
    const int MostCharacters = 1_000_000;

    /// <summary>Null when the question is not there any more. When the question has the thread's own id, the description is the question.</summary>
    public async Task<Prompt?> BuildAsync(Run run, CancellationToken cancellationToken)
    {
        var (version, instructions) = files.InstructionsFor(run.ThreadKind, clock.GetUtcNow());
        var subject = await SubjectAsync(run, cancellationToken);
        if (run.IsAboutThread)
        {
            if (subject is null) return null;
            var clean = await CleanAsync([subject.Title ?? "", subject.Description], cancellationToken);
            return new(version, instructions, [], subject.Description)
            {
                Subject = Blocks(clean[0], ""),
                Asked = PromptBlock.Question(null, "user", clean[1]),
            };
        }

        var (said, hasEarlier) = await MessagesAsync(run, cancellationToken);
        if (said.Count == 0 || run.Question is not { } question) return null;
        var texts = await CleanAsync([subject?.Title ?? "", subject?.Description ?? "", question, .. said.Skip(1).Select(m => m.Text)], cancellationToken);
        return new(version, instructions, [.. said.Zip(texts.Skip(2), Turn).Skip(1).Reverse()], question)
        {
            Subject = Blocks(texts[0], texts[1]),
            Asked = PromptBlock.Question(said[0].Number, said[0].From, texts[2]),
            HasEarlier = hasEarlier,
        };
    }

    async Task<ThreadSubject?> SubjectAsync(Run run, CancellationToken cancellationToken) =>
        subjects.SingleOrDefault(s => s.Kind == run.ThreadKind) is { } door ? await door.FindAsync(run.ThreadId, cancellationToken) : null;

    /// <summary>The question, then what was said before it, newest first. Empty when the question is retracted.</summary>
    async Task<(List<Said> Messages, bool HasEarlier)> MessagesAsync(Run run, CancellationToken cancellationToken)
    {
        await using var batch = await transaction.BatchAsync(cancellationToken);
        batch.Add($"""
            SELECT m.seq, m.sender_role, m.content
            FROM {ThreadViews.Messages} q JOIN {ThreadViews.Messages} m ON m.thread_id = q.thread_id AND m.seq <= q.seq
            WHERE q.thread_id = $1 AND q.id = $2 AND q.retracted_at IS NULL AND m.retracted_at IS NULL
            ORDER BY m.seq DESC LIMIT $3
            """).With(run.ThreadId).With(run.QuestionId).With(MostMessages + 2);
        var said = new List<Said>();
        var characters = 0;
        await using var rows = await batch.ExecuteReaderAsync(cancellationToken);
        while (await rows.ReadAsync(cancellationToken))
        {
            if (said.Count > MostMessages || characters > MostCharacters) return (said, true);
            said.Add(new(rows.GetInt64(0), rows.GetString(1), rows.GetString(2)));
            characters += said[^1].Text.Length;
        }
        return (said, false);
    }

    /// <summary>Without invisible characters, and in Unicode's normal form C. The stored texts stay as they are.</summary>
    async Task<string[]> CleanAsync(IEnumerable<string> texts, CancellationToken cancellationToken)
    {
        string[] visible = [.. texts.Select(InvisibleCharacters.RemoveAll)];
        if (!visible.Any(MayNeedComposing)) return visible;
        // .NET does not normalise without ICU, which this product does not need otherwise.
        await using var batch = await transaction.BatchAsync(cancellationToken);
        batch.Add("SELECT array_agg(normalize(t, NFC) ORDER BY n) FROM unnest($1) WITH ORDINALITY AS u(t, n)").With(visible);
        return (string[])(await batch.ExecuteScalarAsync(cancellationToken))!;
    }

    static bool MayNeedComposing(string text) => text.AsSpan().ContainsAnyInRange('\u0300', '\uFFFF');

    static ChatMessage Turn(Said said, string text) => said.From == "assistant"
        ? new(ChatRole.Assistant, PromptBlock.Defuse(text))
        : new(ChatRole.User, PromptBlock.Message(said.Number, said.From, text).Render());

    static IReadOnlyList<PromptBlock> Blocks(string title, string description) =>
        [.. ((PromptBlock[])[PromptBlock.Title(title), PromptBlock.Description(description)]).Where(block => block.Text.Length > 0)];

    sealed record Said(long Number, string From, string Text);
}

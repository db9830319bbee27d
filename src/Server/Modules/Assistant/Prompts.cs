using Consilium.Modules.Assistant.Contracts;

namespace Consilium.Modules.Assistant;

/// <summary>Makes the prompt of a run from the prompt file of its kind of thread, what the door says of the thread, and the messages before the question.</summary>
internal sealed class Prompts(IEnumerable<IThreadSubjects> subjects)
{
    /// <summary>Null when the question is not there any more.</summary>
    public async Task<Prompt?> BuildAsync(Run run, CancellationToken cancellationToken)
    {
        var subject = subjects.SingleOrDefault(s => s.Kind == run.ThreadKind) is { } of ? await of.FindAsync(run.ThreadId, cancellationToken) : null;
        return run.Question is { } question ? new("none/0", subject?.Description ?? "", [], question) : null;
    }
}

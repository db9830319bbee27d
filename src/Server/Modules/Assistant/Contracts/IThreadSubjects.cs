namespace Consilium.Modules.Assistant.Contracts;

/// <summary>What a door tells the assistant about its threads. Each door whose threads the assistant answers in registers one.</summary>
internal interface IThreadSubjects
{
    /// <summary>The kind of thread: <c>case</c>, <c>ticket</c>.</summary>
    string Kind { get; }

    /// <summary>What the thread is about; null when it is gone.</summary>
    Task<ThreadSubject?> FindAsync(Guid threadId, CancellationToken cancellationToken);
}

internal sealed record ThreadSubject(string? Title, string Description);

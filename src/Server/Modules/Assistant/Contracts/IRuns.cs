using Consilium.Modules.Accounts.Contracts;

namespace Consilium.Modules.Assistant.Contracts;

/// <summary>
/// The answers of the assistant, for doors that show them as they are written. A door has judged before that the caller may read the thread.
/// </summary>
internal interface IRuns
{
    /// <summary>Joins the run that answers the question, or queues one. In the request's transaction when there is one, else committed when it returns.</summary>
    Task<RunState> AskAsync(Question question, CancellationToken cancellationToken);

    /// <summary>A run of the thread; null when there is none of this id.</summary>
    Task<RunState?> FindAsync(Guid threadId, Guid runId, CancellationToken cancellationToken);

    /// <summary>The newest run of a question that has not failed; null when there is none.</summary>
    Task<RunState?> FindByQuestionAsync(Guid threadId, Guid questionId, CancellationToken cancellationToken);

    /// <summary>
    /// The answer after <paramref name="offset"/> (UTF-16 units, from 0), as it is written or, once it is finished, from its message; whichever process
    /// writes it. The last update says how it ended. The text is in the database before it is here, and never changes.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The offset is beyond what was ever shown, or inside a character.</exception>
    IAsyncEnumerable<AnswerUpdate> FollowAsync(Guid runId, int offset, CancellationToken cancellationToken);

    /// <summary>Whether readers can have been given the answer up to <paramref name="offset"/>, by whole characters: what a stream can go on from.</summary>
    Task<bool> WasShownAsync(Guid runId, int offset, CancellationToken cancellationToken);

    /// <summary>Stops the unfinished runs of the thread. What was shown is kept, as a message that says so. True when there was one.</summary>
    Task<bool> StopAsync(Guid threadId, string threadKind, Caller caller, CancellationToken cancellationToken);
}

/// <summary>What is to be answered.</summary>
/// <param name="MessageId">The message; the thread's own id when its description is the question.</param>
/// <param name="Seq">The message's number, or 0.</param>
/// <param name="AskedAfter">The thread's last number now: what a person says later makes the answer late, and it is not posted.</param>
internal sealed record Question(Guid ThreadId, string ThreadKind, Guid MessageId, long Seq, long AskedAfter);

/// <param name="Status">queued, running, completed, stopped, failed</param>
/// <param name="Reason">Why it was stopped or failed: see <c>RunReasons</c>.</param>
/// <param name="AnswerId">The message; also of a stopped run that had shown something.</param>
internal sealed record RunState(Guid Id, Guid ThreadId, Guid QuestionId, string Status, string? Reason, Guid? AnswerId);

/// <summary>More text, or the end.</summary>
/// <param name="Offset">UTF-16 units of the answer up to and including <paramref name="Text"/>.</param>
/// <param name="Text">Never begins or ends inside a character; empty with the end alone.</param>
/// <param name="End">The run's last state: with the last update, and no other.</param>
internal readonly record struct AnswerUpdate(int Offset, string Text, RunState? End);

namespace Consilium.Modules.Assistant;

/// <summary>A run as the worker that claimed it knows it.</summary>
/// <param name="Fence">The number of this claim: whoever holds a smaller one may change nothing any more.</param>
/// <param name="Attempts">How often it was claimed, this time included.</param>
/// <param name="Question">The text at the time of the claim; null when it was retracted.</param>
internal sealed record Run(Guid Id, Guid ThreadId, string ThreadKind, Guid QuestionId, long Fence, int Attempts, string? Question);

/// <summary>How a run ended.</summary>
/// <param name="Reason">Why it has no answer.</param>
internal sealed record RunEnd(string Status, string? Reason, Guid? AnswerId, AnswerSource? Source)
{
    public static RunEnd Completed(Guid answerId, AnswerSource source) => new("completed", null, answerId, source);

    /// <summary>Rightly without an answer.</summary>
    public static RunEnd Stopped(string reason) => new("stopped", reason, null, null);

    public static RunEnd Failed(string reason) => new("failed", reason, null, null);
}

/// <summary>Why runs end without an answer. They are in stored rows and events.</summary>
internal static class RunReasons
{
    public const string TurnTaken = "turn_taken";
    public const string ThreadClosed = "thread_closed";
    public const string ThreadGone = "thread_gone";
    public const string QuestionRetracted = "question_retracted";

    /// <summary>The last attempt failed.</summary>
    public const string AnswerFailed = "answer_failed";

    /// <summary>Each attempt ended with its worker.</summary>
    public const string WorkersLost = "workers_lost";
}

/// <summary>Where tests kill a server that answers.</summary>
internal static class RunCrashPoints
{
    public const string Queued = "run.queued";
    public const string Claimed = "run.claimed";
    public const string FirstText = "run.first_text";
    public const string Written = "run.written";
    public const string BeforeCommit = "run.before_commit";
    public const string AfterCommit = "run.after_commit";
}

namespace Consilium.Modules.Assistant;

/// <summary>A run as the worker that claimed it knows it.</summary>
/// <param name="OwnerId">Whose thread it is; empty when the thread is gone.</param>
/// <param name="QuestionSeq">The question's number in the thread; 0 when the thread's description is the question.</param>
/// <param name="Fence">The number of this claim: whoever holds a smaller one may change nothing any more.</param>
/// <param name="Attempts">How often it was claimed, this time included.</param>
/// <param name="AskedAfter">Of a run that was asked for by itself: the thread's last number then.</param>
/// <param name="Question">The message's text at the time of the claim; null when it is not there any more, or no message.</param>
internal sealed record Run(
    Guid Id, Guid ThreadId, string ThreadKind, Guid OwnerId, Guid QuestionId, long QuestionSeq, long Fence, int Attempts, long? AskedAfter, string? Question)
{
    /// <summary>What readers have seen already, from claims that were lost.</summary>
    public string Shown { get; init; } = "";

    /// <summary>Whether an earlier claim wrote the whole answer, and was lost before it could post it.</summary>
    public bool IsWritten { get; init; }

    /// <summary>Whether the thread's description is the question.</summary>
    public bool IsAboutThread => QuestionId == ThreadId;

    /// <summary>The topic of the signals that its text or its state has changed.</summary>
    public string Topic => RunTopics.Of(Id);
}

/// <summary>What the processes call a run when they tell each other that it changed.</summary>
internal static class RunTopics
{
    /// <summary>The note that comes with the end by somebody else's hand. New text comes with its end offset, another change without a note.</summary>
    public const string Stopped = "stopped";

    public static string Of(Guid runId) => $"r:{runId:N}";
}

/// <summary>How a run ended.</summary>
/// <param name="Reason">Why it has no answer, or only a part of one.</param>
internal sealed record RunEnd(string Status, string? Reason, Guid? AnswerId)
{
    public static RunEnd Completed(Guid answerId) => new("completed", null, answerId);

    /// <summary>Rightly without an answer, or with what was shown of it.</summary>
    public static RunEnd Stopped(string reason, Guid? answerId = null) => new("stopped", reason, answerId);

    public static RunEnd Failed(string reason) => new("failed", reason, null);
}

/// <summary>Why runs end without an answer, or with a part of one. They are in stored rows and events.</summary>
internal static class RunReasons
{
    public const string TurnTaken = "turn_taken";
    public const string ThreadClosed = "thread_closed";
    public const string ThreadGone = "thread_gone";
    public const string QuestionRetracted = "question_retracted";

    /// <summary>Somebody who may said so. What was shown is kept.</summary>
    public const string StoppedByCaller = "stopped_by_caller";

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
    public const string RequestSent = "run.request_sent";
    public const string FirstText = "run.first_text";
    public const string MidStream = "run.mid_stream";
    public const string Written = "run.written";
    public const string BeforeCommit = "run.before_commit";
    public const string AfterCommit = "run.after_commit";
    public const string Stopping = "run.stopping";
}

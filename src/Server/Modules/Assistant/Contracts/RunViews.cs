namespace Consilium.Modules.Assistant.Contracts;

/// <summary>What other modules may join in their own statements.</summary>
internal static class RunViews
{
    /// <summary>
    /// (id, thread_id, question_id, status, reason, created_at, started_at, finished_at, answer_id, attempts, provider, model, prompt_version); status:
    /// queued, running, completed, stopped, failed
    /// </summary>
    public const string Runs = "assistant.access_runs";
}

using System.Text.Json;

namespace Consilium.Platform.Jobs;

/// <summary>
/// Does the queued jobs of one kind. May be called again with the same id after a crash: its effects must be idempotent. What comes back by the clock is an
/// <see cref="IScheduledJob"/>.
/// </summary>
internal interface IJobHandler
{
    /// <summary>Dotted and stable: it is in stored rows.</summary>
    string Kind { get; }

    JobLane Lane => JobLane.Quick;

    Task RunAsync(Guid id, JsonElement payload, CancellationToken cancellationToken);

    /// <summary>
    /// The job has used up its attempts: the place to say so where somebody waits for it. True when nothing is left to do; false leaves the job as a
    /// dead letter, for an administrator to see and retry. May be called again after a crash.
    /// </summary>
    /// <param name="last">What the last attempt failed of; null when its process died.</param>
    Task<bool> AbandonAsync(Guid id, JsonElement payload, Exception? last, CancellationToken cancellationToken) => Task.FromResult(false);
}

namespace Consilium.Platform.Jobs;

/// <summary>Wakes the workers of this process when a job has been committed. The other processes look by themselves, once a second.</summary>
internal sealed class JobBell
{
    volatile TaskCompletionSource next = New();

    /// <summary>Ends with the next ring. Take it before looking for jobs: a job that comes while one looks rings then already.</summary>
    public Task Next => next.Task;

    public void Ring() => Interlocked.Exchange(ref next, New()).SetResult();

    static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}

namespace Consilium.Platform.Jobs;

/// <summary>
/// Work that comes back by itself, as one row of the jobs for all servers together. Registered by <c>AddScheduledJob</c>, which is all that it needs.
/// May be stopped anywhere and begun again: what it has not got done, the next run does.
/// </summary>
internal interface IScheduledJob
{
    /// <summary>Dotted and stable: it is in stored rows and addresses.</summary>
    string Kind { get; }

    /// <summary>One sentence for administrators: what it does.</summary>
    string Description { get; }

    /// <summary>How long after the end of a run the next one begins. What failed is tried again sooner, for as long as it takes.</summary>
    TimeSpan Every { get; }

    JobLane Lane => JobLane.Quick;

    /// <returns>What it did, in a few words with numbers, for administrators: <c>12 keys removed</c>. Never content.</returns>
    Task<string> RunAsync(CancellationToken cancellationToken);
}

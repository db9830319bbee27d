namespace Consilium.Platform.Jobs;

/// <summary>
/// What a kind of job takes its time with. Each lane has workers of its own, so that jobs which wait for a slow machine out there, or keep a
/// processor busy, never hold up those that would be done in milliseconds.
/// </summary>
internal enum JobLane
{
    /// <summary>Work in the database.</summary>
    Quick,

    /// <summary>Keeps a processor busy.</summary>
    Heavy,

    /// <summary>Waits for other people's machines.</summary>
    Remote,
}

namespace Consilium.Platform.Database;

/// <summary>What a module does once the database is migrated and before the first request: seeding, loading keys. In order of registration.</summary>
internal interface IStartupTask
{
    /// <summary>
    /// Idempotent: it runs again when a lock was not given in time. Servers that start take turns, so a task meets others only once they run, or
    /// when they are of an older version. An exception stops the start and is shown to the operator.
    /// </summary>
    Task RunAsync(CancellationToken cancellationToken);
}

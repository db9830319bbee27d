namespace Consilium.Platform.Database;

/// <summary>What a module does once the database is migrated and before the first request: seeding, loading keys. In order of registration.</summary>
internal interface IStartupTask
{
    /// <summary>Idempotent, and safe when several servers start at once. An exception stops the start and is shown to the operator.</summary>
    Task RunAsync(CancellationToken cancellationToken);
}

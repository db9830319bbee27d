namespace Consilium.Tests.Support;

/// <summary>The base of tests that need no server but a migrated database, each test one of its own.</summary>
public abstract class DatabaseTest : IAsyncLifetime
{
    TestDatabase? database;

    private protected TestDatabase Database => database!;

    public virtual async Task InitializeAsync() => database = await TestPostgres.CloneAsync();

    public virtual async Task DisposeAsync() => await Database.DisposeAsync();
}

using Consilium.Platform.Database;
using Microsoft.Extensions.Logging.Abstractions;

namespace Consilium.Tests.Platform.Database;

public sealed class MigratorTests : IAsyncLifetime
{
    TestDatabase database = null!;

    public async Task InitializeAsync() => database = await TestPostgres.EmptyAsync();

    public async Task DisposeAsync() => await database.DisposeAsync();

    [Fact]
    public async Task An_empty_database_gets_every_migration_once()
    {
        var applied = await Migrator().MigrateAsync(default);

        applied.ShouldBe(Embedded().Count);
        (await database.ColumnAsync<string>("SELECT name FROM platform.migrations ORDER BY name COLLATE \"C\"")).ShouldBe(Embedded());
        (await Migrator().MigrateAsync(default)).ShouldBe(0);
    }

    [Fact]
    public async Task Servers_that_start_at_once_take_turns()
    {
        var counts = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Migrator().MigrateAsync(default)));

        counts.Order().ShouldBe([0, 0, 0, Embedded().Count]);
    }

    [Fact]
    public async Task A_migration_that_changed_after_it_was_applied_is_refused()
    {
        await Migrator().MigrateAsync(default);
        await database.ExecuteAsync("UPDATE platform.migrations SET checksum = 'another' WHERE name = $1", Embedded()[0]);

        var refusal = await Should.ThrowAsync<InvalidOperationException>(Migrator().MigrateAsync(default));

        refusal.Message.ShouldContain(Embedded()[0]);
        refusal.Message.ShouldContain("changed");
    }

    [Fact]
    public async Task A_migration_of_a_newer_version_is_refused()
    {
        await Migrator().MigrateAsync(default);
        await database.ExecuteAsync("INSERT INTO platform.migrations (name, checksum) VALUES ('9999_of_tomorrow', 'x')");

        var refusal = await Should.ThrowAsync<InvalidOperationException>(Migrator().MigrateAsync(default));

        refusal.Message.ShouldContain("9999_of_tomorrow");
        refusal.Message.ShouldContain("newer");
    }

    [Fact]
    public async Task A_migration_that_was_slipped_in_before_an_applied_one_is_refused()
    {
        await Migrator().MigrateAsync(default);
        await database.ExecuteAsync("DELETE FROM platform.migrations WHERE name = $1", Embedded()[0]);

        var refusal = await Should.ThrowAsync<InvalidOperationException>(Migrator().MigrateAsync(default));

        refusal.Message.ShouldContain(Embedded()[0]);
    }

    [Fact]
    public async Task After_a_refusal_the_next_server_does_not_wait_for_the_lock()
    {
        await Migrator().MigrateAsync(default);
        await database.ExecuteAsync("INSERT INTO platform.migrations (name, checksum) VALUES ('9999_of_tomorrow', 'x')");
        await Should.ThrowAsync<InvalidOperationException>(Migrator().MigrateAsync(default));
        await database.ExecuteAsync("DELETE FROM platform.migrations WHERE name = '9999_of_tomorrow'");

        (await Migrator().MigrateAsync(default).WaitAsync(TimeSpan.FromSeconds(10))).ShouldBe(0);
    }

    [Fact]
    public void The_numbers_of_the_migrations_are_1_to_n_without_gap_or_repetition() =>
        Embedded().Select(name => int.Parse(name[..4], System.Globalization.CultureInfo.InvariantCulture)).ShouldBe(Enumerable.Range(1, Embedded().Count));

    Migrator Migrator() => new(database.Source, NullLogger<Migrator>.Instance);

    static List<string> Embedded() => [.. typeof(Migrator).Assembly.GetManifestResourceNames()
        .Where(name => name.EndsWith(".sql", StringComparison.Ordinal))
        .Select(name => Path.GetFileNameWithoutExtension(name)!)
        .Order(StringComparer.Ordinal)];
}

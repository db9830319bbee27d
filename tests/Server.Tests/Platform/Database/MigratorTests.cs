using System.Security.Cryptography;
using System.Text;
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

    [Fact]
    public async Task What_was_stored_before_the_folding_of_texts_changed_is_folded_anew()
    {
        await ApplyUpToAsync("0019");
        await database.ExecuteAsync("""
            INSERT INTO accounts.users (id, email, role, name, created_at, updated_at) VALUES (gen_random_uuid(), 'x@example.com', 'user', 'Straße', now(), now());
            INSERT INTO threads.messages (thread_id, seq, id, sender_id, sender_role, sender_name, content, created_at)
            VALUES (gen_random_uuid(), 1, gen_random_uuid(), gen_random_uuid(), 'user', 'x', 'Straße', now());
            INSERT INTO cases.cases (id, issue_description, created_at) VALUES (gen_random_uuid(), 'Straße', now());
            INSERT INTO tickets.tickets (id, title, description, created_at) VALUES (gen_random_uuid(), 'x', 'Straße', now());
            INSERT INTO care.hospitals (id, name, city, specialities, created_at, updated_at) VALUES (gen_random_uuid(), 'x', 'x', '{Straße}', now(), now());
            INSERT INTO care.doctors (id, name, created_at, updated_at) VALUES (gen_random_uuid(), 'Straße', now(), now());
            INSERT INTO care.patients (id, user_id, name, contact, created_at, updated_at) VALUES (gen_random_uuid(), gen_random_uuid(), 'x', 'Straße', now(), now());
            INSERT INTO records.case_histories VALUES ('00000000-0000-7000-8000-000000000001', gen_random_uuid(), 1, now(), now());
            INSERT INTO records.case_history_versions (patient_id, version, summary, written_by, written_at)
            VALUES ('00000000-0000-7000-8000-000000000001', 1, 'Straße', gen_random_uuid(), now());
            INSERT INTO records.reports (id, patient_id, title, description, report_type, created_by, created_at, updated_at)
            VALUES (gen_random_uuid(), gen_random_uuid(), 'x', 'Straße', 'other', gen_random_uuid(), now(), now());
            INSERT INTO files.blobs (sha256, size, media_type, scan, decoding, created_at) VALUES (repeat('0', 64), 1, 'text/plain', 'clean', 'done', now());
            INSERT INTO files.pages (sha256, page, content) VALUES (repeat('0', 64), 1, 'Straße');
            """);

        await Migrator().MigrateAsync(default);

        var tables = await database.ColumnAsync<string>(
            "SELECT attrelid::regclass::text FROM pg_attribute a JOIN pg_class c ON c.oid = attrelid WHERE attgenerated = 's' AND attname = 'search_text' AND relkind = 'r'");
        tables.Count.ShouldBeGreaterThan(9);
        foreach (var table in tables)
            (await database.ColumnAsync<string>($"SELECT search_text FROM {table}")).ShouldHaveSingleItem(table).ShouldContain("strasse", Case.Sensitive, table);
    }

    /// <summary>An older version's database.</summary>
    async Task ApplyUpToAsync(string name)
    {
        await database.ExecuteAsync("CREATE SCHEMA platform; CREATE TABLE platform.migrations (name text PRIMARY KEY, checksum text NOT NULL, applied_at timestamptz NOT NULL DEFAULT now())");
        foreach (var migration in Embedded().Where(one => string.CompareOrdinal(one, name) < 0))
        {
            using var reader = new StreamReader(typeof(Migrator).Assembly.GetManifestResourceStream($"Migrations/{migration}.sql")!);
            var sql = await reader.ReadToEndAsync();
            await database.ExecuteAsync(sql);
            await database.ExecuteAsync("INSERT INTO platform.migrations (name, checksum) VALUES ($1, $2)", migration, Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(sql))));
        }
    }

    Migrator Migrator() =>
        new(database.Source, new(database.Source, TimeProvider.System, NullLogger<StartLocks>.Instance), NullLogger<Migrator>.Instance);

    static List<string> Embedded() => [.. typeof(Migrator).Assembly.GetManifestResourceNames()
        .Where(name => name.EndsWith(".sql", StringComparison.Ordinal))
        .Select(name => Path.GetFileNameWithoutExtension(name)!)
        .Order(StringComparer.Ordinal)];
}

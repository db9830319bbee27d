using Consilium.Platform.Hosting;
using Consilium.Postgres;
using Consilium.Tests.Modules.Accounts;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Consilium.Tests.Platform.Database;

/// <summary>
/// An acknowledged message stays, whatever somebody has set in PostgreSQL: the server says itself how a commit is made, and refuses what it cannot
/// change.
/// </summary>
public sealed class UnsafePostgresTests : DatabaseTest
{
    const string Allowed = "Database:MayLoseData";

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task No_setting_of_the_database_or_the_role_weakens_a_commit(bool embedded)
    {
        await using var server = await ProbeServer.StartAsync(Database, settings: embedded ? [("ConnectionStrings:Database", "")] : []);
        var pool = server.Services.GetRequiredService<NpgsqlDataSource>();
        var names = await AskAsync(pool, "SELECT quote_ident(current_database()) || ' ' || quote_ident(current_user)");
        var (database, role) = (names.Split(' ')[0], names.Split(' ')[1]);
        foreach (var place in (string[])[$"DATABASE {database}", $"ROLE {role} IN DATABASE {database}"])
        {
            await AskAsync(pool, $"ALTER {place} SET synchronous_commit = off");
            pool.Clear();

            (await AskAsync(pool, "SHOW synchronous_commit")).ShouldBe("on", place);
        }
    }

    [Theory]
    [InlineData("fsync", "Production")]
    [InlineData("fsync", "Development")]
    [InlineData("full_page_writes", "Staging")]
    public async Task A_PostgreSQL_that_does_not_keep_what_it_confirms_is_refused(string setting, string environment)
    {
        await using var postgres = await StartUnsafeAsync(setting);
        await using var database = new TestDatabase(postgres.ConnectionString, () => Task.CompletedTask);

        var refusal = await Should.ThrowAsync<StartException>(() => ProbeServer.StartAsync(database, environment));

        refusal.Message.ShouldContain($"{setting} off");
        refusal.Message.ShouldContain($"ALTER SYSTEM SET {setting} = on");
        (await database.ScalarAsync<bool>("SELECT to_regnamespace('platform') IS NULL")).ShouldBeTrue();
    }

    [Fact]
    public async Task Outside_Production_a_setting_allows_it()
    {
        await using var postgres = await StartUnsafeAsync("fsync", "full_page_writes");
        await using var database = new TestDatabase(postgres.ConnectionString, () => Task.CompletedTask);

        (await Should.ThrowAsync<StartException>(() => ProbeServer.StartAsync(database, "Production", settings: (Allowed, "true"))))
            .Message.ShouldContain($"{Allowed} is for tests only");
        (await Should.ThrowAsync<StartException>(() => ProbeServer.StartAsync(database, settings: (Allowed, "perhaps"))))
            .Message.ShouldContain($"{Allowed} must be true or false");
        await using var server = await ProbeServer.StartAsync(database, "Staging", settings: (Allowed, "true"));
    }

    static Task<EmbeddedPostgres> StartUnsafeAsync(params string[] off) => EmbeddedPostgres.StartAsync(new()
    {
        DataDirectory = TempDirectory.NewInMemory(), Settings = off.ToDictionary(setting => setting, _ => "off", StringComparer.Ordinal),
    });

    static async Task<string> AskAsync(NpgsqlDataSource pool, string sql)
    {
        await using var command = pool.CreateCommand(sql);
        return await command.ExecuteScalarAsync() as string ?? "";
    }
}

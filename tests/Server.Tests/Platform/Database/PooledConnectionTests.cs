using Consilium.Platform.Database;
using Microsoft.Extensions.Configuration;
using Npgsql;

namespace Consilium.Tests.Platform.Database;

/// <summary>Connections go back to the pool without a reset: what one request leaves must not reach the next.</summary>
public sealed class PooledConnectionTests : DatabaseTest
{
    [Fact]
    public async Task An_open_or_failed_transaction_ends_with_the_lease_of_its_connection()
    {
        await using var pool = OneConnection();
        foreach (var last in (string[])["INSERT INTO platform.migrations (name, checksum) VALUES ('left open', '')", "SELECT 1 / 0"])
        {
            await using (var connection = await pool.OpenConnectionAsync())
            {
                await connection.BeginTransactionAsync();
                await using var command = new NpgsqlCommand(last, connection);
                try
                {
                    await command.ExecuteNonQueryAsync();
                }
                catch (PostgresException refused)
                {
                    refused.SqlState.ShouldBe(PostgresErrorCodes.DivisionByZero);
                }
            }
            await using var next = pool.CreateCommand("SELECT pg_backend_pid()::bigint + 0 * count(*) FROM platform.migrations WHERE name = 'left open' HAVING count(*) = 0");
            (await next.ExecuteScalarAsync()).ShouldBeOfType<long>();
        }
    }

    [Fact]
    public async Task Every_connection_has_the_limits_on_time()
    {
        await using var pool = OneConnection();
        foreach (var (setting, value) in ((string, string)[])
            [("statement_timeout", "10s"), ("lock_timeout", "5s"), ("idle_in_transaction_session_timeout", "15s"), ("TimeZone", "UTC")])
        {
            await using var command = pool.CreateCommand($"SHOW {setting}");
            (await command.ExecuteScalarAsync()).ShouldBe(value);
        }
    }

    [Theory]
    [InlineData(0), InlineData(1), InlineData(2), InlineData(3)]
    public async Task A_statement_that_refused_one_value_takes_the_next(int goodOnesBefore)
    {
        await using var pool = OneConnection();
        for (var i = 0; i < goodOnesBefore; i++) (await EchoAsync(pool, "good")).ShouldBe("good");
        var refused = await Should.ThrowAsync<PostgresException>(EchoAsync(pool, "NUL \0"));
        refused.SqlState.ShouldBe(PostgresErrorCodes.CharacterNotInRepertoire);
        for (var i = 0; i < 3; i++) (await EchoAsync(pool, "good")).ShouldBe("good");
    }

    [Theory]
    [InlineData(0), InlineData(1), InlineData(2)]
    public async Task A_statement_prepared_by_name_that_refused_one_value_takes_the_next(int goodOnesBefore)
    {
        await using var pool = OneConnection();
        for (var i = 0; i < goodOnesBefore; i++) (await EchoAsync(pool, "good", prepared: true)).ShouldBe("good");
        (await Should.ThrowAsync<PostgresException>(EchoAsync(pool, "NUL \0", prepared: true))).SqlState.ShouldBe(PostgresErrorCodes.CharacterNotInRepertoire);
        for (var i = 0; i < 3; i++) (await EchoAsync(pool, "good", prepared: true)).ShouldBe("good");
    }

    static async Task<object?> EchoAsync(NpgsqlDataSource pool, string value, bool prepared = false)
    {
        await using var connection = await pool.OpenConnectionAsync();
        await using var command = new NpgsqlCommand("SELECT $1::text", connection);
        command.Parameters.With(value);
        if (prepared) await command.PrepareAsync();
        return await command.ExecuteScalarAsync();
    }

    NpgsqlDataSource OneConnection() => NpgsqlDataSource.Create(
        new DatabaseSettings(new ConfigurationBuilder().AddInMemoryCollection([new("Database:MaxPoolSize", "2")]).Build()).ForPool(Database.ConnectionString));
}

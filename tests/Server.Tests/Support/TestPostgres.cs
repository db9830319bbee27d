using Consilium.Platform.Database;
using Consilium.Postgres;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace Consilium.Tests.Support;

/// <summary>
/// One embedded PostgreSQL for the whole test run, with a template database that the server's own migrator has brought up to date once.
/// It ends with the test process, whichever way that ends.
/// </summary>
internal static class TestPostgres
{
    const string Template = "migrated";

    static readonly Lazy<Task<EmbeddedPostgres>> Running = new(StartAsync);

    /// <summary>A migrated database of one's own.</summary>
    public static async Task<TestDatabase> CloneAsync() => await CreateAsync((await Running.Value).ConnectionString, $"TEMPLATE {Template}");

    /// <summary>An empty database of one's own, for tests of the migrations themselves.</summary>
    public static async Task<TestDatabase> EmptyAsync() => await CreateAsync((await Running.Value).ConnectionString, "TEMPLATE template0");

    static async Task<EmbeddedPostgres> StartAsync()
    {
        var postgres = await EmbeddedPostgres.StartAsync(new()
        {
            // In memory, so that fsync costs nothing: the server refuses a PostgreSQL that has it off.
            DataDirectory = TempDirectory.NewInMemory(),
            Settings = new Dictionary<string, string>(StringComparer.Ordinal) { ["max_connections"] = "400" },
        });
        await ExecuteAsync(postgres.ConnectionString, $"CREATE DATABASE {Template}");
        var template = new NpgsqlConnectionStringBuilder(postgres.ConnectionString) { Database = Template, Pooling = false };
        await using var source = NpgsqlDataSource.Create(template);
        var locks = new StartLocks(source, TimeProvider.System, NullLogger<StartLocks>.Instance);
        await new Migrator(source, locks, NullLogger<Migrator>.Instance).MigrateAsync(default);
        return postgres;
    }

    static async Task<TestDatabase> CreateAsync(string server, string options)
    {
        var name = $"t{Guid.CreateVersion7():N}";
        await ExecuteAsync(server, $"CREATE DATABASE {name} {options}");
        return new(new NpgsqlConnectionStringBuilder(server) { Database = name }.ConnectionString, () => ExecuteAsync(server, $"DROP DATABASE {name} WITH (FORCE)"));
    }

    static async Task ExecuteAsync(string server, string sql)
    {
        await using var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(server) { Pooling = false }.ConnectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }
}

/// <summary>A database that one test class has for itself; dropped after use.</summary>
internal sealed class TestDatabase(string connectionString, Func<Task> drop) : IAsyncDisposable
{
    public string ConnectionString { get; } = connectionString;

    /// <summary>For looking at rows behind the server's back.</summary>
    public NpgsqlDataSource Source { get; } = NpgsqlDataSource.Create(connectionString);

    public async Task ExecuteAsync(string sql, params object[] values)
    {
        await using var command = Command(sql, values);
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>The first column of the only row; default when there is none or it is null.</summary>
    public async Task<T?> ScalarAsync<T>(string sql, params object[] values)
    {
        await using var command = Command(sql, values);
        return await command.ExecuteScalarAsync() is T value ? value : default;
    }

    /// <summary>The first column of every row.</summary>
    public async Task<List<T>> ColumnAsync<T>(string sql, params object[] values)
    {
        await using var command = Command(sql, values);
        await using var reader = await command.ExecuteReaderAsync();
        var column = new List<T>();
        while (await reader.ReadAsync()) column.Add(reader.GetFieldValue<T>(0));
        return column;
    }

    public async ValueTask DisposeAsync()
    {
        await Source.DisposeAsync();
        await drop();
    }

    NpgsqlCommand Command(string sql, object[] values)
    {
        var command = Source.CreateCommand(sql);
        foreach (var value in values) command.Parameters.Add(new() { Value = value });
        return command;
    }
}

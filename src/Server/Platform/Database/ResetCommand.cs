using System.CommandLine;
using Consilium.Platform.Commands;
using Consilium.Platform.Hosting;
using Consilium.Postgres;
using Npgsql;

namespace Consilium.Platform.Database;

/// <summary>The command <c>reset</c>: in Development and after a question, it empties the database and removes the files.</summary>
internal static class ResetCommand
{
    const string Word = "reset";

    public static Command Command(RunCommand run)
    {
        var yes = new Option<bool>("--yes") { Description = "Do not ask." };
        var command = new Command("reset", "Removes everything in the database and all files, after a question. Only in Development.") { yes };
        command.SetAction(line => run(line, app => RunAsync(app, line.GetValue(yes))));
        return command;
    }

    static async Task<int> RunAsync(WebApplication app, bool yes)
    {
        if (!app.Environment.IsDevelopment())
            throw new StartException($"Only Development is reset, and this is {app.Environment.EnvironmentName}. Nothing was changed.");
        var settings = app.Services.GetRequiredService<DatabaseSettings>();
        var files = Path.Combine(settings.DataDirectory, "files");
        if (settings.External is null && !Directory.Exists(settings.DataDirectory))
        {
            Console.WriteLine($"There is nothing to remove: {settings.DataDirectory} does not exist.");
            return 0;
        }
        using var mine = DataDirectoryLock.Acquire(settings.DataDirectory);
        var external = settings.External is { } given ? new NpgsqlConnectionStringBuilder(given) : null;
        var what = external is null
            ? $"the database in {Path.Combine(settings.DataDirectory, "postgres")}"
            : $"everything of {Product.Name} in the database {external.Database} on {external.Host}";
        var elsewhere = app.Configuration["Files:Directory"] is { Length: > 0 } named ? $" So do the files in {named} (Files:Directory)." : "";
        Console.WriteLine($"""
            This removes for good:
              {what}
              all files in {files}
            The master key stays.{elsewhere}
            """);
        if (!yes && !IsMeant())
        {
            Console.WriteLine("Nothing was changed.");
            return 1;
        }

        if (external is null) await EmbeddedPostgres.RemoveAsync(settings.DataDirectory, CancellationToken.None);
        else await EmptyAsync(app.Services.GetRequiredService<NpgsqlDataSource>());
        if (Directory.Exists(files)) Directory.Delete(files, recursive: true);
        Console.WriteLine("Done. The next start begins with an empty database.");
        return 0;
    }

    static bool IsMeant()
    {
        Console.Write($"Type {Word} to go on: ");
        return Console.ReadLine()?.Trim() == Word;
    }

    /// <summary>Drops what the migrations have created, and nothing that others keep in the same database.</summary>
    static async Task EmptyAsync(NpgsqlDataSource database)
    {
        await using var connection = await database.OpenConnectionAsync();
        await using var others = new NpgsqlCommand("""
            SELECT count(*) FROM pg_stat_activity
            WHERE datname = current_database() AND backend_type = 'client backend' AND pid <> pg_backend_pid()
                AND application_name = current_setting('application_name')
            """, connection);
        if (await others.ExecuteScalarAsync() is > 0L)
            throw new StartException("A server is connected to this database: stop it first. Nothing was changed.");
        var schemas = string.Join(", ", Migrator.Schemas);
        await using var drop = new NpgsqlCommand($"SET statement_timeout = 0; DROP SCHEMA IF EXISTS {schemas} CASCADE", connection);
        drop.CommandTimeout = 0;
        await drop.ExecuteNonQueryAsync();
    }
}

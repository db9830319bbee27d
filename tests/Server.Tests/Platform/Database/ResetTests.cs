using Consilium.Platform.Database;
using Npgsql;

namespace Consilium.Tests.Platform.Database;

public sealed class ResetTests
{
    static readonly (string, string) Development = ("ASPNETCORE_ENVIRONMENT", "Development");

    [Fact]
    public async Task It_asks_and_then_the_next_start_begins_anew()
    {
        await using var server = await ServerProcess.StartAsync();
        using var client = server.Client();
        var account = new { email = "ada@example.com", password = "analytical-engine" };
        await (await client.PostJsonAsync("/auth/signup", account)).ShouldAnswerAsync(201);
        var blob = Path.Combine(server.Data, "files", "blobs", "ab", "abcd");
        Directory.CreateDirectory(Path.GetDirectoryName(blob)!);
        await File.WriteAllTextAsync(blob, "bytes");
        await File.WriteAllTextAsync(Path.Combine(server.Data, "notes.txt"), "not the server's");
        var key = await File.ReadAllTextAsync(Path.Combine(server.Data, "keys", "master.key"));

        var running = await ResetAsync(server.Data, "reset");
        running.Code.ShouldBe(1);
        running.Errors.ShouldContain("Another server");

        await server.KillAsync(); // its PostgreSQL runs on
        server.PostmasterId.ShouldNotBeNull();
        foreach (var answer in (string?[])["yes", "", null])
        {
            var declined = await ResetAsync(server.Data, answer);
            declined.Code.ShouldBe(1);
            declined.Output.ShouldContain("This removes for good:");
            declined.Output.ShouldContain($"the database in {server.Data}/postgres");
            declined.Output.ShouldContain("Nothing was changed.");
        }
        var elsewhere = await ResetAsync(server.Data, "reset", ("ASPNETCORE_ENVIRONMENT", "Production"));
        elsewhere.Code.ShouldBe(1);
        elsewhere.Errors.ShouldContain("Only Development is reset, and this is Production. Nothing was changed.");
        File.Exists(blob).ShouldBeTrue();

        var ended = await ResetAsync(server.Data, "reset");
        ended.Code.ShouldBe(0, ended.Errors);
        ended.Output.ShouldContain("Done. The next start begins with an empty database.");
        server.PostmasterId.ShouldBeNull();
        var left = Directory.EnumerateFileSystemEntries(server.Data).Select(Path.GetFileName);
        left.ShouldBe(["keys", "notes.txt", "server.lock", "server.pid"], ignoreOrder: true);

        await server.RestartAsync();
        ((int)(await client.PostJsonAsync("/auth/login", new { username = account.email, account.password })).StatusCode).ShouldBe(401);
        await (await client.PostJsonAsync("/auth/signup", account)).ShouldAnswerAsync(201);
        (await File.ReadAllTextAsync(Path.Combine(server.Data, "keys", "master.key"))).ShouldBe(key);
    }

    [Fact]
    public async Task With_a_directory_that_is_not_there_nothing_is_made()
    {
        var data = Path.Combine(TempDirectory.New(), "none");
        var ended = await ServerCommand.RunAsync(["reset", "--yes"], Development, ("Data__Directory", data));
        ended.Code.ShouldBe(0, ended.Errors);
        ended.Output.ShouldContain("There is nothing to remove");
        Directory.Exists(data).ShouldBeFalse();
    }

    [Fact]
    public async Task In_a_PostgreSQL_of_ones_own_what_others_keep_there_stays()
    {
        await using var database = await TestPostgres.CloneAsync();
        await database.ExecuteAsync("CREATE SCHEMA theirs; CREATE TABLE theirs.things (id int); CREATE TABLE public.more (id int)");
        (await SchemasAsync(database)).ShouldBe([.. Migrator.Schemas, "theirs"], ignoreOrder: true);
        var consilium = new NpgsqlConnectionStringBuilder(database.ConnectionString) { ApplicationName = "consilium" };
        await using (var other = NpgsqlDataSource.Create(consilium))
        {
            await using var connected = await other.OpenConnectionAsync();
            var refused = await ResetAsync(database);
            refused.Code.ShouldBe(1);
            refused.Errors.ShouldContain("A server is connected to this database: stop it first.");
        }

        var ended = await ResetAsync(database);

        ended.Code.ShouldBe(0, ended.Errors);
        ended.Output.ShouldContain($"everything of Consilium in the database {consilium.Database}");
        (await SchemasAsync(database)).ShouldBe(["theirs"]);
        (await database.ScalarAsync<long>("SELECT count(*) FROM public.more")).ShouldBe(0);
        await using var again = await ServerProcess.StartAsync(("ConnectionStrings__Database", database.ConnectionString));
        (await SchemasAsync(database)).ShouldBe([.. Migrator.Schemas, "theirs"], ignoreOrder: true);
    }

    static Task<ServerCommand.Ended> ResetAsync(string data, string? answer, params (string, string)[] environment) =>
        ServerCommand.RunAsync(["reset"], answer, [Development, ("Data__Directory", data), .. environment]);

    static Task<ServerCommand.Ended> ResetAsync(TestDatabase database) =>
        ServerCommand.RunAsync(["reset", "--yes"], Development, ("ConnectionStrings__Database", database.ConnectionString));

    static Task<List<string>> SchemasAsync(TestDatabase database) => database.ColumnAsync<string>(
        "SELECT nspname::text FROM pg_namespace WHERE nspname !~ '^pg_' AND nspname NOT IN ('public', 'information_schema')");
}

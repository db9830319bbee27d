using System.Security.Cryptography;
using Consilium.Modules.Accounts.Contracts;
using Consilium.Platform.Database;
using Consilium.Platform.Jobs;
using Npgsql;

namespace Consilium.Tests.Platform.Database;

/// <summary>Servers that start at the same time on one database, and a start that has to wait for somebody.</summary>
[Collection(Alone.Name)]
public sealed class StartsAtOnceTests
{
    static readonly TimeSpan LongerThanLockTimeout = TimeSpan.FromSeconds(6);

    readonly string masterKey = Convert.ToBase64String(RandomNumberGenerator.GetBytes(32));

    [Fact]
    public async Task Four_servers_that_start_at_once_on_an_empty_database_all_come_up_and_are_one()
    {
        await using var database = await TestPostgres.EmptyAsync();
        // Five times the work of a password: the others wait longer than lock_timeout.
        (string, string)[] environment = [.. On(database), ("Accounts__PasswordIterations", "1050000")];
        var starting = Enumerable.Range(0, 4).Select(_ => ServerProcess.StartAsync(environment)).ToList();
        try
        {
            var servers = await Task.WhenAll(starting);

            (await database.ScalarAsync<long>("SELECT count(*) FROM accounts.users WHERE is_demo")).ShouldBe(DemoAccounts.All.Count);
            (await database.ScalarAsync<long>("SELECT count(*) FROM platform.data_keys")).ShouldBe(1);
            (await database.ScalarAsync<long>("SELECT count(*) FROM accounts.signing_keys")).ShouldBe(1);
            (await database.ScalarAsync<long>("SELECT count(*) FROM care.doctor_patients")).ShouldBe(1);
            // Those that waited say whose turn it was.
            servers.ShouldContain(server => server.Output.Contains("of consilium, starting as process ", StringComparison.Ordinal));
            using var admin = await SignInAsync(servers[0]);
            foreach (var server in servers)
            {
                using var there = server.Client();
                there.DefaultRequestHeaders.Authorization = new("Bearer", admin.AccessToken);
                await (await there.GetAsync("/api/v1/users")).ShouldAnswerAsync(200);
                (await server.TerminateAsync()).ShouldBe(0);
            }
        }
        finally
        {
            await EndAsync(starting);
        }
    }

    /// <summary>The second one is a row that the start would insert itself: it waits to see whether that one stays.</summary>
    [Theory]
    [InlineData("LOCK TABLE accounts.users IN ROW EXCLUSIVE MODE")]
    [InlineData("INSERT INTO platform.jobs (id, kind, payload, run_at, max_attempts) VALUES ($1, 'files.sweep', '{}', now(), 1)")]
    public async Task A_start_waits_for_somebody_else_as_long_as_it_takes_and_says_on_whom(string held)
    {
        await using var database = await TestPostgres.CloneAsync();
        await using var holder = await database.Source.OpenConnectionAsync();
        await using var transaction = await holder.BeginTransactionAsync();
        await using var hold = new NpgsqlCommand(held, holder);
        if (held.Contains("$1", StringComparison.Ordinal)) hold.Parameters.With(ScheduleJobs.IdOf("files.sweep"));
        await hold.ExecuteNonQueryAsync();
        var starting = ServerProcess.StartAsync([.. On(database)]);
        try
        {
            var began = await WaitingSinceAsync(database, holder, starting);
            while (!starting.IsCompleted && DateTime.UtcNow - began < LongerThanLockTimeout) await WaitingSinceAsync(database, holder, starting);

            await transaction.RollbackAsync();

            (await starting).Output.ShouldContain($"session {holder.ProcessID} ");
        }
        finally
        {
            await EndAsync([starting]);
        }
    }

    [Fact]
    public async Task A_start_that_finds_everything_waits_for_no_writer()
    {
        var settings = new Dictionary<string, string?>(StringComparer.Ordinal) { ["Security:MasterKey"] = masterKey };
        await using var database = await TestPostgres.CloneAsync();
        await (await Server.StartAsync(settings, sharedDatabase: database)).DisposeAsync();
        await using var writer = await database.Source.OpenConnectionAsync();
        await using var transaction = await writer.BeginTransactionAsync();
        foreach (var table in (string[])["accounts.users", "accounts.signing_keys", "platform.data_keys", "care.hospitals", "settings.versions"])
            await new NpgsqlCommand($"LOCK TABLE {table} IN ROW EXCLUSIVE MODE", writer).ExecuteNonQueryAsync();

        await (await Server.StartAsync(settings, sharedDatabase: database)).DisposeAsync();
    }

    /// <summary>Since when a server waits for this session; asks until one does, or has ended.</summary>
    static async Task<DateTime> WaitingSinceAsync(TestDatabase database, NpgsqlConnection holder, Task starting)
    {
        DateTime? since = null;
        while (since is null && !starting.IsCompleted)
            since = await database.ScalarAsync<DateTime?>(
                "SELECT min(waitstart) FROM pg_locks WHERE NOT granted AND $1 = ANY (pg_blocking_pids(pid))", holder.ProcessID);
        return since ?? DateTime.UtcNow;
    }

    (string, string)[] On(TestDatabase database) =>
        [("ConnectionStrings__Database", database.ConnectionString), ("Security__MasterKey", masterKey), ("Database__MaxPoolSize", "20")];

    static async Task EndAsync(IEnumerable<Task<ServerProcess>> starting)
    {
        foreach (var start in starting)
        {
            await start.ContinueWith(_ => { }, TaskScheduler.Default);
            if (start.IsCompletedSuccessfully) await (await start).DisposeAsync();
        }
    }

    static async Task<Client> SignInAsync(ServerProcess server)
    {
        using var anonymous = new Client(server.Address);
        var login = await anonymous.PostJsonAsync("/auth/login", new { username = DemoAccounts.Admin.Email, password = DemoAccounts.Admin.Password });
        return Client.From(server.Address, DemoAccounts.Admin.Email, await login.ShouldAnswerAsync(200));
    }
}

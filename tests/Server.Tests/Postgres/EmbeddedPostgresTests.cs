using System.Diagnostics;
using System.Globalization;
using Consilium.Postgres;
using Npgsql;

namespace Consilium.Tests.Postgres;

public sealed class EmbeddedPostgresTests(PreparedCluster prepared) : IClassFixture<PreparedCluster>, IDisposable
{
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    readonly TemporaryDirectory data = new();

    public void Dispose()
    {
        foreach (var left in PostmasterProcess.AllOf(data.In("postgres"))) left.Signal(Libc.Kill);
        data.Dispose();
    }

    [Fact]
    public async Task The_first_start_creates_the_database_and_the_second_finds_the_rows()
    {
        await using (var first = await EmbeddedPostgres.StartAsync(new() { DataDirectory = data.Path }))
        {
            first.Created.ShouldBeTrue();
            first.Adopted.ShouldBeFalse();
            await WriteAsync(first, 41);
        }

        await using var second = await StartAsync();
        second.Created.ShouldBeFalse();
        (await ReadAsync(second)).ShouldBe([41]);
    }

    [Fact]
    public async Task A_killed_postmaster_is_started_again_with_every_committed_row()
    {
        var first = await StartAsync();
        await WriteAsync(first, 7);
        await first.DetachAsync();
        Libc.Signal(first.ProcessId, Libc.Kill).ShouldBeTrue();

        await using var second = await StartAsync();
        second.Adopted.ShouldBeFalse();
        second.ProcessId.ShouldNotBe(first.ProcessId);
        (await ReadAsync(second)).ShouldBe([7]);
    }

    [Fact]
    public async Task A_postmaster_that_outlived_its_server_is_taken_over()
    {
        var first = await StartAsync();
        await WriteAsync(first, 1);
        await first.DetachAsync();

        await using var second = await StartAsync();
        second.Adopted.ShouldBeTrue();
        second.ProcessId.ShouldBe(first.ProcessId);
        (await ReadAsync(second)).ShouldBe([1]);
    }

    [Fact]
    public async Task The_sessions_of_a_dead_server_end_when_its_postmaster_is_taken_over()
    {
        var first = await StartAsync();
        await using var open = await OpenAsync(first);
        await new NpgsqlCommand("BEGIN; SELECT pg_advisory_lock(1)", open).ExecuteNonQueryAsync();
        await first.DetachAsync();

        await using var second = await StartAsync();
        second.Adopted.ShouldBeTrue();
        (await AskAsync<bool>(second, "SELECT pg_try_advisory_lock(1)")).ShouldBeTrue();
    }

    [Fact]
    public async Task A_postmaster_asked_to_wait_for_its_clients_is_restarted_under_them()
    {
        await using var postgres = await StartAsync();
        var asked = postgres.ProcessId;
        await using var client = await OpenAsync(postgres);
        const int Terminate = 15;

        Libc.Signal(asked, Terminate).ShouldBeTrue();

        await EventuallyAsync(async () => await AskAsync<int>(postgres, "SELECT 1") == 1 && postgres.ProcessId != asked);
    }

    [Fact]
    public async Task A_postmaster_with_other_settings_is_restarted_and_not_taken_over()
    {
        var first = await StartAsync();
        await first.DetachAsync();

        await using var second = await EmbeddedPostgres.StartAsync(new()
        {
            DataDirectory = data.Path,
            Settings = new Dictionary<string, string> { ["max_connections"] = "33", ["cluster_name"] = @"it's a \ name" },
        });
        second.Adopted.ShouldBeFalse();
        (await AskAsync<string>(second, "SHOW max_connections")).ShouldBe("33");
        (await AskAsync<string>(second, "SHOW cluster_name")).ShouldBe(@"it's a \ name");
    }

    [Fact]
    public async Task The_watch_restarts_a_postmaster_that_dies_under_a_busy_backend()
    {
        await using var postgres = await StartAsync();
        await WriteAsync(postgres, 3);
        var killed = postgres.ProcessId;
        // This backend looks neither at its postmaster nor at its client, so it holds the shared memory until somebody ends it.
        await using var busy = await OpenAsync(postgres);
        await using var endless = new NpgsqlCommand("SELECT count(*) FROM generate_series(1, 100000000000)", busy) { CommandTimeout = 0 };
        var endlessRun = endless.ExecuteScalarAsync();

        Libc.Signal(killed, Libc.Kill).ShouldBeTrue();

        await Should.ThrowAsync<NpgsqlException>(endlessRun);
        await EventuallyAsync(async () => await ReadAsync(postgres) is [3]);
        await EventuallyAsync(() => Task.FromResult(postgres.ProcessId != killed)); // it answers a moment before the watch hears that it does
    }

    [Fact]
    public async Task EnsureRunning_restarts_a_dead_postmaster_once_for_all_callers()
    {
        var lines = new List<string>();
        await prepared.CopyToAsync(data.Path);
        await using var postgres = await EmbeddedPostgres.StartAsync(new() { DataDirectory = data.Path, Progress = lines.Add });
        var killed = postgres.ProcessId;
        Libc.Signal(killed, Libc.Kill).ShouldBeTrue();
        await EventuallyAsync(() => Task.FromResult(PostmasterProcess.Launched(killed) is null));

        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => postgres.EnsureRunningAsync(CancellationToken.None)));

        (await AskAsync<int>(postgres, "SELECT 1")).ShouldBe(1);
        lines.Count(line => line.Contains("died", StringComparison.Ordinal)).ShouldBe(1);
    }

    [Fact]
    public async Task A_stopped_database_stays_stopped()
    {
        var postgres = await StartAsync();
        await postgres.StopAsync();
        await postgres.StopAsync();

        PostmasterProcess.Launched(postgres.ProcessId).ShouldBeNull();
        await Should.ThrowAsync<ObjectDisposedException>(postgres.EnsureRunningAsync(CancellationToken.None));
        File.Exists(data.In("postgres", "postmaster.pid")).ShouldBeFalse();
    }

    [Fact]
    public async Task Another_version_of_PostgreSQL_is_refused_and_left_alone()
    {
        Directory.CreateDirectory(data.In("postgres"));
        await File.WriteAllTextAsync(data.In("postgres", "PG_VERSION"), "9\n");

        var refused = await Should.ThrowAsync<PostgresStartException>(StartAsync());

        refused.Message.ShouldContain("belongs to PostgreSQL 9");
        Directory.EnumerateFileSystemEntries(data.Path, "*", SearchOption.AllDirectories).Count().ShouldBe(2);
    }

    [Fact]
    public async Task A_directory_of_something_else_is_refused_and_left_alone()
    {
        Directory.CreateDirectory(data.In("postgres"));
        await File.WriteAllTextAsync(data.In("postgres", "notes.txt"), "mine");

        var refused = await Should.ThrowAsync<PostgresStartException>(StartAsync());

        refused.Message.ShouldContain("holds no PostgreSQL database");
        (await File.ReadAllTextAsync(data.In("postgres", "notes.txt"))).ShouldBe("mine");
    }

    [Fact]
    public async Task A_creation_that_was_cut_off_is_begun_anew()
    {
        Directory.CreateDirectory(data.In("postgres.new-cut-off", "base"));

        await using var postgres = await EmbeddedPostgres.StartAsync(new() { DataDirectory = data.Path });

        postgres.Created.ShouldBeTrue();
        Directory.EnumerateDirectories(data.Path).ShouldBe([data.In("postgres")]);
    }

    [Fact]
    public async Task A_long_odd_path_and_a_link_to_it_lead_to_the_same_database()
    {
        var odd = data.In(new string('l', 120), "it's \"a\" $HOME ü");
        Directory.CreateDirectory(odd);
        Directory.CreateSymbolicLink(data.In("link"), odd);
        await prepared.CopyToAsync(odd);
        var first = await EmbeddedPostgres.StartAsync(new() { DataDirectory = odd });
        await WriteAsync(first, 5);
        var socket = new NpgsqlConnectionStringBuilder(first.ConnectionString).Host!;
        File.GetUnixFileMode(socket).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        await first.DetachAsync();

        await using (var second = await EmbeddedPostgres.StartAsync(new() { DataDirectory = data.In("link") }))
        {
            second.Adopted.ShouldBeTrue();
            (await ReadAsync(second)).ShouldBe([5]);
        }

        Directory.Exists(socket).ShouldBeFalse();
    }

    [Fact]
    public async Task The_files_of_a_dead_postmaster_whose_number_is_in_use_again_do_not_stop_the_next()
    {
        var first = await StartAsync();
        await WriteAsync(first, 9);
        await first.DetachAsync();
        var file = await File.ReadAllTextAsync(data.In("postgres", "postmaster.pid"));
        Libc.Signal(first.ProcessId, Libc.Kill).ShouldBeTrue();
        var other = Environment.ProcessId.ToString(CultureInfo.InvariantCulture);
        await File.WriteAllTextAsync(data.In("postgres", "postmaster.pid"), file.Replace($"{first.ProcessId}\n", $"{other}\n", StringComparison.Ordinal));
        await File.WriteAllTextAsync(data.In("postgres", ".s.PGSQL.5432.lock"), $"{other}\n");

        await using var second = await StartAsync();
        (await ReadAsync(second)).ShouldBe([9]);
    }

    [Fact]
    public async Task A_zombie_counts_as_dead()
    {
        if (!OperatingSystem.IsLinux()) return;
        await (await StartAsync()).DisposeAsync();
        File.CreateSymbolicLink(data.In("postgres", "postgres"), "/bin/cat");
        // The shell becomes a program that never waits for its child, and only then the child ends: with its input.
        using var parent = Process.Start(new ProcessStartInfo("/bin/sh", ["-c", "exec 3<&0; ./postgres <&3 & echo $!; exec sleep 60"])
        {
            WorkingDirectory = data.In("postgres"), RedirectStandardInput = true, RedirectStandardOutput = true, UseShellExecute = false,
        })!;
        try
        {
            var zombie = await parent.StandardOutput.ReadLineAsync();
            await EventuallyAsync(async () => await File.ReadAllTextAsync($"/proc/{parent.Id}/comm") == "sleep\n");
            parent.StandardInput.Close();
            await EventuallyAsync(async () => (await File.ReadAllTextAsync($"/proc/{zombie}/stat")).Contains(") Z ", StringComparison.Ordinal));
            await File.WriteAllTextAsync(data.In("postgres", "postmaster.pid"), $"{zombie}\n{data.In("postgres")}\n1\n5432\n{data.In("postgres")}\n\n\nready\n");

            await using var postgres = await StartAsync();
            postgres.Adopted.ShouldBeFalse();
        }
        finally
        {
            parent.Kill();
        }
    }

    [Fact]
    public async Task The_postmaster_has_a_session_of_its_own_and_no_stream_of_the_server()
    {
        if (!OperatingSystem.IsLinux()) return;
        await using var postgres = await StartAsync();

        var stat = await File.ReadAllTextAsync($"/proc/{postgres.ProcessId}/stat");
        stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[3].ShouldBe(postgres.ProcessId.ToString(CultureInfo.InvariantCulture));
        foreach (var stream in (int[])[0, 1, 2])
            new FileInfo($"/proc/{postgres.ProcessId}/fd/{stream}").LinkTarget.ShouldBeOneOf("/dev/null", data.In("postgres", "postgres.log"));
    }

    [Fact]
    public async Task Its_log_holds_no_values()
    {
        await using (var postgres = await StartAsync())
        {
            await using var connection = await OpenAsync(postgres);
            foreach (var failing in (string[])["SELECT 'secret-value'::int", "CREATE TABLE t (v text UNIQUE); INSERT INTO t SELECT 'secret-value' FROM generate_series(1, 2)"])
                await Should.ThrowAsync<PostgresException>(new NpgsqlCommand(failing, connection).ExecuteNonQueryAsync());
        }

        var log = await File.ReadAllTextAsync(data.In("postgres", "postgres.log"));
        log.ShouldContain("ready to accept connections");
        log.ShouldNotContain("secret-value");
    }

    [Fact]
    public async Task It_is_durable_private_and_knows_the_letters_of_all_scripts()
    {
        await using var postgres = await StartAsync();

        foreach (var setting in (string[])["fsync", "full_page_writes", "synchronous_commit", "data_checksums"])
            (await AskAsync<string>(postgres, $"SHOW {setting}")).ShouldBe("on", setting);
        (await AskAsync<string>(postgres, "SHOW listen_addresses")).ShouldBe("");
        (await AskAsync<string>(postgres, "SHOW server_encoding")).ShouldBe("UTF8");
        (await AskAsync<string>(postgres, "SHOW timezone")).ShouldBe("UTC");
        await using var connection = await OpenAsync(postgres);
        foreach (var extension in (string[])["pg_trgm", "btree_gist", "unaccent", "citext"])
            await new NpgsqlCommand($"CREATE EXTENSION {extension}", connection).ExecuteNonQueryAsync();
        (await AskAsync<int>(postgres, "SELECT cardinality(show_trgm('здоровье'))")).ShouldBe(9);
        (await AskAsync<int>(postgres, "SELECT cardinality(show_trgm('健康診断'))")).ShouldBe(5);
        (await AskAsync<int>(postgres, "SELECT length(to_tsvector('simple', '健康。診断'))")).ShouldBe(2);
    }

    [Fact]
    public async Task A_failed_start_says_why_and_leaves_nothing_running()
    {
        await (await StartAsync()).DisposeAsync();

        var refused = await Should.ThrowAsync<PostgresStartException>(EmbeddedPostgres.StartAsync(new()
        {
            DataDirectory = data.Path, Settings = new Dictionary<string, string> { ["max_connections"] = "many" },
        }));

        refused.Message.ShouldContain("max_connections");
        PostmasterProcess.AllOf(data.In("postgres")).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("%m [%p] ")]
    [InlineData("%m %p ")]
    [InlineData("")]
    public async Task A_start_that_panics_says_why_before_what_followed_from_it(string logLinePrefix)
    {
        await (await StartAsync()).DisposeAsync();
        foreach (var segment in Directory.GetFiles(data.In("postgres", "pg_wal"))) File.Delete(segment);

        var refused = await Should.ThrowAsync<PostgresStartException>(EmbeddedPostgres.StartAsync(new()
        {
            DataDirectory = data.Path, Settings = new Dictionary<string, string> { ["log_line_prefix"] = logLinePrefix },
        }));

        refused.Message.ShouldMatch("PostgreSQL did not start: LOG:  .*(PANIC|FATAL):  could not locate a valid checkpoint record");
        refused.Message.ShouldNotContain("aborting startup");
        refused.Message.ShouldNotContain("database system is shut down");
    }

    async Task<EmbeddedPostgres> StartAsync()
    {
        if (!Directory.Exists(data.In("postgres"))) await prepared.CopyToAsync(data.Path);
        return await EmbeddedPostgres.StartAsync(new() { DataDirectory = data.Path });
    }

    static async Task<NpgsqlConnection> OpenAsync(EmbeddedPostgres postgres)
    {
        var connection = new NpgsqlConnection(postgres.ConnectionString + ";Pooling=false");
        await connection.OpenAsync();
        return connection;
    }

    static async Task WriteAsync(EmbeddedPostgres postgres, int value)
    {
        await using var connection = await OpenAsync(postgres);
        await using var write = new NpgsqlCommand($"CREATE TABLE kept AS SELECT {value} AS value", connection);
        await write.ExecuteNonQueryAsync();
    }

    static Task<int[]> ReadAsync(EmbeddedPostgres postgres) => AskAsync<int[]>(postgres, "SELECT array_agg(value) FROM kept");

    static async Task<T> AskAsync<T>(EmbeddedPostgres postgres, string sql)
    {
        await using var connection = await OpenAsync(postgres);
        await using var question = new NpgsqlCommand(sql, connection);
        return (T)(await question.ExecuteScalarAsync())!;
    }

    static async Task EventuallyAsync(Func<Task<bool>> condition)
    {
        var waiting = Stopwatch.StartNew();
        while (true)
        {
            try
            {
                if (await condition()) return;
            }
            catch (NpgsqlException) when (waiting.Elapsed < Patience)
            {
                // Not up again yet.
            }

            waiting.Elapsed.ShouldBeLessThan(Patience);
            await Task.Delay(10);
        }
    }
}

using System.Diagnostics;
using System.Globalization;
using Npgsql;

namespace Consilium.Postgres;

/// <summary>The process that serves a cluster: takes over a running one, starts one, stops it.</summary>
internal sealed class Postmaster(Cluster cluster, PostgresBinaries binaries, ServerAccount account, EmbeddedPostgresOptions options)
{
    static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(10);
    static readonly TimeSpan AnswerLimit = TimeSpan.FromSeconds(5);
    static readonly TimeSpan DrainLimit = TimeSpan.FromSeconds(3);
    static readonly TimeSpan ShutdownLimit = TimeSpan.FromSeconds(60);
    static readonly TimeSpan SurvivorLimit = TimeSpan.FromMilliseconds(200);
    static readonly TimeSpan RetryLimit = TimeSpan.FromSeconds(10);

    // In a session of its own, so that Ctrl+C does not stop the database under running requests, and with no stream of ours,
    // so that a pipe behind the server closes with the server.
    const string Launch =
        """
        umask 077; log=$1; shift
        if command -v setsid >/dev/null; then setsid "$@" </dev/null >>"$log" 2>&1 & else set -m; "$@" </dev/null >>"$log" 2>&1 & fi
        echo $!
        """;

    readonly Stopwatch shuttingDown = new();
    PostmasterProcess? current;
    string? socketDirectory;

    public PostmasterProcess Process => current ?? throw new InvalidOperationException("PostgreSQL has not been started.");

    public bool IsAlive => current is { IsAlive: true };

    public NpgsqlConnectionStringBuilder ConnectionTo(string database) => new()
    {
        Host = socketDirectory,
        Port = SocketDirectory.Port,
        Username = Cluster.User,
        Database = database,
        GssEncryptionMode = GssEncryptionMode.Disable,
    };

    /// <summary>Takes over a postmaster that outlived its server, or stops one that cannot be used. False when none is left running.</summary>
    public async Task<bool> AdoptAsync(CancellationToken cancellationToken)
    {
        if (PostmasterFile.Read(cluster.Path) is not { } found || PostmasterProcess.Find(found.ProcessId, cluster.Path) is not { } process) return false;
        options.Progress?.Invoke($"Taking over the running PostgreSQL (process {process.Id})…");
        var unanswered = new Stopwatch();
        bool? ours = null;
        while (process.IsAlive && unanswered.Elapsed < AnswerLimit)
        {
            if (PostmasterFile.Read(cluster.Path) is { Status: PostmasterFile.Ready } ready)
            {
                unanswered.Start();
                socketDirectory = ready.SocketDirectory;
                ours = await AnswersAsync(cancellationToken);
                if (ours == true && cluster.HasSettings(options.Settings, ready.SocketDirectory))
                {
                    current = process;
                    return true;
                }

                if (ours is not null) break;
            }

            await Task.Delay(PollInterval, cancellationToken);
        }

        if (process.IsAlive && ours != true && !process.BelongsTo(cluster.Path))
        {
            throw new PostgresStartException(
                $"{PostmasterFile.PathIn(cluster.Path)} names process {process.Id}, a PostgreSQL that does not answer and may be another's. Stop it, then start again.");
        }

        await StopAsync(process, cancellationToken);
        socketDirectory = null;
        return false;
    }

    /// <summary>Starts a postmaster and waits until it is ready, through a crash recovery if need be.</summary>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        if (!cluster.Exists) throw new PostgresStartException($"The database in {cluster.Path} is gone.");
        var trying = Stopwatch.StartNew();
        while (true)
        {
            await RemoveRemainsAsync(cancellationToken);
            Configure();
            var logStart = new FileInfo(cluster.Log) is { Exists: true } log ? log.Length : 0;
            var process = await LaunchAsync();
            if (process is not null && await IsReadyAsync(process, cancellationToken))
            {
                current = process;
                return;
            }

            var complaint = ReadLog(logStart);
            var inUse = complaint.Contains("shared memory block", StringComparison.Ordinal) || complaint.Contains("lock file", StringComparison.Ordinal);
            if (!inUse || trying.Elapsed > RetryLimit)
            {
                throw new PostgresStartException($"PostgreSQL did not start: {complaint} Its log is {cluster.Log}.");
            }

            await Task.Delay(PollInterval, cancellationToken);
        }
    }

    /// <summary>
    /// Ends a shutdown that waits for the server's own connections to close, as SIGTERM asks of a postmaster: it would refuse new ones meanwhile.
    /// </summary>
    public void CutShutdownShort()
    {
        if (PostmasterFile.Read(cluster.Path) is not { Status: PostmasterFile.Stopping })
        {
            shuttingDown.Reset();
            return;
        }

        shuttingDown.Start();
        if (shuttingDown.Elapsed > DrainLimit) current?.Signal(Libc.Interrupt);
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        if (current is not null) await StopAsync(current, cancellationToken);
        if (socketDirectory is not null) SocketDirectory.Remove(socketDirectory);
    }

    public async Task CreateDatabaseAsync(string name, CancellationToken cancellationToken)
    {
        try
        {
            await using var _ = await OpenAsync(name, cancellationToken);
        }
        catch (PostgresException error) when (error.SqlState == PostgresErrorCodes.InvalidCatalogName)
        {
            await using var connection = await OpenAsync("postgres", cancellationToken);
            await using var create = new NpgsqlCommand($"CREATE DATABASE \"{name.Replace("\"", "\"\"")}\"", connection);
            await create.ExecuteNonQueryAsync(cancellationToken);
        }
    }

    /// <summary>Ends every process of a cluster whose data nobody needs any more, and removes their socket.</summary>
    public static async Task EndAllAsync(Cluster cluster, CancellationToken cancellationToken)
    {
        await EndSurvivorsAsync(cluster, cancellationToken);
        if (PostmasterFile.Read(cluster.Path) is not { } file) return;
        if (PostmasterProcess.Find(file.ProcessId, cluster.Path) is { } process) // where the system does not tell whose a process is
        {
            throw new PostgresStartException($"PostgreSQL (process {process.Id}) still runs on {cluster.Path}: stop it, then try again.");
        }

        SocketDirectory.Remove(file.SocketDirectory);
    }

    // A killed postmaster leaves its files behind, and for a moment its backends: they hold the shared memory that guards the data.
    static async Task EndSurvivorsAsync(Cluster cluster, CancellationToken cancellationToken)
    {
        foreach (var signal in (int[])[0, Libc.Quit, Libc.Kill])
        {
            var survivors = PostmasterProcess.AllOf(cluster.Path).ToList();
            if (survivors.Count == 0) break;
            if (signal != 0) survivors.ForEach(survivor => survivor.Signal(signal));
            await Task.WhenAll(survivors.Select(survivor => survivor.HasEndedWithinAsync(SurvivorLimit, cancellationToken)));
        }
    }

    async Task RemoveRemainsAsync(CancellationToken cancellationToken)
    {
        await EndSurvivorsAsync(cluster, cancellationToken);
        if (PostmasterFile.Read(cluster.Path) is { } left)
        {
            if (left.SocketDirectory != socketDirectory) SocketDirectory.Remove(left.SocketDirectory);
            if (PostmasterProcess.Find(left.ProcessId, cluster.Path) is null) File.Delete(PostmasterFile.PathIn(cluster.Path));
        }
    }

    void Configure()
    {
        try
        {
            socketDirectory ??= SocketDirectory.Create(cluster.Path, account);
            SocketDirectory.Restore(socketDirectory, cluster.Path, account);
            SocketDirectory.RemoveSocket(socketDirectory);
            cluster.WriteSettings(options.Settings, socketDirectory, account);
            cluster.TrimLog();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw DataDirectories.NotWritable(cluster.Path, error);
        }
    }

    async Task<PostmasterProcess?> LaunchAsync()
    {
        var launched = await account.RunAsync(["/bin/sh", "-c", Launch, "sh", cluster.Log, binaries.Postgres, "-D", cluster.Path], CancellationToken.None);
        if (!int.TryParse(launched.Output, CultureInfo.InvariantCulture, out var pid))
        {
            throw new PostgresStartException($"PostgreSQL could not be launched: {launched.Errors}");
        }

        return PostmasterProcess.Launched(pid);
    }

    async Task<bool> IsReadyAsync(PostmasterProcess process, CancellationToken cancellationToken)
    {
        try
        {
            var waiting = Stopwatch.StartNew();
            var nextReport = TimeSpan.FromSeconds(3);
            while (process.IsAlive)
            {
                if (PostmasterFile.Read(cluster.Path) is { Status: PostmasterFile.Ready } file && file.ProcessId == process.Id) return true;
                await Task.Delay(PollInterval, cancellationToken);
                if (waiting.Elapsed < nextReport) continue;
                options.Progress?.Invoke($"PostgreSQL is recovering its data ({waiting.Elapsed.TotalSeconds:0} s)…");
                nextReport += nextReport;
            }

            return false;
        }
        catch (OperationCanceledException)
        {
            await StopAsync(process, CancellationToken.None);
            throw;
        }
    }

    // Null: no answer (yet). Otherwise whether the postmaster that answers is this cluster's; then the dead server's sessions are ended,
    // lest they hold locks or commit after the next server has looked.
    async Task<bool?> AnswersAsync(CancellationToken cancellationToken)
    {
        try
        {
            await using var connection = await OpenAsync("postgres", cancellationToken);
            await using var question = new NpgsqlCommand("SELECT current_setting('data_directory')", connection);
            if ((string?)await question.ExecuteScalarAsync(cancellationToken) != cluster.Path) return false;
            await using var end = new NpgsqlCommand(
                "SELECT count(pg_terminate_backend(pid, 1000)) FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()", connection);
            await end.ExecuteScalarAsync(cancellationToken);
            return true;
        }
        catch (NpgsqlException)
        {
            return null;
        }
    }

    async Task<NpgsqlConnection> OpenAsync(string database, CancellationToken cancellationToken)
    {
        var target = ConnectionTo(database);
        target.Pooling = false;
        target.Timeout = (int)AnswerLimit.TotalSeconds;
        var source = new NpgsqlDataSourceBuilder(target.ConnectionString);
        source.ConfigureTypeLoading(types => types.EnableTypeLoading(false));
        return await source.Build().OpenConnectionAsync(cancellationToken);
    }

    static async Task StopAsync(PostmasterProcess process, CancellationToken cancellationToken)
    {
        foreach (var signal in (int[])[Libc.Interrupt, Libc.Quit, Libc.Kill])
        {
            process.Signal(signal);
            if (await process.HasEndedWithinAsync(ShutdownLimit, cancellationToken)) return;
        }
    }

    string ReadLog(long from)
    {
        using var file = new FileStream(cluster.Log, FileMode.OpenOrCreate, FileAccess.Read, FileShare.ReadWrite);
        file.Seek(Math.Min(from, file.Length), SeekOrigin.Begin);
        using var reader = new StreamReader(file);
        return PostgresLog.CauseIn(reader.ReadToEnd());
    }
}

using Npgsql;

namespace Consilium.Postgres;

/// <summary>A private PostgreSQL of one data directory: started or taken over, kept running, and stopped.</summary>
public sealed class EmbeddedPostgres : IAsyncDisposable
{
    static readonly TimeSpan WatchInterval = TimeSpan.FromMilliseconds(200);

    readonly EmbeddedPostgresOptions options;
    readonly Postmaster postmaster;
    readonly SemaphoreSlim gate = new(1, 1);
    readonly CancellationTokenSource stopping = new();
    Task watch = Task.CompletedTask;
    bool stopped;

    EmbeddedPostgres(EmbeddedPostgresOptions options, Postmaster postmaster)
    {
        this.options = options;
        this.postmaster = postmaster;
    }

    /// <summary>For Npgsql: the Unix socket, the database of the options. Stays the same when the postmaster is restarted.</summary>
    public string ConnectionString { get; private set; } = "";

    /// <summary>Of the postmaster.</summary>
    public int ProcessId => postmaster.Process.Id;

    /// <summary>Whether a running postmaster of this directory was taken over.</summary>
    public bool Adopted { get; private set; }

    /// <summary>Whether the cluster was created by this start.</summary>
    public bool Created { get; private set; }

    /// <summary>Starts the database, creating it when absent; take the <see cref="DataDirectoryLock"/> first.</summary>
    /// <exception cref="PostgresStartException">The message says what is wrong and what to do.</exception>
    public static async Task<EmbeddedPostgres> StartAsync(EmbeddedPostgresOptions options, CancellationToken cancellationToken = default)
    {
        if (OperatingSystem.IsWindows())
        {
            throw new PostgresStartException("The embedded PostgreSQL needs Linux or macOS: set ConnectionStrings__Database to a PostgreSQL of your own.");
        }

        var data = DataDirectories.Create(options.DataDirectory);
        var cluster = new Cluster(data);
        var binaries = await PostgresBinaries.FindAsync(cluster.Path, cluster.ReadVersion(), cancellationToken);
        var account = await ServerAccount.ChooseAsync(cluster.Path, cancellationToken);
        await account.OwnClusterAsync(cluster.Path, cancellationToken);
        await account.CheckReachAsync([data, binaries.Directory], cancellationToken);

        var started = new EmbeddedPostgres(options, new Postmaster(cluster, binaries, account, options));
        try
        {
            await started.BringUpAsync(cluster, binaries, account, cancellationToken);
        }
        catch (Exception error)
        {
            await started.DisposeAsync();
            if (error is not (NpgsqlException or IOException or UnauthorizedAccessException)) throw;
            throw new PostgresStartException($"PostgreSQL in {cluster.Path} could not be brought up: {error.Message} Its log is {cluster.Log}.", error);
        }

        started.watch = Task.Run(started.WatchAsync, CancellationToken.None);
        return started;
    }

    /// <summary>Removes the database of a data directory for good, and ends what still runs on it; take the <see cref="DataDirectoryLock"/> first.</summary>
    public static async Task RemoveAsync(string dataDirectory, CancellationToken cancellationToken = default)
    {
        var cluster = new Cluster(DataDirectories.Create(dataDirectory));
        await Postmaster.EndAllAsync(cluster, cancellationToken);
        cluster.Remove();
    }

    /// <summary>Restarts the postmaster when it has died; costs next to nothing when it runs.</summary>
    public async Task EnsureRunningAsync(CancellationToken cancellationToken)
    {
        if (postmaster.IsAlive && !stopped) return;
        await gate.WaitAsync(cancellationToken);
        try
        {
            ObjectDisposedException.ThrowIf(stopped, this);
            if (postmaster.IsAlive) return;
            options.Progress?.Invoke("PostgreSQL has died; starting it again…");
            await postmaster.StartAsync(cancellationToken);
        }
        finally
        {
            gate.Release();
        }
    }

    /// <summary>A fast shutdown: open transactions are rolled back, everything committed is on disk.</summary>
    public async Task StopAsync(CancellationToken cancellationToken = default)
    {
        await DetachAsync();
        await gate.WaitAsync(cancellationToken);
        try
        {
            await postmaster.StopAsync(cancellationToken);
        }
        finally
        {
            gate.Release();
        }
    }

    public async ValueTask DisposeAsync() => await StopAsync();

    /// <summary>Ends the watch and leaves the postmaster running, as a killed server does.</summary>
    internal async Task DetachAsync()
    {
        stopped = true;
        await stopping.CancelAsync();
        await watch;
    }

    async Task BringUpAsync(Cluster cluster, PostgresBinaries binaries, ServerAccount account, CancellationToken cancellationToken)
    {
        if (!cluster.Exists)
        {
            options.Progress?.Invoke($"Creating the database in {cluster.Path}…");
            await cluster.CreateAsync(binaries, account, cancellationToken);
            Created = true;
        }

        Adopted = await postmaster.AdoptAsync(cancellationToken);
        if (!Adopted)
        {
            options.Progress?.Invoke($"Starting PostgreSQL {binaries.Version}…");
            await postmaster.StartAsync(cancellationToken);
        }

        await postmaster.CreateDatabaseAsync(options.Database, cancellationToken);
        ConnectionString = postmaster.ConnectionTo(options.Database).ConnectionString;
    }

    async Task WatchAsync()
    {
        using var timer = new PeriodicTimer(WatchInterval);
        var reported = "";
        try
        {
            while (await timer.WaitForNextTickAsync(stopping.Token))
            {
                try
                {
                    postmaster.CutShutdownShort();
                    await EnsureRunningAsync(stopping.Token);
                    reported = "";
                }
                catch (Exception error) when (error is PostgresStartException or IOException or UnauthorizedAccessException or NpgsqlException)
                {
                    if (error.Message != reported) options.Progress?.Invoke(error.Message);
                    reported = error.Message;
                }
            }
        }
        catch (Exception error) when (error is OperationCanceledException or ObjectDisposedException && stopped)
        {
            // Stopped on purpose.
        }
    }
}

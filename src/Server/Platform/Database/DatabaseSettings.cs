using Consilium.Platform.Hosting;
using Npgsql;

namespace Consilium.Platform.Database;

/// <summary>
/// Which PostgreSQL this server uses. <c>ConnectionStrings:Database</c> wins, then <c>DATABASE_URL</c>, then
/// <c>POSTGRES_SERVER/PORT/USER/PASSWORD/DB</c>; with none of them, the server runs a private one under <see cref="DataDirectory"/>.
/// </summary>
internal sealed class DatabaseSettings
{
    const string UrlKey = "DATABASE_URL";
    const string ConnectionStringKey = "ConnectionStrings__Database";
    const string ServerKey = "POSTGRES_SERVER";
    const string MaxPoolSizeKey = "Database:MaxPoolSize";
    const int FewestConnections = 2;

    /// <summary>How long a statement of a request waits for a lock.</summary>
    public static readonly TimeSpan LockTimeout = TimeSpan.FromSeconds(5);

    public DatabaseSettings(IConfiguration configuration)
    {
        DataDirectory = Path.GetFullPath(configuration["Data:Directory"] is { Length: > 0 } given
            ? given
            : Path.Combine(RepositoryRoot() ?? Directory.GetCurrentDirectory(), "data"));
        MaxPoolSize = configuration.WholeNumber(MaxPoolSizeKey, 60);
        if (MaxPoolSize < FewestConnections)
            throw new StartException($"The setting {MaxPoolSizeKey} must be {FewestConnections} or more, and is '{MaxPoolSize}'.");
        if ((FromConnectionString(configuration) ?? FromUrl(configuration) ?? FromPostgresVariables(configuration)) is not { } own) return;
        External = own.ConnectionString;
        ConnectionText.Check(ForPool(External), own.Setting);
    }

    /// <summary>Where the server keeps its own PostgreSQL, its keys and its files. An absolute path.</summary>
    public string DataDirectory { get; }

    /// <summary>The operator's connection string, or null when the server runs its own PostgreSQL.</summary>
    public string? External { get; }

    /// <summary>The most connections that this process opens for requests and workers together.</summary>
    public int MaxPoolSize { get; }

    /// <summary>
    /// Adds what every connection of the server needs: its name, its limits on time, and that a commit is on disk before it is confirmed, whatever is
    /// set for the database, the role, or in the connection string itself.
    /// </summary>
    public string ForPool(string connectionString)
    {
        var given = new NpgsqlConnectionStringBuilder(connectionString);
        return new NpgsqlConnectionStringBuilder(connectionString)
        {
            ApplicationName = given.ApplicationName ?? "consilium",
            MaxPoolSize = MaxPoolSize,
            MinPoolSize = FewestConnections,
            Timeout = 3,
            CommandTimeout = 15,
            KeepAlive = 15,
            NoResetOnClose = true, // nothing here changes a session and leaves it so; the reset would cost every request seven statements
            MaxAutoPrepare = 0, // a value refused while a statement is being prepared would spoil it for its connection: hot paths prepare theirs by name
            IncludeErrorDetail = false,
            Options = string.Join(' ', new[]
            {
                given.Options,
                "-c synchronous_commit=on",
                "-c statement_timeout=10s", $"-c lock_timeout={LockTimeout.Seconds}s", "-c idle_in_transaction_session_timeout=15s",
                "-c timezone=UTC", "-c jit=off",
            }.Where(part => !string.IsNullOrEmpty(part))),
        }.ConnectionString;
    }

    static (string ConnectionString, string Setting)? FromConnectionString(IConfiguration configuration)
    {
        if (configuration.GetConnectionString("Database") is not { Length: > 0 } given) return null;
        var isUrl = PostgresUrl.Is(given);
        return (isUrl ? PostgresUrl.ToConnectionString(given, ConnectionStringKey) : ConnectionText.Read(given, ConnectionStringKey), ConnectionStringKey);
    }

    static (string ConnectionString, string Setting)? FromUrl(IConfiguration configuration) =>
        configuration[UrlKey] is { Length: > 0 } given ? (PostgresUrl.ToConnectionString(given, UrlKey), UrlKey) : null;

    static (string ConnectionString, string Setting)? FromPostgresVariables(IConfiguration configuration)
    {
        if (configuration[ServerKey] is not { Length: > 0 } server) return null;
        return (new NpgsqlConnectionStringBuilder
        {
            Host = server,
            Port = configuration.Port("POSTGRES_PORT") ?? 5432,
            Username = configuration["POSTGRES_USER"] is { Length: > 0 } user ? user : "postgres",
            Password = configuration["POSTGRES_PASSWORD"],
            Database = configuration["POSTGRES_DB"] is { Length: > 0 } database ? database : "consilium",
        }.ConnectionString, ServerKey);
    }

    static string? RepositoryRoot()
    {
        for (var at = new DirectoryInfo(AppContext.BaseDirectory); at is not null; at = at.Parent)
            if (File.Exists(Path.Combine(at.FullName, "Consilium.slnx"))) return at.FullName;
        return null;
    }
}

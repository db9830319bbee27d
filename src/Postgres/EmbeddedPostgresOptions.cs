namespace Consilium.Postgres;

/// <summary>Where the embedded PostgreSQL lives and how it is set up.</summary>
public sealed class EmbeddedPostgresOptions
{
    /// <summary>The server's data directory; the cluster lives in its <c>postgres</c> directory.</summary>
    public required string DataDirectory { get; init; }

    /// <summary>Created when absent.</summary>
    public string Database { get; init; } = "consilium";

    /// <summary>Told one line per step that takes time, for the console.</summary>
    public Action<string>? Progress { get; init; }

    /// <summary>Settings of postgresql.conf that add to or replace the defaults, e.g. <c>max_connections</c>.</summary>
    public IReadOnlyDictionary<string, string> Settings { get; init; } = new Dictionary<string, string>();
}

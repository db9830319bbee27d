namespace Consilium.Postgres;

public sealed class EmbeddedPostgresOptions
{
    public required string DataDirectory { get; init; }
    public string Database { get; init; } = "consilium";
    public Action<string>? Progress { get; init; }
    public IReadOnlyDictionary<string, string> Settings { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);
}

public sealed class EmbeddedPostgres : IAsyncDisposable
{
    public static Task<EmbeddedPostgres> StartAsync(EmbeddedPostgresOptions options, CancellationToken cancellationToken = default) =>
        throw new NotSupportedException();
    public string ConnectionString { get; } = "";
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}

public sealed class DataDirectoryLock : IDisposable
{
    public static DataDirectoryLock Acquire(string dataDirectory) => new();
    public void Dispose() { }
}

using System.Diagnostics;
using Consilium.Postgres;

namespace Consilium.Tests.Postgres;

/// <summary>An empty cluster to copy: creating one costs most of a second.</summary>
public sealed class PreparedCluster : IAsyncLifetime
{
    readonly TemporaryDirectory data = new();

    public async Task InitializeAsync() => await (await EmbeddedPostgres.StartAsync(new() { DataDirectory = data.Path })).DisposeAsync();

    public async Task CopyToAsync(string dataDirectory)
    {
        using var copy = Process.Start("cp", ["-a", data.In("postgres"), dataDirectory]);
        await copy.WaitForExitAsync();
        copy.ExitCode.ShouldBe(0);
    }

    public Task DisposeAsync()
    {
        data.Dispose();
        return Task.CompletedTask;
    }
}

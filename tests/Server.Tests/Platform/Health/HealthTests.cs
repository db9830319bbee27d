using System.Diagnostics;
using Npgsql;

namespace Consilium.Tests.Platform.Health;

public sealed class HealthTests
{
    [Fact]
    public async Task It_follows_the_database_down_and_up_again()
    {
        var server = await Server.StartAsync();
        using var anyone = server.Anonymous();
        (await (await anyone.GetAsync("/health")).Content.ReadAsStringAsync()).ShouldBe("""{"status":"healthy"}""");
        (await anyone.GetJsonAsync("/health/ready")).GetProperty("parts").Text("database").ShouldBe("healthy");

        var name = new NpgsqlConnectionStringBuilder(server.Database.ConnectionString).Database!;
        await using (var postgres = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(server.Database.ConnectionString) { Database = "postgres", Pooling = false }))
        {
            await ExecuteAsync(postgres, $"ALTER DATABASE {name} ALLOW_CONNECTIONS false");
            await ExecuteAsync(postgres, $"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'");
            var sick = await UntilAsync(anyone, 503);
            sick.ShouldBe("""{"status":"unhealthy"}""");
            (await (await anyone.GetAsync("/health/ready")).ShouldAnswerAsync(503)).GetProperty("parts").Text("database").ShouldBe("unhealthy");
            await (await anyone.GetAsync("/health/live")).ShouldAnswerAsync(200);
            await ExecuteAsync(postgres, $"ALTER DATABASE {name} ALLOW_CONNECTIONS true");
        }
        await UntilAsync(anyone, 200);
        await server.DisposeAsync();
    }

    static async Task ExecuteAsync(NpgsqlDataSource source, string sql)
    {
        await using var command = source.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }

    static async Task<string> UntilAsync(HttpClient client, int status)
    {
        for (var waiting = Stopwatch.StartNew(); waiting.Elapsed < TimeSpan.FromSeconds(20); await Task.Delay(50))
            if (await client.GetAsync("/health") is { } answer && (int)answer.StatusCode == status) return await answer.Content.ReadAsStringAsync();
        throw new TimeoutException($"No {status} from /health.");
    }
}

using Consilium.Platform.Secrets;
using Consilium.Tests.Modules.Accounts;
using Npgsql;

namespace Consilium.Tests.Crash;

/// <summary>A rotation on a server that is killed as by <c>kill -9</c>: every value opens at every moment, and the old key retires in the end.</summary>
[Collection(Alone.Name)]
public sealed class RotationCrashTests : DatabaseTest
{
    const int Killed = 128 + ProcessSignals.Kill;
    const int Secrets = 101; // a batch and one more
    const string Rotate = "/api/v1/security/keys/rotate";

    [Fact]
    public async Task A_server_killed_in_a_rotation_and_between_the_batches_after_it_loses_nothing_and_comes_to_its_end()
    {
        await using var server = await ServerProcess.StartAsync(
            ("ConnectionStrings__Database", Database.ConnectionString), ("Accounts__PasswordIterations", "1000"), ("Database__MaxPoolSize", "20"),
            ("Security__OpensPerMinute", "0"), ("Crash__At", Reencryption.BetweenBatches));
        using var admin = await SignInAsync(server);
        for (var i = 1; i <= Secrets; i++)
            await (await admin.PostJsonAsync("/api/v1/config", new { Key = $"k{i}", Value = ValueOf(i), IsEncrypted = true })).ShouldAnswerAsync(201);

        await KillInARotationAsync(server, admin);
        (await StatusesAsync()).ShouldBe(["active"]);
        await server.RestartAsync();

        // The signing keys are sealed again first, and then a batch of values at each start.
        try
        {
            await (await admin.PostJsonAsync(Rotate, body: null)).ShouldAnswerAsync(201);
        }
        catch (HttpRequestException)
        {
            // It died before it could answer.
        }
        (await server.ExitAsync()).ShouldBe(Killed);
        (await StatusesAsync()).ShouldBe(["retiring", "active"]);
        await server.RestartAsync();
        await GoOnAsync();
        (await server.ExitAsync()).ShouldBe(Killed);
        (await LeftAsync()).ShouldBe(Secrets - 100);

        server.Environment.Remove("Crash__At");
        await server.RestartAsync();
        await ShouldOpenAsync(admin); // half of them with the new key; and signed in with a token of before
        await GoOnAsync();
        await Eventually.BecomesAsync("retired active", async () => string.Join(' ', await StatusesAsync()));
        (await LeftAsync()).ShouldBe(0);
        await ShouldOpenAsync(admin);
    }

    /// <summary>The rotation waits for somebody who is writing, and is killed there.</summary>
    async Task KillInARotationAsync(ServerProcess server, HttpClient admin)
    {
        await using var connection = await Database.Source.OpenConnectionAsync();
        await using var writing = await connection.BeginTransactionAsync();
        await using (var locked = new NpgsqlCommand("LOCK TABLE platform.data_keys IN ROW SHARE MODE", connection, writing)) await locked.ExecuteNonQueryAsync();
        var rotation = admin.PostJsonAsync(Rotate, body: null);
        await Eventually.BecomesAsync(1L, () => Database.ScalarAsync<long>("""
            SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = 'platform.data_keys'::regclass AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
            """));
        await server.KillAsync();
        await Should.ThrowAsync<HttpRequestException>(() => rotation);
    }

    /// <summary>As if the minute had passed for which a dead server's jobs are left to it.</summary>
    Task GoOnAsync() => Database.ExecuteAsync("UPDATE platform.jobs SET lease_until = now() WHERE kind = $1 AND status = 'running'", WhenKeyRotated.JobKind);

    static async Task ShouldOpenAsync(HttpClient admin)
    {
        for (var i = 1; i <= Secrets; i++)
            (await (await admin.PostJsonAsync($"/api/v1/config/k{i}/reveal", new { Reason = "to see" })).ShouldAnswerAsync(200)).Text("value").ShouldBe(ValueOf(i));
    }

    static string ValueOf(int number) => $"the secret with the number {number}";

    Task<List<string>> StatusesAsync() => Database.ColumnAsync<string>("SELECT status FROM platform.data_keys ORDER BY id");

    Task<long> LeftAsync() => Database.ScalarAsync<long>("""
        SELECT count(*) FROM settings.versions v JOIN platform.data_keys k ON k.id = v.data_key_id WHERE k.status <> 'active'
        """);

    static async Task<Client> SignInAsync(ServerProcess server)
    {
        using var anonymous = new Client(server.Address);
        var login = await anonymous.PostJsonAsync("/auth/login", new { username = "admin@example.com", password = "admin123" });
        return Client.From(server.Address, "admin@example.com", await login.ShouldAnswerAsync(200));
    }
}

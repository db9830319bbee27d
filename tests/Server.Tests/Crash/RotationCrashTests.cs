using Consilium.Platform.Secrets;
using Consilium.Tests.Modules.Settings;
using Consilium.Tests.Platform.Secrets;

namespace Consilium.Tests.Crash;

/// <summary>A server that is killed while it seals values again.</summary>
[Collection(Alone.Name)]
public sealed class RotationCrashTests : DatabaseTest
{
    const int Killed = 128 + ProcessSignals.Kill;

    [Fact]
    public async Task A_rotation_killed_between_two_batches_ends_after_the_next_start()
    {
        await using var server = await ServerProcess.StartAsync(
            ("ConnectionStrings__Database", Database.ConnectionString), ("Crash__At", Reencryption.BetweenBatches), ("Accounts__PasswordIterations", "1000"));
        using var admin = server.Client();
        var login = await (await admin.PostJsonAsync("/auth/login", new { username = "admin@example.com", password = "admin123" })).ShouldAnswerAsync(200);
        admin.DefaultRequestHeaders.Authorization = new("Bearer", login.Text("access_token"));
        var encrypted = await admin.EncryptAsync("from before");
        var old = (await admin.KeysAsync())[0].Id();

        try
        {
            await (await admin.PostJsonAsync($"{SecurityCalls.Root}/keys/rotate", body: null)).ShouldAnswerAsync(201);
        }
        catch (HttpRequestException)
        {
            // The work that it leaves begins with its commit, and may end the server before the answer has left.
        }
        (await server.ExitAsync()).ShouldBe(Killed);
        (await Database.KeyStatusAsync(old)).ShouldBe("retiring");
        // Its lease must not be waited for.
        await Database.ExecuteAsync("UPDATE platform.jobs SET lease_until = now() WHERE status = 'running'");
        server.Environment["Crash__At"] = "";
        await server.RestartAsync();

        await Modules.Accounts.Eventually.BecomesAsync("retired", () => Database.KeyStatusAsync(old));
        (await admin.DecryptAsync(encrypted)).GetString().ShouldBe("from before");
    }
}

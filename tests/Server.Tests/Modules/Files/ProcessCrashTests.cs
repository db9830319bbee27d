using Consilium.Tests.Modules.Cases;

namespace Consilium.Tests.Modules.Files;

/// <summary>The real server, killed between the steps of a file as by <c>kill -9</c>, and started again on the same data.</summary>
public sealed class ProcessCrashTests
{
    const int Killed = 128 + ProcessSignals.Kill;

    [DecoderFact]
    public async Task A_file_whose_server_is_killed_at_every_step_is_finished_once()
    {
        await using var scanner = new ClamdDouble();
        await using var remote = new RemoteFiles();
        await using var server = await ServerProcess.StartAsync([("Files__Clamd", scanner.Setting), .. remote.Settings.Select(s => (s.Key.Replace(":", "__"), s.Value!))]);
        Guid id, message;
        using (var owner = await SignInAsync(server))
        {
            id = await owner.OpenAsync();
            // Nobody knows the file yet: it is fetched, and the server dies at that.
            server.Environment["Crash__At"] = "files.fetched";
            await server.TerminateAsync();
            await server.RestartAsync();
        }
        using (var owner = await SignInAsync(server))
        {
            message = (await owner.AttachRemoteAsync(id, remote.Url("icon.png"), "sign.png")).Id();
            (await server.ExitAsync()).ShouldBe(Killed);
        }
        foreach (var point in (string[])["files.kept", "files.scanned", "files.decoded"])
        {
            server.Environment["Crash__At"] = point;
            // The dead server's lease would hold for a minute.
            (await RestartAsync(server)).ShouldBe(Killed, $"{point}\n{server.Output}");
        }
    }

    static async Task<int> RestartAsync(ServerProcess server) => await server.RestartUntilExitAsync();

    static async Task<HttpClient> SignInAsync(ServerProcess server)
    {
        var client = server.Client();
        var login = await client.PostJsonAsync("/auth/login", new { username = "user@example.com", password = "password123" });
        client.DefaultRequestHeaders.Authorization = new("Bearer", (await login.ShouldAnswerAsync(200)).Text("access_token"));
        return client;
    }
}

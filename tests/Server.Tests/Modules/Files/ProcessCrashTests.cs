using System.Text.Json;
using Consilium.Tests.Modules.Cases;

namespace Consilium.Tests.Modules.Files;

/// <summary>The real server, killed between the steps of a file as by <c>kill -9</c>, and started again on the same data.</summary>
public sealed class ProcessCrashTests : DatabaseTest
{
    const int Killed = 128 + ProcessSignals.Kill;

    static readonly string[] CrashPoints = ["files.fetched", "files.kept", "files.scanned", "files.decoded"];

    [DecoderFact]
    public async Task A_file_whose_server_is_killed_at_every_step_is_finished_exactly_once()
    {
        await using var scanner = new ClamdDouble();
        await using var remote = new RemoteFiles();
        await using var server = await ServerProcess.StartAsync([
            ("ConnectionStrings__Database", Database.ConnectionString), ("Files__Clamd", scanner.Setting), ("Crash__At", CrashPoints[0]),
            .. remote.Settings.Select(s => (s.Key.Replace(":", "__", StringComparison.Ordinal), s.Value!))]);
        Guid id;
        using (var owner = await SignInAsync(server))
        {
            id = await OpenAsync(owner);
            try
            {
                await AttachAsync(owner, id, remote);
            }
            catch (HttpRequestException)
            {
                // The server died of the job before it could answer; the message is there.
            }
            (await server.ExitAsync()).ShouldBe(Killed);
        }
        foreach (var point in CrashPoints[1..])
        {
            await EndLeasesAsync();
            server.Environment["Crash__At"] = point;
            (await server.RestartUntilExitAsync()).ShouldBe(Killed, $"{point}\n{server.Output}");
        }
        await EndLeasesAsync();
        server.Environment.Remove("Crash__At");
        await server.RestartAsync();

        using var again = await SignInAsync(server);
        var message = await AttachAsync(again, id, remote); // the first one: its token is the same
        var file = message.Attached().Single();
        await FileProgress.BecomesAsync("done", () => Database.ScalarAsync<string>("SELECT decoding FROM files.blobs")!);
        var attachment = (await again.AttachmentsAsync(id, message.Id())).Single();
        (attachment.Text("status"), attachment.Number("width"), attachment.Text("thumbnail_url")).ShouldBe(("clean", 48, $"/api/v1/files/{file}/thumbnail"));
        (await again.GetByteArrayAsync(attachment.Text("url"))).ShouldBe(await File.ReadAllBytesAsync(DecoderParts.Fixture("icon.png")));
        (await again.GetByteArrayAsync(attachment.Text("thumbnail_url"))).Length.ShouldBePositive();

        // Fetched, clean, decoded: each told once, though each was begun more than once.
        (await Database.ColumnAsync<string>("SELECT type FROM threads.events WHERE thread_id = $1 ORDER BY seq", id)).Count(type => type == "attachment.changed").ShouldBe(3);
        (await Database.ScalarAsync<long>("SELECT count(*) FROM audit.entries WHERE action = 'file.fetch' AND outcome = 'ok'")).ShouldBe(1);
        (await Database.ScalarAsync<long>("SELECT bytes FROM files.usage")).ShouldBe(148);
        await FileProgress.BecomesAsync(0L, () => Database.ScalarAsync<long>("SELECT count(*) FROM platform.jobs WHERE kind IN ('files.fetch', 'files.process')"));
        foreach (var kept in (string[])["blobs", "thumbnails"])
            Directory.GetFiles(Path.Combine(server.Data, "files", kept), "*", SearchOption.AllDirectories).Length.ShouldBe(1, kept);
        remote.Asked("icon.png").ShouldBe(3);
    }

    // Instead of waiting until what the dead server held has run out.
    Task EndLeasesAsync() => Database.ExecuteAsync("UPDATE platform.jobs SET lease_until = now() - interval '1 second' WHERE status = 'running'");

    static async Task<Guid> OpenAsync(HttpClient owner) =>
        (await (await owner.PostJsonAsync(CaseServer.Root, new { issue_description = "A sign that I do not understand." })).ShouldAnswerAsync(201)).Id();

    static async Task<JsonElement> AttachAsync(HttpClient owner, Guid caseId, RemoteFiles remote)
    {
        object[] attachments = [new { file_name = "sign.png", file_url = remote.Url("icon.png") }];
        return await (await owner.PostJsonAsync($"{CaseServer.Root}/{caseId}/messages", new { content = "This one", attachments, client_token = "once", ask_assistant = false }))
            .ShouldAnswerAsync(201);
    }

    static async Task<HttpClient> SignInAsync(ServerProcess server)
    {
        var client = server.Client();
        var login = await client.PostJsonAsync("/auth/login", new { username = "customer@example.com", password = "password123" });
        client.DefaultRequestHeaders.Authorization = new("Bearer", (await login.ShouldAnswerAsync(200)).Text("access_token"));
        return client;
    }
}

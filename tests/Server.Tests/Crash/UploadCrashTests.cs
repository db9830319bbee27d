using System.Collections.Concurrent;
using System.Security.Cryptography;
using Consilium.Tests.Modules.Cases;
using Consilium.Tests.Modules.Files;
using Xunit.Abstractions;

namespace Consilium.Tests.Crash;

/// <summary>
/// Uploads to a server that is killed as by <c>kill -9</c>: a file is there as a whole or not at all, what was acknowledged stays, and nothing
/// is left over once it has been swept.
/// </summary>
[Collection(Alone.Name)]
public sealed class UploadCrashTests(ITestOutputHelper output) : DatabaseTest
{
    const int Killed = 128 + ProcessSignals.Kill;
    const int Kills = 5;
    const int Senders = 5;

    readonly ConcurrentDictionary<Guid, string> acknowledged = new();
    readonly ConcurrentDictionary<Guid, bool> retracted = new();
    int answers;

    [Fact]
    public async Task A_server_killed_at_each_step_of_an_upload_has_the_whole_file_or_none()
    {
        (string Point, long Files)[] steps = [("files.staged", 0), ("files.kept", 0), ("files.committed", 1)];
        var content = UploadCalls.Text(2_000_000);
        await using var server = await StartAsync(("Crash__At", steps[0].Point));
        using var owner = await SignInAsync(server);
        var id = await owner.OpenCaseAsync();
        for (var i = 0; i < steps.Length; i++)
        {
            await Should.ThrowAsync<HttpRequestException>(() => owner.TrySendFileAsync(id, content, key: "k"));
            (await server.ExitAsync()).ShouldBe(Killed);
            (await Database.ScalarAsync<long>("SELECT count(*) FROM files.files")).ShouldBe(steps[i].Files);
            server.Environment["Crash__At"] = i + 1 < steps.Length ? steps[i + 1].Point : "";
            await server.RestartAsync();
        }

        var file = await (await owner.TrySendFileAsync(id, content, key: "k")).ShouldAnswerAsync(201);
        await owner.ShouldDownloadAsync(file, content);
        (await Database.ScalarAsync<long>("SELECT count(*) FROM files.files")).ShouldBe(1);
        UploadCalls.StoredIn(server.Data).ShouldBe([UploadCalls.HashOf(content)]);
    }

    [Fact]
    public async Task Uploads_and_retractions_under_kill_9_lose_nothing_and_leave_nothing()
    {
        await using var server = await StartAsync();
        using var stop = new CancellationTokenSource();
        using var owner = await SignInAsync(server);
        var cases = new List<Guid>();
        for (var i = 0; i < Senders; i++) cases.Add(await owner.OpenCaseAsync());
        var senders = cases.ConvertAll(id => Task.Run(() => SendAsync(owner, id, stop.Token)));
        for (var kill = 0; kill < Kills; kill++)
        {
            await Task.Delay(RandomNumberGenerator.GetInt32(200, 1200));
            await server.KillAsync();
            await server.RestartAsync();
        }
        var after = answers + Senders;
        await FileProgress.BecomesAsync(true, () => Task.FromResult(answers >= after || senders.Exists(s => s.IsFaulted)));
        await stop.CancelAsync();
        await Task.WhenAll(senders);

        output.WriteLine($"{Kills} kills, {acknowledged.Count} files acknowledged, {retracted.Count} of them retracted.");
        acknowledged.Count.ShouldBeGreaterThan(Kills * Senders);
        var there = acknowledged.Keys.Except(retracted.Keys).ToList();
        (await Database.ColumnAsync<Guid>("SELECT id FROM files.files")).ShouldBe(there, ignoreOrder: true);
        foreach (var id in there)
            UploadCalls.HashOf(await owner.GetByteArrayAsync($"/api/v1/files/{id}")).ShouldBe(acknowledged[id]);

        await SweepAsync(server);
        UploadCalls.StoredIn(server.Data).ShouldBe(there.Select(id => acknowledged[id]).Distinct(), ignoreOrder: true);
        (await Database.ColumnAsync<string>("SELECT sha256 FROM files.blobs")).ShouldBe(there.Select(id => acknowledged[id]).Distinct(), ignoreOrder: true);
        (await Database.ScalarAsync<long>("SELECT sum(bytes)::bigint FROM files.usage"))
            .ShouldBe(await Database.ScalarAsync<long>("SELECT sum(size)::bigint FROM files.files"));
    }

    /// <summary>Sends one file after the other, each until it is acknowledged; attaches and retracts every third.</summary>
    async Task SendAsync(Client owner, Guid caseId, CancellationToken stop)
    {
        byte[] content = [];
        for (var number = 1; !stop.IsCancellationRequested; number++)
        {
            if (number % 4 != 0) content = UploadCalls.Text(RandomNumberGenerator.GetInt32(1000, 1_500_000)); // the same again now and then
            var sent = content;
            var key = $"{caseId}-{number}";
            var file = (await UntilAsync(201, () => owner.TrySendFileAsync(caseId, sent, key: key)))!.Value;
            acknowledged[file.Id()] = UploadCalls.HashOf(sent);
            Interlocked.Increment(ref answers);
            if (number % 3 != 0) continue;
            var message = (await UntilAsync(201, () => owner.TrySendAsync(caseId, [file.Id()], token: key)))!.Value;
            await UntilAsync(204, () => owner.TryRetractAsync(caseId, message.Id()));
            retracted[file.Id()] = true;
        }
    }

    static async Task<System.Text.Json.JsonElement?> UntilAsync(int status, Func<Task<HttpResponseMessage>> ask)
    {
        while (true)
        {
            try
            {
                using var answer = await ask();
                if ((int)answer.StatusCode is not (503 or 409)) return await answer.ShouldAnswerAsync(status);
            }
            catch (Exception cut) when (cut is HttpRequestException or IOException)
            {
                // The server is being killed or started.
            }
            await Task.Delay(50);
        }
    }

    /// <summary>Makes everything on the disk two hours old, and waits for a whole run of the sweep.</summary>
    async Task SweepAsync(ServerProcess server)
    {
        foreach (var file in Directory.EnumerateFiles(Path.Combine(server.Data, "files"), "*", SearchOption.AllDirectories))
            File.SetLastWriteTimeUtc(file, DateTime.UtcNow.AddHours(-2));
        // As if the minute had passed for which a dead server's jobs are left to it.
        await Database.ExecuteAsync("UPDATE platform.jobs SET lease_until = now() WHERE status = 'running'");
        const string due = "UPDATE platform.jobs SET run_at = now() WHERE kind = 'files.sweep' AND status = 'queued'";
        await FileProgress.BecomesAsync(1, () => RowsAsync(due));
        await FileProgress.BecomesAsync(1L, async () =>
            await Database.ScalarAsync<long>("SELECT count(*) FROM platform.jobs WHERE kind = 'files.sweep' AND status = 'queued' AND run_at > now() + interval '1 minute'"));

        async Task<int> RowsAsync(string sql)
        {
            await using var command = Database.Source.CreateCommand(sql);
            return await command.ExecuteNonQueryAsync();
        }
    }

    Task<ServerProcess> StartAsync(params (string Name, string Value)[] environment) => ServerProcess.StartAsync(
        [("ConnectionStrings__Database", Database.ConnectionString), ("Accounts__PasswordIterations", "1000"), ("Database__MaxPoolSize", "20"), .. environment]);

    static async Task<Client> SignInAsync(ServerProcess server)
    {
        using var anonymous = new Client(server.Address);
        var login = await anonymous.PostJsonAsync("/auth/login", new { username = "customer@example.com", password = "password123" });
        return Client.From(server.Address, "customer@example.com", await login.ShouldAnswerAsync(200));
    }
}

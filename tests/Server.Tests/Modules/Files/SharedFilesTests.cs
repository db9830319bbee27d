using Consilium.Tests.Modules.Cases;

namespace Consilium.Tests.Modules.Files;

/// <summary>Two servers on one database with one directory for files.</summary>
public sealed class SharedFilesTests : IAsyncLifetime
{
    readonly string files = TempDirectory.New();
    Server here = null!;
    Server there = null!;

    public async Task InitializeAsync()
    {
        var settings = new Dictionary<string, string?>(CaseServer.QuickPasswords, StringComparer.Ordinal)
        {
            ["Security:MasterKey"] = Convert.ToBase64String(new byte[32]),
            ["Files:Directory"] = files,
        };
        here = await Server.StartAsync(settings);
        there = await Server.StartAsync(settings, sharedDatabase: here.Database);
    }

    public async Task DisposeAsync()
    {
        await there.DisposeAsync();
        await here.DisposeAsync();
    }

    [Fact]
    public async Task What_is_sent_to_one_is_had_from_the_other_and_goes_from_both()
    {
        using var owner = await here.SignedInAsync("user");
        using var away = await there.SignInAsync(owner.Email, "several plain words 7");
        var id = await owner.OpenCaseAsync();
        var contents = Enumerable.Range(0, 6).Select(_ => UploadCalls.Text(1000)).ToList();
        for (var i = 0; i < contents.Count; i++)
        {
            var (sender, reader) = i % 2 == 0 ? (owner, away) : (away, owner);
            var file = await sender.SendFileAsync(id, contents[i]);
            await reader.ShouldDownloadAsync(file, contents[i]);
            await reader.RetractAsync(id, (await reader.SendAsync(id, [file.Id()])).Id());
            await (await sender.GetAsync(file.Text("url"))).ShouldBeProblemAsync(404, "not_found");
        }
        await FileProgress.BecomesAsync(0, () => Task.FromResult(Directory.EnumerateFiles(files, "*", SearchOption.AllDirectories).Count()));
        foreach (var server in (Server[])[here, there])
            (await server.Anonymous().GetJsonAsync("/health/ready")).GetProperty("parts").Text("files").ShouldBe("healthy");
    }
}

using Consilium.Modules.Files;
using Consilium.Platform.Database;
using Consilium.Platform.Jobs;
using Consilium.Tests.Modules.Cases;
using Microsoft.Extensions.DependencyInjection;
using static Consilium.Tests.Modules.Files.UploadCalls;

namespace Consilium.Tests.Modules.Files;

/// <summary>What nobody asks for any more goes, and nothing else.</summary>
public sealed class SweepTests(CaseServer server) : IClassFixture<CaseServer>
{
    string Data => server.Services.GetRequiredService<DatabaseSettings>().DataDirectory;

    [Fact]
    public async Task An_upload_that_nobody_attaches_goes_after_a_day_and_makes_room_again()
    {
        using var owner = await server.SignedInAsync("user");
        var id = await owner.OpenCaseAsync();
        var contents = Enumerable.Range(0, 3).Select(_ => Text(500)).ToArray();
        var (old, attached) = (await (await owner.TrySendFileAsync(id, contents[0], key: "old")).ShouldAnswerAsync(201), await owner.SendFileAsync(id, contents[1]));
        var young = await owner.SendFileAsync(id, contents[2]);
        await owner.SendAsync(id, [attached.Id()]);
        await server.Database.ExecuteAsync("UPDATE files.files SET created_at = now() - interval '25 hours' WHERE id = ANY ($1)", new[] { old.Id(), attached.Id() });

        await SweepAsync();

        await (await owner.GetAsync(old.Text("url"))).ShouldBeProblemAsync(404, "not_found");
        await owner.ShouldDownloadAsync(attached, contents[1]);
        await owner.ShouldDownloadAsync(young, contents[2]);
        File.Exists(PathOf(Data, HashOf(contents[0]))).ShouldBeFalse();
        (await server.Database.ScalarAsync<long>("SELECT count(*) FROM files.blobs WHERE sha256 = $1", HashOf(contents[0]))).ShouldBe(0);
        (await server.Database.ScalarAsync<long>("SELECT bytes FROM files.usage WHERE owner_id = $1", owner.UserId)).ShouldBe(1000);
        await (await owner.TrySendFileAsync(id, contents[0], key: "old")).ShouldBeProblemAsync(410, "gone");
        await (await owner.TrySendAsync(id, [old.Id()])).ShouldRefuseFieldsAsync("attachments[0]");
    }

    [Fact]
    public async Task The_bytes_of_a_retracted_message_go_soon()
    {
        var id = await server.Owner.OpenCaseAsync();
        var content = Text(500);
        var message = await server.Owner.SendAsync(id, [(await server.Owner.SendFileAsync(id, content)).Id()]);
        await server.Owner.RetractAsync(id, message.Id());
        await FileProgress.BecomesAsync(false, () => Task.FromResult(File.Exists(PathOf(Data, HashOf(content)))));
    }

    [Fact]
    public async Task Bytes_stay_as_long_as_one_file_consists_of_them()
    {
        var id = await server.Owner.OpenCaseAsync();
        var content = Text(500);
        var (one, two) = (await server.Owner.SendFileAsync(id, content), await server.Owner.SendFileAsync(id, content));
        var message = await server.Owner.SendAsync(id, [one.Id()]);
        await server.Owner.RetractAsync(id, message.Id());
        await FileProgress.BecomesAsync(0L, async () =>
            await server.Database.ScalarAsync<long>("SELECT count(*) FROM platform.jobs WHERE kind = 'files.remove_blob' AND payload ->> 'Sha256' = $1", HashOf(content)));
        await SweepAsync();
        await server.Owner.ShouldDownloadAsync(two, content);
    }

    [Fact]
    public async Task Bytes_that_never_became_a_file_and_what_was_half_received_go_after_an_hour()
    {
        var (oldStray, youngStray) = (Stray(TimeSpan.FromHours(2)), Stray(TimeSpan.FromMinutes(50)));
        var (oldHalf, youngHalf) = (Half(TimeSpan.FromHours(2)), Half(TimeSpan.FromMinutes(50)));

        await SweepAsync();

        ((string[])[oldStray, youngStray, oldHalf, youngHalf]).Select(File.Exists).ShouldBe([false, true, false, true]);
    }

    [Fact]
    public async Task A_row_whose_bytes_a_crash_took_first_is_nobodys_and_goes()
    {
        var sha256 = HashOf(Text(100));
        await server.Database.ExecuteAsync(
            "INSERT INTO files.blobs (sha256, size, media_type, scan, decoding, created_at) VALUES ($1, 100, 'text/plain', 'clean', 'none', now())", sha256);
        await SweepAsync();
        (await server.Database.ScalarAsync<long>("SELECT count(*) FROM files.blobs WHERE sha256 = $1", sha256)).ShouldBe(0);
    }

    [Fact]
    public async Task Whoever_sends_the_same_bytes_while_they_are_swept_has_them()
    {
        var id = await server.Owner.OpenCaseAsync();
        for (var round = 0; round < 15; round++)
        {
            var content = Text(200);
            var first = await server.Owner.SendFileAsync(id, content);
            await server.Database.ExecuteAsync("UPDATE files.files SET created_at = now() - interval '25 hours' WHERE id = $1", first.Id());
            var sweeping = SweepAsync();
            var second = await server.Owner.SendFileAsync(id, content);
            await sweeping;
            await server.Owner.ShouldDownloadAsync(second, content);
        }
    }

    [Fact]
    public async Task What_was_left_half_received_goes_at_the_start()
    {
        var half = Half(TimeSpan.Zero);
        await server.Services.GetServices<IStartupTask>().OfType<RemoveHalfReceived>().Single().RunAsync(default);
        File.Exists(half).ShouldBeFalse();
    }

    async Task SweepAsync()
    {
        await using var scope = server.Services.CreateAsyncScope();
        await scope.ServiceProvider.GetServices<IScheduledJob>().OfType<SweepFiles>().Single().RunAsync(default);
    }

    string Stray(TimeSpan age) => Left(PathOf(Data, HashOf(Text(100))), age);

    string Half(TimeSpan age) => Left(Path.Combine(Data, "files", "incoming", $"{Guid.CreateVersion7():N}"), age);

    static string Left(string path, TimeSpan age)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, "left");
        File.SetLastWriteTimeUtc(path, DateTime.UtcNow - age);
        return path;
    }
}

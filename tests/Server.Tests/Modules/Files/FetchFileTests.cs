using Consilium.Tests.Modules.Cases;

namespace Consilium.Tests.Modules.Files;

public sealed class FetchFileTests(FetchFileTests.Online server) : IClassFixture<FetchFileTests.Online>
{
    [Theory]
    [InlineData("icon.png")]
    [InlineData("unnamed-type")]
    public async Task A_file_named_by_an_address_is_fetched_and_becomes_one_like_an_upload(string path)
    {
        var id = await server.Owner.OpenCaseAsync();

        var message = await server.Owner.AttachRemoteAsync(id, server.Remote.Url(path), "sign.png");

        var attachment = await server.Staff.AttachmentAsync(id, message.Id(), "clean");
        (attachment.Text("file_name"), attachment.Text("media_type"), attachment.Number("size")).ShouldBe(("sign.png", "image/png", 148));
        (await server.Staff.GetByteArrayAsync(attachment.Text("url"))).ShouldBe(File.ReadAllBytes(DecoderParts.Fixture("icon.png")));
        var file = attachment.Id();
        (await server.Owner.FileEventsAsync(id)).ShouldContain(file);
        (await server.Database.ScalarAsync<string>("SELECT coalesce(source_url, 'forgotten') FROM files.files WHERE id = $1", file)).ShouldBe("forgotten");
        (await server.Database.ColumnAsync<string>("SELECT outcome FROM audit.entries WHERE action = 'file.fetch' AND resource = $1 AND actor_id = $2", $"file/{file}", server.Owner.UserId))
            .ShouldBe(["ok"]);
        server.Remote.Asked(path).ShouldBe(1);
    }

    [DecoderFact]
    public async Task A_fetched_picture_gets_its_thumbnail()
    {
        var id = await server.Owner.OpenCaseAsync();
        var message = await server.Owner.AttachRemoteAsync(id, server.Remote.Url("icon.png/thumbnail"));
        var file = (await server.Owner.AttachmentAsync(id, message.Id(), "clean")).Id();

        (await server.ProcessedAsync(file)).ShouldBe("done");

        (await server.Owner.AttachmentsAsync(id, message.Id())).Single().Text("thumbnail_url").ShouldBe($"/api/v1/files/{file}/thumbnail");
    }

    [Theory]
    [InlineData("status/404", "The server there answered 404.")]
    [InlineData("status/403", "The server there answered 403.")]
    [InlineData("says-huge", "The file there is too large.")]
    [InlineData("is-huge", "The file there is too large.")]
    [InlineData("empty", "The file there is empty.")]
    [InlineData("page", "The file there is of a type that is not taken here: pictures, PDF, text, CSV, Word, Excel and audio files are.")]
    [InlineData("html-as-picture", "The file there is of a type that is not taken here: pictures, PDF, text, CSV, Word, Excel and audio files are.")]
    [InlineData("picture-as-text", "The server there calls the file something else than what it is.")]
    public async Task What_cannot_be_had_is_said_in_the_file_at_once_and_the_message_stands(string path, string words)
    {
        var id = await server.Owner.OpenCaseAsync();

        var message = await server.Owner.AttachRemoteAsync(id, server.Remote.Url(path));

        var attachment = await server.Staff.AttachmentAsync(id, message.Id(), "blocked");
        (attachment.Text("reason"), attachment.Number("size"), attachment.Text("thumbnail_url")).ShouldBe((words, 0, null));
        server.Remote.Asked(path).ShouldBe(1);
        (await server.Staff.MessagesAsync(id)).Single().Text("content").ShouldBe("See here");
        (await server.Owner.FileEventsAsync(id)).ShouldBe([attachment.Id()]);
        await (await server.Owner.GetAsync(attachment.Text("url"))).ShouldBeProblemAsync(409, "file_blocked");
        (await server.Database.ScalarAsync<string>("SELECT coalesce(source_url, 'forgotten') FROM files.files WHERE id = $1", attachment.Id())).ShouldBe("forgotten");
    }

    [Fact]
    public async Task Nothing_inside_is_reached_neither_by_name_nor_by_redirect()
    {
        var id = await server.Owner.OpenCaseAsync();
        string[] urls = [server.Remote.UrlInside(), server.Remote.Url("inwards"), "http://localhost/", "http://[::ffff:127.0.0.1]/", "http://169.254.169.254/latest/meta-data"];

        var message = await server.Owner.AttachAsync(id, [.. urls.Select(url => new { file_name = "a.txt", file_url = url })]);

        await FileProgress.BecomesAsync(urls.Length, async () => (await server.Owner.AttachmentsAsync(id, message.Id())).Count(a => a.Text("status") == "blocked"));
        var reasons = (await server.Owner.AttachmentsAsync(id, message.Id())).Select(a => a.Text("reason")!).ToList();
        reasons.ShouldAllBe(reason => reason.Length > 0 && !reason.Any(char.IsAsciiDigit));
        server.Remote.AskedInside.ShouldBe(0);
    }

    [Fact]
    public async Task A_server_that_fails_once_is_asked_again()
    {
        var id = await server.Owner.OpenCaseAsync();

        var message = await server.Owner.AttachRemoteAsync(id, server.Remote.Url("second-time"));

        await server.Owner.AttachmentAsync(id, message.Id(), "clean");
        server.Remote.Asked("second-time").ShouldBe(2);
    }

    [Theory]
    [InlineData("status/503", "The server there answered 503.")]
    [InlineData("status/429", "The server there answered 429.")]
    [InlineData("breaks-off", "The server there did not give a complete and correct answer.")]
    public async Task A_server_that_goes_on_failing_is_asked_four_times_and_leaves_no_dead_letter(string path, string words)
    {
        var id = await server.Owner.OpenCaseAsync();
        var message = await server.Owner.AttachRemoteAsync(id, server.Remote.Url(path));
        var file = message.Attached().Single();

        await FileProgress.BecomesAsync("blocked", async () =>
        {
            await server.Database.ExecuteAsync("UPDATE platform.jobs SET run_at = now() WHERE id = $1 AND status = 'queued'", file); // instead of waiting
            return (await server.Owner.AttachmentsAsync(id, message.Id())).Single().Text("status");
        });

        (await server.Owner.AttachmentsAsync(id, message.Id())).Single().Text("reason").ShouldBe(words);
        server.Remote.Asked(path).ShouldBe(4);
        await FileProgress.BecomesAsync(0L, () => server.Database.ScalarAsync<long>("SELECT count(*) FROM platform.jobs WHERE id = $1", file));
    }

    [Fact]
    public async Task A_server_that_drips_or_hangs_is_cut_each_time_and_said_to_be_too_slow()
    {
        await using var remote = new RemoteFiles();
        var clock = new ManualClock();
        await using var own = await FileServer.WithAsync(clock, [.. remote.Settings.Select(s => (s.Key, s.Value!))]);
        var id = await own.Owner.OpenCaseAsync();
        var message = await own.Owner.AttachAsync(id, new { file_name = "a.png", file_url = remote.Url("drips") }, new { file_name = "b.png", file_url = remote.Url("when-released") });

        for (var attempt = 1; attempt <= 4; attempt++)
        {
            await FileProgress.BecomesAsync((attempt, attempt), () =>
            {
                if (attempt > 1) clock.Advance(TimeSpan.FromSeconds(1)); // the workers look again, and what failed becomes due
                return Task.FromResult((remote.Asked("drips"), remote.Asked("when-released")));
            });
            clock.Advance(TimeSpan.FromSeconds(41));
            await FileProgress.BecomesAsync(0L, () => own.Database.ScalarAsync<long>("SELECT count(*) FROM platform.jobs WHERE kind = 'files.fetch' AND status = 'running'"));
        }

        (await own.Owner.AttachmentsAsync(id, message.Id())).ShouldAllBe(a => a.Text("status") == "blocked" && a.Text("reason") == "The server there took too long.");
    }

    [Fact]
    public async Task What_this_server_could_not_store_is_fetched_when_an_admin_has_it_tried_again()
    {
        await using var remote = new RemoteFiles();
        var data = TempDirectory.New();
        await using var own = await FileServer.WithAsync([.. remote.Settings.Select(s => (s.Key, s.Value!)), ("Data:Directory", data)]);
        var incoming = Path.Combine(Directory.CreateDirectory(Path.Combine(data, "files")).FullName, "incoming");
        if (Directory.Exists(incoming)) Directory.Delete(incoming);
        await File.WriteAllTextAsync(incoming, "in the way");
        var id = await own.Owner.OpenCaseAsync();
        var message = await own.Owner.AttachRemoteAsync(id, remote.Url("icon.png"));
        var file = message.Attached().Single();

        await FileProgress.BecomesAsync("dead", async () =>
        {
            await own.Database.ExecuteAsync("UPDATE platform.jobs SET run_at = now() WHERE id = $1 AND status = 'queued'", file); // instead of waiting
            return await own.Database.ScalarAsync<string>("SELECT status FROM platform.jobs WHERE id = $1", file);
        });
        (await own.Owner.AttachmentAsync(id, message.Id(), "blocked")).Text("reason").ShouldBe("It could not be fetched.");
        File.Delete(incoming);
        using var admin = await own.SignedInAsync("admin");
        await (await admin.PostJsonAsync($"/api/v1/jobs/{file}/retry", null)).ShouldAnswerAsync(200);

        (await own.Owner.AttachmentAsync(id, message.Id(), "clean")).Text("reason").ShouldBeNull();
    }

    [Fact]
    public async Task What_is_retracted_while_it_is_fetched_is_not_stored()
    {
        var id = await server.Owner.OpenCaseAsync();
        var message = await server.Owner.AttachRemoteAsync(id, server.Remote.Url("when-released"));
        var file = message.Attached().Single();
        await FileProgress.BecomesAsync(1, () => Task.FromResult(server.Remote.Asked("when-released")));

        await server.Owner.RetractAsync(id, message.Id());
        server.Remote.Release.SetResult();

        await FileProgress.BecomesAsync(0L, () => server.Database.ScalarAsync<long>("SELECT count(*) FROM platform.jobs WHERE id = $1", file));
        (await server.Database.ScalarAsync<long>("SELECT count(*) FROM files.files WHERE place_id = $1", id)).ShouldBe(0);
        (await server.Owner.EventsAsync(id)).Types().ShouldBe(["participant.joined", "message.posted", "message.retracted"]);
        (await server.Database.ScalarAsync<long>("SELECT count(*) FROM audit.entries WHERE action = 'file.fetch' AND resource = $1", $"file/{file}")).ShouldBe(0);
    }

    [Fact]
    public async Task What_is_fetched_counts_against_the_quota_of_whoever_named_it()
    {
        await using var remote = new RemoteFiles();
        await using var small = await FileServer.WithAsync([.. remote.Settings.Select(s => (s.Key, s.Value!)), ("Files:MaxBytes", "200"), ("Files:QuotaPerOwner", "200")]);
        var id = await small.Owner.OpenCaseAsync();

        var first = await small.Owner.AttachRemoteAsync(id, remote.Url("icon.png"));
        await small.Owner.AttachmentAsync(id, first.Id(), "clean");
        var second = await small.Owner.AttachRemoteAsync(id, remote.Url("icon.png/again"));

        (await small.Owner.AttachmentAsync(id, second.Id(), "blocked")).Text("reason")!.ShouldStartWith("There is no room for it");
        (await small.Database.ScalarAsync<long>("SELECT bytes FROM files.usage WHERE owner_id = $1", small.Owner.UserId)).ShouldBe(148);
    }

    [Fact]
    public async Task Slow_servers_hold_up_nobody_but_each_other()
    {
        var id = await server.Owner.OpenCaseAsync();
        await server.Owner.AttachAsync(id, [.. Enumerable.Range(0, 6).Select(n => new { file_name = "slow.png", file_url = server.Remote.Url($"drips/{n}") })]);
        await FileProgress.BecomesAsync(4, () => Task.FromResult(Enumerable.Range(0, 6).Sum(n => server.Remote.Asked($"drips/{n}"))));

        var file = (await server.Owner.UploadAsync(id, "Read meanwhile"u8.ToArray(), "notes.txt")).Id();
        if (DecoderParts.IsRestored) (await server.ProcessedAsync(file)).ShouldBe("done");
        await server.MakeDueAsync("platform.purge_idempotency_keys");
        await FileProgress.BecomesAsync("queued", () => server.Database.ScalarAsync<string>(
            "SELECT CASE WHEN run_at > now() THEN status ELSE 'due' END FROM platform.jobs WHERE kind = 'platform.purge_idempotency_keys'")!);
    }

    /// <summary>A server that may reach a remote one.</summary>
    public sealed class Online : FileServer
    {
        public Online() => Settings = Remote.Settings;

        internal RemoteFiles Remote { get; } = new();

        public override async Task DisposeAsync()
        {
            await base.DisposeAsync();
            await Remote.DisposeAsync();
        }
    }
}

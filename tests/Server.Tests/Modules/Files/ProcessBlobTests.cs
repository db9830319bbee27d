using System.Text;
using Consilium.Tests.Modules.Cases;
using Npgsql;
using Decoder = Consilium.Modules.Files.Decoder;

namespace Consilium.Tests.Modules.Files;

public sealed class ProcessBlobTests(FileServer server) : IClassFixture<FileServer>
{
    [DecoderFact]
    public async Task A_picture_in_a_message_gets_its_measures_and_its_thumbnail_and_the_case_hears_of_it_once()
    {
        var id = await server.Owner.OpenCaseAsync();
        var file = (await server.Owner.UploadFixtureAsync(id, "held-upright.jpg")).Id();
        var message = await server.Owner.AttachAsync(id, file);

        (await server.ProcessedAsync(file)).ShouldBe("done");

        var attachment = (await server.Staff.AttachmentsAsync(id, message.Id())).Single();
        (attachment.Number("width"), attachment.Number("height"), attachment.Text("thumbnail_url")).ShouldBe((1512, 2016, $"/api/v1/files/{file}/thumbnail"));
        var thumbnail = await server.Staff.GetByteArrayAsync(attachment.Text("thumbnail_url"));
        Encoding.ASCII.GetString(thumbnail, 8, 4).ShouldBe("WEBP");
        // Unless it was ready when the message was posted, which showed it then.
        if (message.GetProperty("attachments")[0].Text("thumbnail_url") is null) (await server.Staff.FileEventsAsync(id)).ShouldBe([file]);
    }

    [DecoderFact]
    public async Task A_PDF_gets_the_number_of_its_pages_and_a_text_file_nothing_to_look_at()
    {
        var id = await server.Owner.OpenCaseAsync();
        var (paper, notes) = ((await server.Owner.UploadFixtureAsync(id, "ten-pages.pdf")).Id(), (await server.Owner.UploadFixtureAsync(id, "notes-utf8.txt")).Id());
        (await server.ProcessedAsync(paper), await server.ProcessedAsync(notes)).ShouldBe(("done", "done"));

        var message = await server.Owner.AttachAsync(id, paper, notes);

        var attachments = message.GetProperty("attachments");
        (attachments[0].Number("page_count"), attachments[0].Text("thumbnail_url")).ShouldBe((10, $"/api/v1/files/{paper}/thumbnail"));
        attachments[1].Text("thumbnail_url").ShouldBeNull();
        (await server.Owner.FileEventsAsync(id)).ShouldBeEmpty("nothing changed after the post");
    }

    [DecoderFact]
    public async Task Equal_files_are_decoded_once_and_everybody_who_looks_at_one_of_them_hears_of_it()
    {
        var (first, second) = (await server.Owner.OpenCaseAsync(), await server.Stranger.OpenCaseAsync());
        var sha256 = await StoredUndecodedAsync("stamp.png");
        var (one, other) = ((await server.Owner.UploadFixtureAsync(first, "stamp.png")).Id(), (await server.Stranger.UploadFixtureAsync(second, "stamp.png")).Id());
        await server.Owner.AttachAsync(first, one);
        await server.Stranger.AttachAsync(second, other);

        await server.Database.ExecuteAsync("UPDATE files.blobs SET decoding = 'waiting' WHERE sha256 = $1", sha256);
        await server.MakeDueAsync("files.process_waiting");
        (await server.ProcessedAsync(one)).ShouldBe("done");

        (await server.Owner.FileEventsAsync(first)).ShouldBe([one]);
        (await server.Stranger.FileEventsAsync(second)).ShouldBe([other]);
        (await server.Sha256Async(other)).ShouldBe(sha256);
    }

    [DecoderFact]
    public async Task A_file_that_is_attached_while_its_thumbnail_is_being_kept_is_told_too()
    {
        var id = await server.Owner.OpenCaseAsync();
        var sha256 = await StoredUndecodedAsync("letter.webp");
        var file = (await server.Owner.UploadFixtureAsync(id, "letter.webp")).Id();
        var message = await server.Owner.SayAsync(id, "Without a file, so far");
        await server.Database.ExecuteAsync("UPDATE files.blobs SET decoding = 'waiting' WHERE sha256 = $1", sha256);
        await using var connection = await server.Database.Source.OpenConnectionAsync();
        await using (var attaching = await connection.BeginTransactionAsync())
        {
            // As whoever attaches it holds the row; the job has found it hanging on nothing when it comes to wait for that.
            await ExecuteAsync("SELECT 1 FROM files.blobs WHERE sha256 = $1 FOR SHARE", sha256);
            await server.MakeDueAsync("files.process_waiting");
            await FileProgress.BecomesAsync(1L, () => server.Database.ScalarAsync<long>("""
                SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE '%files.blobs%FOR NO KEY UPDATE%'
                """));
            await ExecuteAsync("UPDATE files.files SET item_id = $1, attached_at = now() WHERE id = $2", message.Id(), file);
            await attaching.CommitAsync();
        }

        (await server.ProcessedAsync(file)).ShouldBe("done");

        (await server.Owner.FileEventsAsync(id)).ShouldBe([file]);

        async Task ExecuteAsync(string sql, params object[] values)
        {
            await using var command = new NpgsqlCommand(sql, connection);
            foreach (var value in values) command.Parameters.Add(new() { Value = value });
            await command.ExecuteNonQueryAsync();
        }
    }

    [DecoderTheory]
    [InlineData("bomb.png", "failed too_large")]
    [InlineData("cut.png", "failed broken")]
    public async Task A_bomb_or_a_broken_file_is_marked_and_everything_else_goes_on(string name, string state)
    {
        var id = await server.Owner.OpenCaseAsync();
        var content = name == "bomb.png" ? HostilePictures.Png(60_000, 60_000, rows: 4) : File.ReadAllBytes(DecoderParts.Fixture("stamp.png"))[..200];
        var bad = (await server.Owner.UploadAsync(id, content, name)).Id();
        var good = (await server.Owner.UploadFixtureAsync(id, "icon.png")).Id();

        (await server.ProcessedAsync(bad), await server.ProcessedAsync(good)).ShouldBe((state, "done"));

        var message = await server.Owner.AttachAsync(id, bad, good);
        message.GetProperty("attachments").EnumerateArray().Select(a => (a.Text("status"), a.Text("thumbnail_url") is null)).ShouldBe([("clean", true), ("clean", false)]);
        (await server.Owner.GetByteArrayAsync($"/api/v1/files/{bad}")).ShouldBe(content);
        await (await server.Owner.GetAsync($"/api/v1/files/{bad}/thumbnail")).ShouldBeProblemAsync(404, "not_found");
        (await server.Database.ScalarAsync<long>("SELECT count(*) FROM platform.jobs WHERE kind = 'files.process' AND status = 'dead'")).ShouldBe(0);
    }

    [DecoderFact]
    public async Task What_an_older_decoder_made_is_made_again()
    {
        var id = await server.Owner.OpenCaseAsync();
        var file = (await server.Owner.UploadFixtureAsync(id, "letter.avif")).Id();
        await server.ProcessedAsync(file);
        var sha256 = (await server.Sha256Async(file))!;
        await server.Database.ExecuteAsync("UPDATE files.blobs SET decoder = $2, width = 1 WHERE sha256 = $1", sha256, Decoder.Version - 1);

        await server.MakeDueAsync("files.process_waiting");

        await FileProgress.BecomesAsync("1 900", () => server.Database.ScalarAsync<string>("SELECT decoder || ' ' || width FROM files.blobs WHERE sha256 = $1", sha256)!);
    }

    [DecoderFact]
    public async Task What_was_too_slow_is_tried_once_more_and_then_left()
    {
        await using var hasty = await FileServer.WithAsync(("Files:DecodeSeconds", "1"));
        var id = await hasty.Owner.OpenCaseAsync();
        var file = (await hasty.Owner.UploadAsync(id, HostilePapers.Slow(), "slow.pdf")).Id();

        (await hasty.ProcessedAsync(file)).ShouldBe("failed too_slow");

        (await hasty.Database.ScalarAsync<long>("SELECT count(*) FROM platform.jobs WHERE kind = 'files.process'")).ShouldBe(0);
        (await hasty.Owner.GetByteArrayAsync($"/api/v1/files/{file}")).Length.ShouldBePositive();
    }

    [Fact]
    public async Task Without_Node_files_work_without_thumbnails_and_get_them_when_it_is_there()
    {
        var (node, clock) = (Path.Combine(TempDirectory.New(), "node"), new ManualClock());
        await using var without = await FileServer.WithAsync(clock, ("Files:Node", node));
        var id = await without.Owner.OpenCaseAsync();
        var file = (await without.Owner.UploadFixtureAsync(id, "icon.png")).Id();
        var message = await without.Owner.AttachAsync(id, file);
        await FileProgress.BecomesAsync(0L, () => without.Database.ScalarAsync<long>("SELECT count(*) FROM platform.jobs WHERE kind = 'files.process'"));

        var attachment = (await without.Staff.AttachmentsAsync(id, message.Id())).Single();
        (attachment.Text("status"), attachment.Text("thumbnail_url")).ShouldBe(("clean", null));
        (await without.Staff.GetByteArrayAsync(attachment.Text("url"))).ShouldBe(File.ReadAllBytes(DecoderParts.Fixture("icon.png")));
        await (await without.Staff.GetAsync($"/api/v1/files/{file}/thumbnail")).ShouldBeProblemAsync(404, "not_found");
        (await (await without.Anonymous().GetAsync("/health/ready")).ShouldAnswerAsync(200)).GetProperty("parts").Text("thumbnails").ShouldBe("degraded");

        if (!DecoderParts.IsRestored) return;
        File.CreateSymbolicLink(node, DecoderParts.Node!);
        clock.Advance(TimeSpan.FromMinutes(2));
        await FileProgress.BecomesAsync("done", () =>
        {
            clock.Advance(TimeSpan.FromSeconds(1));
            return without.Database.ScalarAsync<string>("SELECT decoding FROM files.blobs JOIN files.files USING (sha256) WHERE id = $1", file)!;
        });
        (await without.Staff.AttachmentsAsync(id, message.Id())).Single().Text("thumbnail_url").ShouldNotBeNull();
    }

    [Fact]
    public async Task What_is_not_on_this_disk_waits_until_it_is()
    {
        var data = TempDirectory.New();
        await using var own = await FileServer.WithAsync(("Data:Directory", data), ("Files:Node", "/nowhere/node"));
        var id = await own.Owner.OpenCaseAsync();
        var file = (await own.Owner.UploadFixtureAsync(id, "icon.png")).Id();
        var sha256 = (await own.Sha256Async(file))!;
        var path = Path.Combine(data, "files", "blobs", sha256[..2], sha256);
        File.Move(path, path + ".away");
        await FileProgress.BecomesAsync(0L, () => own.Database.ScalarAsync<long>("SELECT count(*) FROM platform.jobs WHERE kind = 'files.process'"));
        await own.MakeDueAsync("files.process_waiting");
        await FileProgress.BecomesAsync("ContentElsewhereException", () => own.Database.ScalarAsync<string>("SELECT last_error FROM platform.jobs WHERE kind = 'files.process'")!);

        (await own.Database.ScalarAsync<string>("SELECT decoding FROM files.blobs")).ShouldBe("waiting");

        File.Move(path + ".away", path);
        await own.Database.ExecuteAsync("UPDATE platform.jobs SET run_at = now() WHERE kind = 'files.process'");
        await FileProgress.BecomesAsync(0L, () => own.Database.ScalarAsync<long>("SELECT count(*) FROM platform.jobs WHERE kind = 'files.process'"));
    }

    [Fact]
    public async Task A_file_that_ends_the_server_each_time_is_left_alone_in_the_end()
    {
        await using var without = await FileServer.WithAsync(("Files:Node", "/nowhere/node"));
        var file = (await without.Owner.UploadFixtureAsync(await without.Owner.OpenCaseAsync(), "icon.png")).Id();
        await FileProgress.BecomesAsync(0L, () => without.Database.ScalarAsync<long>("SELECT count(*) FROM platform.jobs WHERE kind = 'files.process'"));

        // As the last of its attempts leaves the job.
        await without.Database.ExecuteAsync("""
            INSERT INTO platform.jobs (id, kind, payload, status, run_at, attempts, lease_until)
            VALUES ($1, 'files.process', jsonb_build_object('Sha256', $2::text), 'running', now(), 8, now() - interval '1 second')
            """, Guid.CreateVersion7(), (await without.Sha256Async(file))!);

        (await without.ProcessedAsync(file)).ShouldBe("failed crashed");
        await FileProgress.BecomesAsync("dead", () => without.Database.ScalarAsync<string>("SELECT status FROM platform.jobs WHERE kind = 'files.process'")!);
    }

    /// <summary>Bytes that are stored and wait for nothing yet, so that the test decides when they are decoded.</summary>
    async Task<string> StoredUndecodedAsync(string fixture)
    {
        var file = (await server.Stranger.UploadFixtureAsync(await server.Stranger.OpenCaseAsync(), fixture)).Id();
        (await server.ProcessedAsync(file)).ShouldBe("done");
        var sha256 = (await server.Sha256Async(file))!;
        await server.Database.ExecuteAsync("UPDATE files.blobs SET width = NULL, height = NULL, has_thumbnail = false, decoder = NULL WHERE sha256 = $1", sha256);
        return sha256;
    }
}

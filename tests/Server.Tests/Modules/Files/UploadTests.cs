using System.Text;
using Consilium.Platform.Database;
using Consilium.Tests.Modules.Accounts;
using Consilium.Tests.Modules.Cases;
using Microsoft.Extensions.DependencyInjection;
using static Consilium.Tests.Modules.Files.UploadCalls;

namespace Consilium.Tests.Modules.Files;

/// <summary>Uploads through the door of cases: what is taken, what is refused, and that only whole files are ever there.</summary>
public sealed class UploadTests(CaseServer server) : IClassFixture<CaseServer>
{
    string Data => server.Services.GetRequiredService<DatabaseSettings>().DataDirectory;

    [Fact]
    public async Task An_upload_is_answered_with_what_it_is_and_can_be_had_at_its_address()
    {
        var id = await server.Owner.OpenCaseAsync();
        var content = Text(100_000);

        var answer = await server.Owner.TrySendFileAsync(id, content, "../Befund 診断.txt", "text/plain");
        var attachment = await answer.ShouldAnswerAsync(201);

        answer.Headers.Location!.ToString().ShouldBe(attachment.Text("url"));
        attachment.Text("url").ShouldBe($"/api/v1/files/{attachment.Id()}");
        (attachment.Text("file_name"), attachment.Text("media_type"), attachment.Number("size"), attachment.Text("status"))
            .ShouldBe(("Befund 診断.txt", "text/plain", 100_000, "clean"));
        (await server.Owner.ShouldDownloadAsync(attachment, content)).Content.Headers.ContentLength.ShouldBe(100_000);
        File.Exists(PathOf(Data, HashOf(content))).ShouldBeTrue();
        (await AuditedAsync(attachment.Id())).ShouldBe(["file.upload ok", "file.read ok"]);
    }

    [Theory]
    [InlineData(24 * 1024 * 1024)]
    [InlineData(MaxBytes)]
    public async Task Large_files_are_taken_up_to_the_limit(int length)
    {
        var id = await server.Owner.OpenCaseAsync();
        var content = Text(length);
        var attachment = await server.Owner.SendFileAsync(id, content);
        attachment.Number("size").ShouldBe(length);
        await server.Owner.ShouldDownloadAsync(attachment, content);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task One_byte_more_is_refused_and_leaves_nothing(bool chunked)
    {
        using var owner = await server.SignedInAsync("user");
        var id = await owner.OpenCaseAsync();
        var content = Text(MaxBytes + 1);
        HttpContent form = chunked ? new ChunkedContent(Form(content, "a.txt", null)) : new ByteArrayContent(Form(content, "a.txt", null));

        var problem = await (await owner.PostFormAsync(id, form)).ShouldBeProblemAsync(413, "file_too_large");

        problem.Text("detail")!.ShouldContain($"{MaxBytes}");
        await ShouldHaveNothingAsync(owner, HashOf(content));
    }

    [Fact]
    public async Task What_is_announced_as_too_large_is_refused_before_it_is_sent()
    {
        var id = await server.Owner.OpenCaseAsync();
        using var connection = await ConnectAsync(id, server.Owner, contentLength: 3_000_000_000);
        var answer = await connection.ReadAsync();
        answer.ShouldStartWith("HTTP/1.1 413 ");
        answer.ShouldContain("\"code\":\"file_too_large\"");
    }

    [Fact]
    public async Task The_first_part_named_file_counts_and_small_fields_around_it_do_not_matter()
    {
        var id = await server.Owner.OpenCaseAsync();
        var form = new MultipartFormDataContent(Boundary)
        {
            { new StringContent("about"), "remark" }, { new StringContent("x"), "other", "x.exe" },
            { new ByteArrayContent("the first"u8.ToArray()), "file", "first.txt" }, { new ByteArrayContent("the second"u8.ToArray()), "file", "second.txt" },
            { new StringContent(new string('x', 60_000)), "after" },
        };
        var attachment = await (await server.Owner.PostFormAsync(id, form)).ShouldAnswerAsync(201);
        attachment.Text("file_name").ShouldBe("first.txt");
        await server.Owner.ShouldDownloadAsync(attachment, "the first"u8.ToArray());
    }

    [Theory]
    [InlineData("no part", "file", "--B--\r\n")]
    [InlineData("another part", "file", "--B\r\nContent-Disposition: form-data; name=\"files\"; filename=\"a.txt\"\r\n\r\na\r\n--B--\r\n")]
    [InlineData("no disposition", "file", "--B\r\nContent-Type: text/plain\r\n\r\na\r\n--B--\r\n")]
    [InlineData("a disposition that is none", "file", "--B\r\nContent-Disposition: ;;=\r\n\r\na\r\n--B--\r\n")]
    [InlineData("a name without quotes", "file", "--B\r\nContent-Disposition: form-data; name=\"file\"; filename=a b.txt\r\n\r\na\r\n--B--\r\n")]
    [InlineData("nothing in it", "file", "--B\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.txt\"\r\n\r\n\r\n--B--\r\n")]
    [InlineData("no end", "$", "--B\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.txt\"\r\n\r\nabc")]
    [InlineData("no end of all parts", "$", "--B\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.txt\"\r\n\r\nabc\r\n--B\r\n")]
    [InlineData("no header's end", "$", "--B\r\nContent-Disposition: form-data; name=\"file\"")]
    [InlineData("another boundary", "$", "--C\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.txt\"\r\n\r\nabc\r\n--C--\r\n")]
    [InlineData("no boundary at all", "$", "hello")]
    [InlineData("a header without a colon", "$", "--B\r\nContent-Disposition\r\n\r\nabc\r\n--B--\r\n")]
    public async Task A_form_without_a_whole_file_is_refused(string what, string field, string form)
    {
        using var owner = await server.SignedInAsync("user");
        var id = await owner.OpenCaseAsync();
        var answer = await owner.PostFormAsync(id, new ByteArrayContent(Encoding.UTF8.GetBytes(form)), boundary: "B");
        (await answer.ShouldBeProblemAsync(400, "validation_failed")).GetProperty("errors").TryGetProperty(field, out _).ShouldBeTrue(what);
        await ShouldHaveNothingAsync(owner, HashOf("abc"u8.ToArray()));
    }

    [Theory]
    [InlineData("multipart/form-data", 400)]
    [InlineData("multipart/form-data; boundary=", 400)]
    [InlineData("multipart/form-data; boundary=\"\"", 400)]
    [InlineData("multipart/form-data; boundary=aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", 400)]
    [InlineData("multipart/mixed; boundary=B", 415)]
    [InlineData("application/octet-stream", 415)]
    [InlineData("text/plain", 415)]
    public async Task A_body_that_is_no_form_is_refused(string type, int status)
    {
        var id = await server.Owner.OpenCaseAsync();
        var content = new ByteArrayContent(Form("abc"u8.ToArray(), "a.txt", null));
        content.Headers.TryAddWithoutValidation("Content-Type", type);
        await (await server.Owner.PostAsync(RouteOf(id), content)).ShouldAnswerAsync(status);
    }

    [Fact]
    public async Task Headers_of_a_part_may_be_long_but_not_endless()
    {
        var id = await server.Owner.OpenCaseAsync();
        var attachment = await server.Owner.SendFileAsync(id, "abc"u8.ToArray(), new string('n', 10_000) + ".txt");
        attachment.Text("file_name").ShouldBe(new string('n', 251) + ".txt");
        await (await server.Owner.TrySendFileAsync(id, "abc"u8.ToArray(), new string('n', 100_000))).ShouldBeProblemAsync(400, "validation_failed");
    }

    [Theory]
    [InlineData("filename=\"../../../etc/passwd\"", "passwd")]
    [InlineData("filename=\"..\\..\\windows\\win.ini\"", "win.ini")]
    [InlineData("filename=\"/etc/shadow\"", "shadow")]
    [InlineData("filename=\"C:\\a.txt\"", "a.txt")]
    [InlineData("filename=\"a%0D%0ASet-Cookie: b=c.txt\"", "aSet-Cookie: b=c.txt")]
    [InlineData("filename*=UTF-8''a%0d%0aSet-Cookie%3a%20b%3dc%00.txt", "aSet-Cookie: b=c.txt")]
    [InlineData("filename=\"a\0b.txt\"", "ab.txt")]
    [InlineData("filename=\"a\tb.txt\"", "ab.txt")]
    [InlineData("filename=\"photo_\u202Etxt.gnp\"", "photo_txt.gnp")]
    [InlineData("filename=\"CON\"", "_CON")]
    [InlineData("filename=\"a\\\"; filename=\\\"b.txt\"", "a\"; filename=\"b.txt")]
    [InlineData("filename=\"a.txt\"; filename=\"b.html\"", "a.txt")]
    [InlineData("filename=\"a.html\"; filename*=UTF-8''b.txt", "b.txt")]
    [InlineData("filename=\"..\"", "file")]
    [InlineData("filename=", "file")]
    public async Task A_hostile_name_is_stored_as_harmless_text(string parameter, string stored)
    {
        var id = await server.Owner.OpenCaseAsync();
        var content = Text(100);
        var form = new ByteArrayContent(RawForm(content, $"form-data; name=\"file\"; {parameter}", "text/plain"));
        var attachment = await (await server.Owner.PostFormAsync(id, form)).ShouldAnswerAsync(201);
        attachment.Text("file_name").ShouldBe(stored);
        (await server.Owner.ShouldDownloadAsync(attachment, content)).Headers.Contains("Set-Cookie").ShouldBeFalse();
        StoredIn(Data).Where(name => name.Contains('.', StringComparison.Ordinal)).ShouldBeEmpty();
    }

    [Fact]
    public async Task Equal_content_is_stored_once_and_is_a_file_each_time()
    {
        var id = await server.Owner.OpenCaseAsync();
        var content = Text(1000);
        var one = await server.Owner.SendFileAsync(id, content, "one.txt");
        var two = await server.Owner.SendFileAsync(id, content, "two.txt");

        two.Id().ShouldNotBe(one.Id());
        (await server.Database.ScalarAsync<long>("SELECT count(*) FROM files.files WHERE sha256 = $1", HashOf(content))).ShouldBe(2);
        (await server.Database.ScalarAsync<long>("SELECT count(*) FROM files.blobs WHERE sha256 = $1", HashOf(content))).ShouldBe(1);
        (await server.Owner.ShouldDownloadAsync(two, content)).Content.Headers.ContentDisposition!.FileNameStar.ShouldBe("two.txt");
    }

    [Fact]
    public async Task A_sender_that_breaks_off_leaves_nothing()
    {
        using var owner = await server.SignedInAsync("user");
        var id = await owner.OpenCaseAsync();
        var content = Text(200_000);
        using (var connection = await ConnectAsync(id, owner, contentLength: 1_000_000))
        {
            await connection.SendAsync(Form(content, "a.txt", null)[..150_000]);
            await Eventually.BecomesAsync(true, () => Task.FromResult(Staged().Any(file => file.Length > 0)));
        }
        await Eventually.BecomesAsync(false, () => Task.FromResult(Staged().Any()));
        await ShouldHaveNothingAsync(owner, HashOf(content));

        IEnumerable<FileInfo> Staged() => new DirectoryInfo(Path.Combine(Data, "files", "incoming")).EnumerateFiles();
    }

    [Fact]
    public async Task Uploads_at_once_are_each_their_own()
    {
        var id = await server.Owner.OpenCaseAsync();
        var same = Text(300_000);
        var contents = Enumerable.Range(0, 24).Select(i => i % 3 == 0 ? same : Text(200_000)).ToList();

        var attachments = await Task.WhenAll(contents.Select(content => server.Owner.SendFileAsync(id, content)));

        attachments.Select(a => a.Id()).Distinct().Count().ShouldBe(24);
        foreach (var (attachment, content) in attachments.Zip(contents)) await server.Owner.ShouldDownloadAsync(attachment, content);
    }

    async Task ShouldHaveNothingAsync(Client owner, string sha256)
    {
        (await server.Database.ScalarAsync<long>("SELECT count(*) FROM files.files WHERE owner_id = $1", owner.UserId)).ShouldBe(0);
        (await server.Database.ScalarAsync<long>("SELECT coalesce(sum(bytes), 0)::bigint FROM files.usage WHERE owner_id = $1", owner.UserId)).ShouldBe(0);
        File.Exists(PathOf(Data, sha256)).ShouldBeFalse();
    }

    Task<List<string>> AuditedAsync(Guid file) =>
        server.Database.ColumnAsync<string>("SELECT action || ' ' || outcome FROM audit.entries WHERE resource = $1 ORDER BY id", $"file/{file}");

    async Task<RawConnection> ConnectAsync(Guid caseId, Client owner, long contentLength)
    {
        var connection = await RawConnection.OpenAsync(server.Address);
        await connection.SendAsync(Encoding.ASCII.GetBytes(
            $"POST {RouteOf(caseId)} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {owner.AccessToken}\r\n"
            + $"Content-Type: multipart/form-data; boundary={Boundary}\r\nContent-Length: {contentLength}\r\n\r\n"));
        return connection;
    }
}

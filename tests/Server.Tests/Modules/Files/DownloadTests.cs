using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Consilium.Platform.Database;
using Consilium.Tests.Modules.Cases;
using Microsoft.Extensions.DependencyInjection;
using static Consilium.Tests.Modules.Files.UploadCalls;

namespace Consilium.Tests.Modules.Files;

/// <summary>Files on their way out: to whom, in which pieces, and never as something that a browser would run.</summary>
public sealed class DownloadTests(CaseServer server) : IClassFixture<CaseServer>
{
    const string Digits = "0123456789";

    [Fact]
    public async Task A_download_is_data_to_be_saved_and_nothing_else()
    {
        var (_, file) = await SentAsync("a,b\r\n"u8.ToArray(), "values.csv");
        var answer = await server.Owner.GetAsync(file.Text("url"));

        answer.Content.Headers.ContentType!.ToString().ShouldBe("text/csv; charset=utf-8");
        answer.Content.Headers.ContentLength.ShouldBe(5);
        answer.Content.Headers.ContentDisposition!.DispositionType.ShouldBe("attachment");
        answer.Content.Headers.LastModified.ShouldNotBeNull();
        answer.Headers.ETag!.ToString().ShouldBe($"\"{HashOf("a,b\r\n"u8.ToArray())}\"");
        answer.Headers.AcceptRanges.ShouldBe(["bytes"]);
        answer.Headers.GetValues("X-Content-Type-Options").ShouldBe(["nosniff"]);
        answer.Headers.GetValues("Content-Security-Policy").ShouldBe(["sandbox; default-src 'none'; frame-ancestors 'none'"]);
        answer.Headers.CacheControl!.ToString().ShouldBe("no-store, private");
    }

    [Theory]
    [InlineData("bytes=0-3", 206, "0123")]
    [InlineData("bytes=4-", 206, "456789")]
    [InlineData("bytes=-2", 206, "89")]
    [InlineData("bytes=9-100", 206, "9")]
    [InlineData("bytes=0-0,5-6", 200, Digits)] // several at once may be ignored (RFC 9110)
    [InlineData("bytes=3-1", 200, Digits)]
    [InlineData("lines=0-1", 200, Digits)]
    [InlineData("nonsense", 200, Digits)]
    public async Task A_range_is_given(string range, int status, string content)
    {
        var (_, file) = await SentAsync(Encoding.ASCII.GetBytes(Digits));
        var answer = await GetAsync(server.Owner, file, ("Range", range));
        ((int)answer.StatusCode).ShouldBe(status);
        (await answer.Content.ReadAsStringAsync()).ShouldBe(content);
        if (status == 206) answer.Content.Headers.ContentRange!.Length.ShouldBe(10);
        answer.Content.Headers.ContentDisposition!.DispositionType.ShouldBe("attachment");
    }

    [Theory]
    [InlineData("bytes=10-")]
    [InlineData("bytes=11-12")]
    [InlineData("bytes=-0")]
    public async Task A_range_beyond_the_end_is_refused(string range)
    {
        var (_, file) = await SentAsync(Encoding.ASCII.GetBytes(Digits));
        var answer = await GetAsync(server.Owner, file, ("Range", range));
        await answer.ShouldBeProblemAsync(416, "range_not_satisfiable");
        answer.Content.Headers.ContentRange!.ToString().ShouldBe("bytes */10");
    }

    [Fact]
    public async Task Pieces_of_a_large_file_make_the_whole()
    {
        var content = Text(3_000_000);
        var (_, file) = await SentAsync(content);
        var pieces = await Task.WhenAll(Enumerable.Range(0, 30).Select(async i =>
            await (await GetAsync(server.Owner, file, ("Range", $"bytes={i * 100_000}-{(i + 1) * 100_000 - 1}"))).Content.ReadAsByteArrayAsync()));
        HashOf([.. pieces.SelectMany(piece => piece)]).ShouldBe(HashOf(content));
    }

    [Fact]
    public async Task What_the_reader_has_already_is_not_sent_again()
    {
        var content = Encoding.ASCII.GetBytes(Digits);
        var (_, file) = await SentAsync(content);
        var tag = $"\"{HashOf(content)}\"";

        foreach (var match in (string[])[tag, "*", $"\"other\", {tag}", $"W/{tag}"])
        {
            var answer = await GetAsync(server.Owner, file, ("If-None-Match", match));
            ((int)answer.StatusCode).ShouldBe(304, match);
            (await answer.Content.ReadAsByteArrayAsync()).ShouldBeEmpty();
        }
        ((int)(await GetAsync(server.Owner, file, ("If-None-Match", "\"other\""))).StatusCode).ShouldBe(200);
        ((int)(await GetAsync(server.Owner, file, ("If-Match", "\"other\""))).StatusCode).ShouldBe(412);
        (await (await GetAsync(server.Owner, file, ("Range", "bytes=1-2"), ("If-Range", tag))).Content.ReadAsStringAsync()).ShouldBe("12");
        (await (await GetAsync(server.Owner, file, ("Range", "bytes=1-2"), ("If-Range", "\"other\""))).Content.ReadAsStringAsync()).ShouldBe(Digits);
    }

    [Fact]
    public async Task HEAD_tells_all_but_the_bytes()
    {
        var (_, file) = await SentAsync(Encoding.ASCII.GetBytes(Digits));
        using var request = new HttpRequestMessage(HttpMethod.Head, file.Text("url")) { Headers = { Range = new(0, 1) } };
        var head = await server.Owner.SendAsync(request);
        ((int)head.StatusCode).ShouldBe(200);
        head.Content.Headers.ContentLength.ShouldBe(10);
        (await head.Content.ReadAsByteArrayAsync()).ShouldBeEmpty();
        head.Headers.ETag.ShouldBe((await server.Owner.GetAsync(file.Text("url"))).Headers.ETag);
    }

    [Theory]
    [InlineData("plain.txt")]
    [InlineData("診断書 (最終).txt")]
    [InlineData("صورة شخصية.txt")]
    [InlineData("תמונה.txt")]
    [InlineData("हिन्दी.txt")]
    [InlineData("Ünï \"quoted\" 'single' 100%.txt")]
    [InlineData("a; filename=evil.exe; x=.txt")]
    [InlineData("👩🏽 😀.txt")]
    [InlineData("comma, semicolon; equals= (paren) <angle> @ [x] {y}.txt")]
    [InlineData("_CON.txt")]
    public async Task A_name_in_any_script_comes_back_as_it_was(string name)
    {
        var (_, file) = await SentAsync(Encoding.ASCII.GetBytes(Digits), name);
        file.Text("file_name").ShouldBe(name);

        var answer = await server.Owner.GetAsync(file.Text("url"));
        var header = answer.Content.Headers.GetValues("Content-Disposition").ShouldHaveSingleItem();
        header.All(c => c is >= ' ' and <= '~').ShouldBeTrue(header);
        var parsed = ContentDispositionHeaderValue.Parse(header);
        parsed.FileNameStar.ShouldBe(name);
        parsed.Parameters.Count.ShouldBe(2, header); // filename and filename*, whatever the name says
    }

    [Fact]
    public async Task Before_it_is_attached_a_file_is_its_owners_alone()
    {
        var (_, file) = await SentAsync(Encoding.ASCII.GetBytes(Digits));
        await server.Owner.ShouldDownloadAsync(file, Encoding.ASCII.GetBytes(Digits));
        var nothing = Without(await (await server.Owner.GetAsync($"/api/v1/files/{Guid.CreateVersion7()}")).ShouldBeProblemAsync(404, "not_found"));
        foreach (var other in (Client[])[server.Stranger, server.Staff, server.Admin, server.Doctor])
            Without(await (await other.GetAsync(file.Text("url"))).ShouldBeProblemAsync(404, "not_found")).ShouldBe(nothing);
        await (await server.Anonymous().GetAsync(file.Text("url"))).ShouldBeProblemAsync(401, "unauthenticated");

        static string Without(JsonElement problem) => problem.GetRawText().Replace(problem.Text("trace_id")!, "", StringComparison.Ordinal);
    }

    [Fact]
    public async Task Once_it_hangs_on_a_message_those_read_it_who_read_the_message()
    {
        var (id, file) = await SentAsync(Encoding.ASCII.GetBytes(Digits));
        var message = await server.Owner.SendAsync(id, [file.Id()]);
        foreach (var reader in (Client[])[server.Owner, server.Staff, server.Admin]) await reader.ShouldDownloadAsync(file, Encoding.ASCII.GetBytes(Digits));
        foreach (var other in (Client[])[server.Stranger, server.Doctor]) await (await other.GetAsync(file.Text("url"))).ShouldBeProblemAsync(404, "not_found");

        await server.Owner.RetractAsync(id, message.Id());
        foreach (var reader in (Client[])[server.Owner, server.Admin]) await (await reader.GetAsync(file.Text("url"))).ShouldBeProblemAsync(404, "not_found");
    }

    [Fact]
    public async Task Every_read_and_every_refusal_is_in_the_audit_trail_before_a_byte_leaves()
    {
        var (_, file) = await SentAsync(Encoding.ASCII.GetBytes(Digits));
        await server.Owner.GetAsync(file.Text("url"));
        await server.Stranger.GetAsync(file.Text("url"));
        await GetAsync(server.Owner, file, ("Range", "bytes=0-1"));
        (await server.Database.ColumnAsync<string>("SELECT actor_id || ' ' || action || ' ' || outcome FROM audit.entries WHERE resource = $1 ORDER BY id", $"file/{file.Id()}"))
            .ShouldBe([$"{server.Owner.UserId} file.upload ok", $"{server.Owner.UserId} file.read ok", $"{server.Stranger.UserId} file.read denied", $"{server.Owner.UserId} file.read ok"]);
    }

    [Fact]
    public async Task Nothing_is_served_while_it_is_scanned_or_when_something_was_found()
    {
        var content = Text(100);
        var (_, file) = await SentAsync(content);
        await server.ProcessedAsync(file.Id()); // or what is still being found out about it says clean once more
        await ScanAsync("pending", null);
        var pending = await server.Owner.GetAsync(file.Text("url"));
        await pending.ShouldBeProblemAsync(409, "file_pending");
        pending.Headers.RetryAfter.ShouldNotBeNull();

        await ScanAsync("blocked", "Eicar-Test-Signature");
        var blocked = await (await server.Owner.GetAsync(file.Text("url"))).ShouldBeProblemAsync(409, "file_blocked");
        blocked.Text("detail").ShouldBe("Eicar-Test-Signature");
        await (await server.Stranger.GetAsync(file.Text("url"))).ShouldBeProblemAsync(404, "not_found");

        Task ScanAsync(string scan, string? reason) => server.Database.ExecuteAsync(
            "UPDATE files.blobs SET scan = $2, scan_reason = nullif($3, '') WHERE sha256 = $1", HashOf(content), scan, reason ?? "");
    }

    [Theory]
    [InlineData("changed")]
    [InlineData("cut")]
    [InlineData("gone")]
    public async Task Damaged_bytes_are_never_given_out_and_the_health_page_says_so(string how)
    {
        await using var own = await Server.StartAsync(CaseServer.QuickPasswords);
        using var owner = await own.SignedInAsync("user");
        var content = Text(100);
        var file = await owner.SendFileAsync(await owner.OpenCaseAsync(), content);
        (await PartAsync()).ShouldBe("healthy");
        var path = PathOf(own.Services.GetRequiredService<DatabaseSettings>().DataDirectory, HashOf(content));
        if (how == "gone") File.Delete(path);
        else await File.WriteAllBytesAsync(path, how == "cut" ? content[..50] : [.. content[..99], 0]);

        var problem = await (await owner.GetAsync(file.Text("url"))).ShouldBeProblemAsync(500, "file_damaged");
        problem.GetRawText().ShouldNotContain(HashOf(content));
        await FileProgress.BecomesAsync("degraded", PartAsync);
        await owner.SendFileAsync(await owner.OpenCaseAsync(), content);
        await owner.ShouldDownloadAsync(file, content);
        await FileProgress.BecomesAsync("healthy", PartAsync);

        async Task<string?> PartAsync() => (await owner.GetJsonAsync("/health/ready")).GetProperty("parts").Text("files");
    }

    [Fact]
    public async Task The_encoding_of_text_is_told()
    {
        var (_, file) = await SentAsync(await File.ReadAllBytesAsync(DecoderParts.Fixture("values-windows.csv")), "values.csv");
        (await server.Owner.GetAsync(file.Text("url"))).Content.Headers.ContentType!.ToString().ShouldBe("text/csv; charset=windows-1252");
    }

    async Task<(Guid CaseId, JsonElement File)> SentAsync(byte[] content, string name = "file.txt")
    {
        var id = await server.Owner.OpenCaseAsync();
        return (id, await server.Owner.SendFileAsync(id, content, name));
    }

    static Task<HttpResponseMessage> GetAsync(Client reader, JsonElement file, params (string Name, string Value)[] headers) =>
        reader.SendJsonAsync(HttpMethod.Get, file.Text("url")!, null, headers);
}

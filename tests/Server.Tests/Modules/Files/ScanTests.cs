using System.Text;
using Consilium.Modules.Files;
using Consilium.Tests.Modules.Cases;
using Microsoft.Extensions.Configuration;

namespace Consilium.Tests.Modules.Files;

public sealed class ScanTests(ScanTests.Scanned server) : IClassFixture<ScanTests.Scanned>, IDisposable
{
    [Fact]
    public async Task A_file_is_given_to_the_scanner_byte_by_byte_and_is_clean_when_it_finds_nothing()
    {
        var id = await server.Owner.OpenCaseAsync();
        var content = Encoding.ASCII.GetBytes(string.Concat(Enumerable.Range(0, 20_000).Select(line => $"line {line} of a long letter\n")));

        var file = await server.Owner.UploadAsync(id, content, "letter.txt");
        var message = await server.Owner.AttachAsync(id, file.Id());

        file.Text("status").ShouldBe("pending");
        await server.Owner.AttachmentAsync(id, message.Id(), "clean");
        server.Clamd.Scanned.Count(s => s.SequenceEqual(content)).ShouldBe(1);
        (await server.Owner.GetByteArrayAsync(file.Text("url"))).ShouldBe(content);
    }

    [Fact]
    public async Task What_it_finds_is_blocked_in_all_files_at_once_reported_and_told()
    {
        var (id, other) = (await server.Owner.OpenCaseAsync(), await server.Stranger.OpenCaseAsync());
        server.Clamd.Fault = "closes before its answer";
        var content = "X5O! EICAR, twice"u8.ToArray();
        var (file, twin) = ((await server.Owner.UploadAsync(id, content, "a.txt")).Id(), (await server.Stranger.UploadAsync(other, content, "b.txt")).Id());
        var (message, second) = (await server.Owner.AttachAsync(id, file), await server.Stranger.AttachAsync(other, twin));
        server.Clamd.Found = "Eicar-Test \u0007<b>Signature</b>";
        server.Clamd.Fault = null;

        var blocked = await server.Owner.AttachmentAsync(id, message.Id(), "blocked");

        (blocked.Text("reason"), blocked.Text("thumbnail_url")).ShouldBe(("Eicar-Test<b>Signature</b>", null));
        (await server.Stranger.AttachmentsAsync(other, second.Id())).Single().Text("status").ShouldBe("blocked");
        foreach (var path in (string[])["", "/thumbnail", "/text"])
            await (await server.Owner.GetAsync($"/api/v1/files/{file}{path}")).ShouldBeProblemAsync(409, "file_blocked");
        (await server.Owner.FileEventsAsync(id)).ShouldBe([file]);
        (await server.Stranger.FileEventsAsync(other)).ShouldBe([twin]);
        (await server.Database.ColumnAsync<string>("SELECT resource FROM audit.entries WHERE action = 'file.blocked' ORDER BY resource"))
            .ShouldBe(new[] { $"blob/{await server.Sha256Async(file)}", $"file/{file}", $"file/{twin}" }.Order(StringComparer.Ordinal));
        var late = await server.Owner.UploadAsync(id, content, "again.txt");
        late.Text("status").ShouldBe("blocked");
    }

    [Theory]
    [InlineData("closes at once")]
    [InlineData("closes before its answer")]
    [InlineData("hangs")]
    [InlineData("answers garbage")]
    [InlineData("answers an error")]
    [InlineData("answers without an end")]
    [InlineData("answers without a name")]
    [InlineData("takes no more than a kilobyte")]
    [InlineData("judges too early")]
    public async Task Without_a_verdict_a_file_stays_pending_is_served_to_nobody_and_is_scanned_once_there_is_one(string fault)
    {
        var id = await server.Owner.OpenCaseAsync();
        server.Clamd.Fault = fault;
        // More than the buffers between the two hold, where the scanner does not read on.
        var content = Encoding.ASCII.GetBytes(fault + new string('x', fault == "judges too early" ? 16_000_000 : 300_000));
        var file = (await server.Owner.UploadAsync(id, content, "notes.txt")).Id();
        var message = await server.Owner.AttachAsync(id, file);
        var sha256 = await server.Sha256Async(file);
        await FileProgress.BecomesAsync(true, async () => await server.Database.ScalarAsync<int>(
            "SELECT attempts FROM platform.jobs WHERE kind = 'files.process' AND payload->>'Sha256' = $1 AND last_error = 'ScannerException'", sha256!) > 0);

        (await server.Owner.AttachmentsAsync(id, message.Id())).Single().Text("status").ShouldBe("pending");
        foreach (var path in (string[])["", "/thumbnail", "/text"])
        {
            var answer = await server.Owner.GetAsync($"/api/v1/files/{file}{path}");
            await answer.ShouldBeProblemAsync(409, "file_pending");
            answer.Headers.RetryAfter.ShouldNotBeNull();
        }

        server.Clamd.Fault = null;
        await server.Database.ExecuteAsync("UPDATE platform.jobs SET run_at = now() WHERE kind = 'files.process' AND status = 'queued'");
        await server.Owner.AttachmentAsync(id, message.Id(), "clean");
    }

    [Fact]
    public async Task A_scanner_that_is_away_makes_the_server_degraded_and_no_worse()
    {
        await using var scanner = new ClamdDouble(unixSocket: true);
        await using var own = await FileServer.WithAsync(("Files:Clamd", scanner.Setting));
        using var anonymous = own.Anonymous();
        (await anonymous.GetJsonAsync("/health/ready")).GetProperty("parts").Text("scanner").ShouldBe("healthy");
        var id = await own.Owner.OpenCaseAsync();
        var message = await own.Owner.AttachAsync(id, (await own.Owner.UploadAsync(id, "Over a Unix socket"u8.ToArray(), "notes.txt")).Id());
        await own.Owner.AttachmentAsync(id, message.Id(), "clean");

        scanner.Fault = "answers garbage";

        await FileProgress.BecomesAsync("degraded", async () => (await anonymous.GetJsonAsync("/health/ready")).GetProperty("parts").Text("scanner"));
        (await anonymous.GetJsonAsync("/health/ready")).GetProperty("reasons").Text("scanner").ShouldBe(
            "The scanner answers, but not as clamd does. New files stay pending until it is back.");
        (await anonymous.GetJsonAsync("/health")).Text("status").ShouldBe("healthy");
    }

    [Fact]
    public async Task Without_a_scanner_there_is_no_part_for_it_and_what_was_pending_is_clean()
    {
        await using var without = await FileServer.WithAsync();
        (await without.Anonymous().GetJsonAsync("/health/ready")).GetProperty("parts").TryGetProperty("scanner", out _).ShouldBeFalse();
        var id = await without.Owner.OpenCaseAsync();
        var file = await without.Owner.UploadAsync(id, "No scanner any more"u8.ToArray(), "notes.txt");
        file.Text("status").ShouldBe("clean");
        await without.Database.ExecuteAsync("UPDATE files.blobs SET scan = 'pending'");

        await without.MakeDueAsync("files.process_waiting");

        await FileProgress.BecomesAsync("clean", () => without.Database.ScalarAsync<string>("SELECT scan FROM files.blobs")!);
    }

    [Theory]
    [InlineData("/run/clamav/clamd.ctl", "/run/clamav/clamd.ctl")]
    [InlineData("tcp://scanner.internal:3310", "Unspecified/scanner.internal:3310")]
    [InlineData("tcp://[::1]:3310", "Unspecified/::1:3310")]
    public void The_scanner_is_a_socket_or_a_host_and_a_port(string setting, string address) => ClamdSettings.Read(Configuration(setting))!.Address.ToString().ShouldBe(address);

    [Theory]
    [InlineData("clamd.ctl")]
    [InlineData("http://scanner:3310")]
    [InlineData("tcp://scanner")]
    [InlineData("tcp://scanner:3310/path")]
    [InlineData("scanner:3310")]
    public void Any_other_setting_stops_the_start(string setting) =>
        Should.Throw<Consilium.Platform.Hosting.StartException>(() => ClamdSettings.Read(Configuration(setting))).Message.ShouldContain("Files:Clamd");

    public void Dispose() => server.Clamd.Fault = null;

    static IConfiguration Configuration(string clamd) =>
        new ConfigurationBuilder().AddInMemoryCollection([KeyValuePair.Create<string, string?>("Files:Clamd", clamd)]).Build();

    /// <summary>A server with a scanner.</summary>
    public sealed class Scanned : FileServer
    {
        public Scanned() =>
            Settings = new Dictionary<string, string?>(StringComparer.Ordinal) { ["Files:Clamd"] = Clamd.Setting, ["Files:ScanSeconds"] = "2" };

        internal ClamdDouble Clamd { get; } = new();

        public override async Task DisposeAsync()
        {
            await base.DisposeAsync();
            await Clamd.DisposeAsync();
        }
    }
}

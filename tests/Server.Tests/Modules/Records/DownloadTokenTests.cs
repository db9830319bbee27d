using System.Net.Http.Headers;
using Consilium.Tests.Modules.Files;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using static Consilium.Tests.Modules.Records.DocumentCalls;
using static Consilium.Tests.Modules.Records.RecordCalls;

namespace Consilium.Tests.Modules.Records;

public sealed class DownloadTokenTests(RecordServer server) : IClassFixture<RecordServer>
{
    const string UsePath = "/api/v1/documents/download-with-token";

    [Fact]
    public async Task A_token_opens_its_document_once_in_its_issuers_name()
    {
        var (patient, document) = await DocumentAsync();
        var answer = await server.Doctor.PostJsonAsync($"{PathOf(document)}/download-token", null, ("Idempotency-Key", "same"));
        var issued = await answer.ShouldAnswerAsync(200);
        var again = await (await server.Doctor.PostJsonAsync($"{PathOf(document)}/download-token", null, ("Idempotency-Key", "same"))).ShouldAnswerAsync(200);

        var token = issued.Text("download_token")!;
        token.Length.ShouldBe(43); // 256 bits
        again.Text("download_token").ShouldNotBe(token);
        issued.Text("download_url").ShouldBe($"{UsePath}?token={token}");
        issued.Number("expires_in_seconds").ShouldBe(300);
        (issued.GetProperty("expires_at").GetDateTimeOffset() - DateTimeOffset.UtcNow).ShouldBeInRange(TimeSpan.FromMinutes(4), TimeSpan.FromMinutes(5));
        (await server.Database.ScalarAsync<long>("SELECT count(*) FROM records.download_tokens t WHERE position($1 in t::text) > 0", token)).ShouldBe(0);
        (await server.Database.ScalarAsync<long>("SELECT count(*) FROM platform.idempotency_keys WHERE position($1 in encode(body, 'escape')) > 0", token)).ShouldBe(0);

        using var anonymous = server.Anonymous();
        var download = await anonymous.GetAsync(issued.Text("download_url"));
        (await download.Content.ReadAsStringAsync()).ShouldBe("0123456789");
        download.Content.Headers.ContentDisposition!.DispositionType.ShouldBe("attachment");
        download.Headers.GetValues("Content-Security-Policy").ShouldBe(["sandbox; default-src 'none'; frame-ancestors 'none'"]);
        download.Headers.CacheControl!.ToString().ShouldBe("no-store, private");
        await (await anonymous.GetAsync(issued.Text("download_url"))).ShouldBeProblemAsync(410, "token_used");
        await (await server.Doctor.GetAsync(issued.Text("download_url"))).ShouldBeProblemAsync(410, "token_used");
        (await anonymous.GetStringAsync(again.Text("download_url"))).ShouldBe("0123456789");
        (await server.LogAsync(patient.UserId))[1..].ShouldBe(
        [
            Entry("document.token_issued", server.Doctor, "treating doctor"), Entry("document.token_issued", server.Doctor, "treating doctor"),
            Entry("document.download", server.Doctor, "treating doctor"), Entry("document.download", server.Doctor, "treating doctor"),
        ]);
    }

    [Fact]
    public async Task Of_many_who_use_a_token_at_once_one_gets_the_document()
    {
        var (patient, document) = await DocumentAsync();
        for (var round = 0; round < 3; round++)
        {
            var url = await patient.TokenUrlAsync(document);
            var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(async _ =>
            {
                using var anonymous = server.Anonymous();
                using var answer = await anonymous.GetAsync(url);
                return ((int)answer.StatusCode, Content: await answer.Content.ReadAsStringAsync());
            }));
            answers.Count(a => a.Item1 == 200 && a.Content == "0123456789").ShouldBe(1);
            answers.Count(a => a.Item1 == 410 && a.Content.Contains("token_used", StringComparison.Ordinal)).ShouldBe(19);
        }
        (await server.LogAsync(patient.UserId)).Count(entry => entry == Entry("document.download", patient, "own record")).ShouldBe(3);
    }

    [Fact]
    public async Task What_was_never_issued_opens_nothing()
    {
        using var anonymous = server.Anonymous();
        foreach (var token in (string[])["x", new string('A', 43), new string('a', 5000), "%F0%9F%98%80", "'%20OR%201=1"])
            await (await anonymous.GetAsync($"{UsePath}?token={token}")).ShouldBeProblemAsync(404, "not_found");
        await (await anonymous.GetAsync(UsePath)).ShouldRefuseFieldsAsync("token");
        await (await anonymous.GetAsync($"{UsePath}?token=")).ShouldRefuseFieldsAsync("token");
    }

    [Fact]
    public async Task Without_the_issuers_right_a_token_opens_nothing()
    {
        var (patient, document) = await DocumentAsync();
        var relative = await server.RelativeAsync(patient.UserId);
        var doctor = await server.SignedInAsync("doctor");
        await server.TreatsAsync(doctor, patient.UserId);
        using var anonymous = server.Anonymous();

        var url = await doctor.TokenUrlAsync(document);
        await server.TreatsNoMoreAsync(doctor, patient.UserId);
        await (await anonymous.GetAsync(url)).ShouldBeProblemAsync(404, "not_found");
        (await server.LogAsync(patient.UserId)).ShouldContain(Refusal("document.download", doctor));
        await server.TreatsAsync(doctor, patient.UserId);
        (await anonymous.GetStringAsync(url)).ShouldBe("0123456789"); // it was not used up

        foreach (var loss in (string[])["is_active = false", "role = 'staff'"])
        {
            url = await relative.TokenUrlAsync(document);
            await server.Database.ExecuteAsync($"UPDATE accounts.users SET {loss} WHERE id = $1", relative.UserId);
            await (await anonymous.GetAsync(url)).ShouldBeProblemAsync(404, "not_found");
            await server.Database.ExecuteAsync("UPDATE accounts.users SET is_active = true, role = 'user' WHERE id = $1", relative.UserId);
            await Accounts.Eventually.BecomesAsync(200, async () => (int)(await relative.GetAsync(PathOf(document))).StatusCode);
        }
        url = await server.Admin.TokenUrlAsync(document);
        (await anonymous.GetStringAsync(url)).ShouldBe("0123456789");
    }

    [Fact]
    public async Task Looking_uses_nothing_up_and_shows_nothing()
    {
        var (patient, document) = await DocumentAsync();
        var url = await patient.TokenUrlAsync(document);
        using var anonymous = server.Anonymous();
        var look = await anonymous.SendAsync(new(HttpMethod.Head, url));

        ((int)look.StatusCode).ShouldBe(405);
        look.Content.Headers.ContentDisposition.ShouldBeNull();
        using var part = await anonymous.SendAsync(new(HttpMethod.Get, url) { Headers = { Range = new RangeHeaderValue(2, 4) } });
        ((int)part.StatusCode, await part.Content.ReadAsStringAsync()).ShouldBe((206, "234"));
        await (await anonymous.GetAsync(url)).ShouldBeProblemAsync(410, "token_used");
    }

    [Fact]
    public async Task A_damaged_document_does_not_use_its_token_up()
    {
        var (patient, document) = await DocumentAsync();
        var url = await patient.TokenUrlAsync(document);
        var sha256 = await server.Sha256Async(document);
        await server.Database.ExecuteAsync("UPDATE files.files SET sha256 = $2 WHERE id = $1", document, await MissingBlobAsync());
        using var anonymous = server.Anonymous();
        await (await anonymous.GetAsync(url)).ShouldBeProblemAsync(500, "file_damaged");
        await server.Database.ExecuteAsync("UPDATE files.files SET sha256 = $2 WHERE id = $1", document, sha256!);
        (await anonymous.GetStringAsync(url)).ShouldBe("0123456789");

        async Task<string> MissingBlobAsync()
        {
            var missing = $"{Guid.CreateVersion7():N}{Guid.CreateVersion7():N}";
            await server.Database.ExecuteAsync(
                "INSERT INTO files.blobs (sha256, size, media_type, scan, decoding, created_at) VALUES ($1, 10, 'text/plain', 'clean', 'none', now())", missing);
            return missing;
        }
    }

    [Fact]
    public async Task A_token_expires_after_five_minutes_and_is_forgotten_a_day_later()
    {
        var clock = new ManualClock();
        var waiting = await RecordServer.WithAsync(clock);
        var patient = await waiting.PatientAsync();
        var document = (await patient.UploadDocumentAsync(patient.UserId, "0123456789")).Id();
        var (early, late) = (await patient.TokenUrlAsync(document), await patient.TokenUrlAsync(document));
        using var anonymous = waiting.Anonymous();

        clock.Advance(TimeSpan.FromMinutes(5) - TimeSpan.FromMilliseconds(1));
        (await anonymous.GetStringAsync(early)).ShouldBe("0123456789");
        clock.Advance(TimeSpan.FromMilliseconds(1));
        await (await anonymous.GetAsync(late)).ShouldBeProblemAsync(410, "token_expired");
        await (await anonymous.GetAsync(early)).ShouldBeProblemAsync(410, "token_used");

        await PurgeAsync(waiting);
        await (await anonymous.GetAsync(late)).ShouldBeProblemAsync(410, "token_expired");
        clock.Jump(TimeSpan.FromDays(1) + TimeSpan.FromSeconds(1));
        await PurgeAsync(waiting);
        await (await anonymous.GetAsync(late)).ShouldBeProblemAsync(404, "not_found");
        (await waiting.Database.ScalarAsync<long>("SELECT count(*) FROM records.download_tokens")).ShouldBe(0);
        await waiting.DisposeAsync();
    }

    [Fact]
    public async Task No_log_ever_holds_a_token()
    {
        var lines = new LogRecorder();
        var talkative = await RecordServer.WithAsync(services: services => services.AddSingleton<ILoggerProvider>(lines),
            settings:
            [
                ("Logging:LogLevel:Default", "Trace"), ("Logging:LogLevel:Microsoft", "Information"), ("Logging:LogLevel:Npgsql", "Information"),
                ("Logging:LogLevel:Microsoft.AspNetCore.Hosting.Diagnostics", "Information"), ("Logging:LogLevel:Microsoft.AspNetCore.Routing", "Debug"),
            ]);
        var patient = await talkative.PatientAsync();
        var url = await patient.TokenUrlAsync((await patient.UploadDocumentAsync(patient.UserId)).Id());
        using var anonymous = talkative.Anonymous();
        foreach (var status in (int[])[200, 410]) ((int)(await anonymous.GetAsync(url)).StatusCode).ShouldBe(status);
        await talkative.DisposeAsync();

        lines.All.ShouldContain(line => line.Contains("/download-with-token", StringComparison.Ordinal)); // the routing says which route it took
        lines.All.ShouldAllBe(line => !line.Contains(url.Split('=')[1], StringComparison.Ordinal));
    }

    static async Task PurgeAsync(Server server)
    {
        await using var scope = server.Services.CreateAsyncScope();
        await scope.ServiceProvider.GetServices<Consilium.Platform.Jobs.IScheduledJob>().Single(j => j.Kind == "records.purge_download_tokens").RunAsync(default);
    }

    /// <summary>A patient with a document of ten digits.</summary>
    async Task<(Client Patient, Guid Document)> DocumentAsync()
    {
        var patient = await server.PatientAsync();
        return (patient, (await patient.UploadDocumentAsync(patient.UserId, "0123456789")).Id());
    }
}

using Consilium.Platform.Database;
using Consilium.Tests.Modules.Cases;
using Microsoft.Extensions.DependencyInjection;
using static Consilium.Tests.Modules.Files.UploadCalls;

namespace Consilium.Tests.Modules.Files;

/// <summary>Uploads under an <c>Idempotency-Key</c>, and within the owner's quota.</summary>
public sealed class UploadOnceTests(CaseServer server) : IClassFixture<CaseServer>
{
    [Fact]
    public async Task A_repeated_upload_is_answered_byte_for_byte_as_the_first_and_is_one_file()
    {
        var id = await server.Owner.OpenCaseAsync();
        var content = Text(50_000);
        var first = await server.Owner.TrySendFileAsync(id, content, "診断.txt", "text/plain", key: "once");
        var again = await server.Owner.TrySendFileAsync(id, content, "診断.txt", "text/plain", key: "once");

        await first.ShouldAnswerAsync(201);
        again.StatusCode.ShouldBe(first.StatusCode);
        again.Headers.Location.ShouldBe(first.Headers.Location);
        again.Content.Headers.ContentType.ShouldBe(first.Content.Headers.ContentType);
        (await again.Content.ReadAsByteArrayAsync()).ShouldBe(await first.Content.ReadAsByteArrayAsync());
        (await FilesAsync(content)).ShouldBe(1);
    }

    [Fact]
    public async Task A_repetition_is_answered_also_when_the_case_was_closed_meanwhile_and_nothing_new_is_taken()
    {
        var id = await server.Owner.OpenCaseAsync();
        var content = Text(1000);
        var first = await server.Owner.TrySendFileAsync(id, content, key: "before");
        await server.Owner.PutAsync(id, "close");

        var again = await server.Owner.TrySendFileAsync(id, content, key: "before");
        (await again.Content.ReadAsStringAsync()).ShouldBe(await first.Content.ReadAsStringAsync());
        again.StatusCode.ShouldBe(first.StatusCode);
        await (await server.Owner.TrySendFileAsync(id, Text(1000), key: "after")).ShouldBeProblemAsync(409, "case_closed");
        await (await server.Stranger.TrySendFileAsync(id, content, key: "before")).ShouldBeProblemAsync(404, "not_found");
        (await FilesAsync(content)).ShouldBe(1);
    }

    [Fact]
    public async Task Another_content_name_or_type_under_the_same_key_is_refused()
    {
        var id = await server.Owner.OpenCaseAsync();
        var content = Text(1000);
        await (await server.Owner.TrySendFileAsync(id, content, "a.txt", "text/plain", "k")).ShouldAnswerAsync(201);
        await (await server.Owner.TrySendFileAsync(id, Text(1000), "a.txt", "text/plain", "k")).ShouldBeProblemAsync(422, "idempotency_key_reused");
        await (await server.Owner.TrySendFileAsync(id, content, "b.txt", "text/plain", "k")).ShouldBeProblemAsync(422, "idempotency_key_reused");
        await (await server.Owner.TrySendFileAsync(id, content, "a.txt", "text/csv", "k")).ShouldBeProblemAsync(422, "idempotency_key_reused");

        var other = await server.Owner.OpenCaseAsync();
        await (await server.Owner.TrySendFileAsync(other, content, "b.txt", "text/plain", "k")).ShouldAnswerAsync(201);
        await (await server.Staff.TrySendFileAsync(id, content, "b.txt", "text/plain", "k")).ShouldAnswerAsync(201);
    }

    [Fact]
    public async Task Of_equal_uploads_at_once_one_becomes_a_file()
    {
        var id = await server.Owner.OpenCaseAsync();
        var content = Text(20_000);
        var answers = await Task.WhenAll(Enumerable.Range(0, 12).Select(_ => server.Owner.TrySendFileAsync(id, content, key: "burst")));

        var made = new HashSet<string>();
        foreach (var answer in answers)
            if ((int)answer.StatusCode == 201) made.Add(await answer.Content.ReadAsStringAsync());
            else await answer.ShouldBeProblemAsync(409, "idempotency_in_flight");
        made.ShouldHaveSingleItem();
        (await FilesAsync(content)).ShouldBe(1);
    }

    [Fact]
    public async Task A_refusal_is_not_kept_and_a_bad_key_is_refused_before_the_file_is_read()
    {
        var id = await server.Owner.OpenCaseAsync();
        await (await server.Owner.TrySendFileAsync(id, "<html>"u8.ToArray(), "a.txt", null, "again")).ShouldBeProblemAsync(415, "unsupported_media_type");
        await (await server.Owner.TrySendFileAsync(id, Text(100), "a.txt", null, "again")).ShouldAnswerAsync(201);
        await (await server.Owner.TrySendFileAsync(id, Text(100), "a.txt", null, new string('k', 256))).ShouldRefuseFieldsAsync("Idempotency-Key");
    }

    [Fact]
    public async Task Once_its_message_is_retracted_the_stored_answer_is_gone_too()
    {
        var id = await server.Owner.OpenCaseAsync();
        var content = Text(100);
        var file = await (await server.Owner.TrySendFileAsync(id, content, key: "regretted")).ShouldAnswerAsync(201);
        await server.Owner.RetractAsync(id, (await server.Owner.SendAsync(id, [file.Id()])).Id());

        await (await server.Owner.TrySendFileAsync(id, content, key: "regretted")).ShouldBeProblemAsync(410, "gone");
        (await FilesAsync(content)).ShouldBe(0);
    }

    [Fact]
    public async Task Nobody_passes_his_quota_however_much_he_sends_at_once()
    {
        await using var own = await StartAsync(quota: 1_000_000);
        using var owner = await own.SignedInAsync("user");
        using var other = await own.SignedInAsync("user");
        var id = await owner.OpenCaseAsync();

        var answers = await Task.WhenAll(Enumerable.Range(0, 12).Select(_ => owner.TrySendFileAsync(id, Text(300_000))));

        answers.Count(answer => (int)answer.StatusCode == 201).ShouldBe(3);
        foreach (var refused in answers.Where(answer => (int)answer.StatusCode != 201))
            (await refused.ShouldBeProblemAsync(413, "quota_exceeded")).Text("detail")!.ShouldContain("1000000");
        (await own.Database.ScalarAsync<long>("SELECT bytes FROM files.usage WHERE owner_id = $1", owner.UserId)).ShouldBe(900_000);
        StoredIn(own.Services.GetRequiredService<DatabaseSettings>().DataDirectory).Count.ShouldBe(3);
        await owner.SendFileAsync(id, Text(100_000)); // to the last byte
        await (await owner.TrySendFileAsync(id, "x"u8.ToArray())).ShouldBeProblemAsync(413, "quota_exceeded");
        await other.SendFileAsync(await other.OpenCaseAsync(), Text(300_000));
    }

    [Fact]
    public async Task Retracting_makes_room()
    {
        await using var own = await StartAsync(quota: 1000);
        using var owner = await own.SignedInAsync("user");
        var id = await owner.OpenCaseAsync();
        var file = await owner.SendFileAsync(id, Text(1000));
        var message = await owner.SendAsync(id, [file.Id()]);
        await (await owner.TrySendFileAsync(id, Text(1000))).ShouldBeProblemAsync(413, "quota_exceeded");

        await owner.RetractAsync(id, message.Id());

        await owner.SendFileAsync(id, Text(1000));
    }

    static Task<Server> StartAsync(int quota) => Server.StartAsync(new Dictionary<string, string?>(CaseServer.QuickPasswords, StringComparer.Ordinal)
    {
        ["Files:QuotaPerOwner"] = $"{quota}", ["Files:MaxBytes"] = $"{Math.Min(quota, 500_000)}",
    });

    Task<long> FilesAsync(byte[] content) => server.Database.ScalarAsync<long>("SELECT count(*) FROM files.files WHERE sha256 = $1", HashOf(content));
}

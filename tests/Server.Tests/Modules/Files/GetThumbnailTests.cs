using System.Net.Http.Headers;
using Consilium.Tests.Modules.Cases;

namespace Consilium.Tests.Modules.Files;

public sealed class GetThumbnailTests(GetThumbnailTests.OwnDirectory server) : IClassFixture<GetThumbnailTests.OwnDirectory>
{
    [DecoderFact]
    public async Task A_thumbnail_is_a_download_with_the_headers_of_a_file()
    {
        var file = await ProcessedAsync("stamp.png");

        using var answer = await server.Owner.GetAsync($"/api/v1/files/{file}/thumbnail");

        ((int)answer.StatusCode).ShouldBe(200);
        answer.Content.Headers.ContentType!.ToString().ShouldBe("image/webp");
        answer.Content.Headers.ContentDisposition!.ToString().ShouldBe("attachment; filename=stamp.webp; filename*=UTF-8''stamp.webp");
        answer.Headers.CacheControl!.NoStore.ShouldBeTrue();
        answer.Headers.GetValues("Content-Security-Policy").Single().ShouldStartWith("sandbox;");
        answer.Headers.GetValues("X-Content-Type-Options").ShouldBe(["nosniff"]);
        var whole = await answer.Content.ReadAsByteArrayAsync();
        var seen = await DecoderParts.LookAtAsync(whole, (10, 4));
        (seen.Width, seen.Height).ShouldBe((200, 150));

        using var part = await SendAsync(file, request => request.Headers.Range = new RangeHeaderValue(8, 11));
        ((int)part.StatusCode, await part.Content.ReadAsStringAsync()).ShouldBe((206, "WEBP"));
        using var same = await SendAsync(file, request => request.Headers.IfNoneMatch.Add(answer.Headers.ETag!));
        ((int)same.StatusCode).ShouldBe(304);
        using var beyond = await SendAsync(file, request => request.Headers.Range = new RangeHeaderValue(whole.Length, null));
        await beyond.ShouldBeProblemAsync(416, "range_not_satisfiable");
    }

    [DecoderFact]
    public async Task A_thumbnail_is_for_those_who_may_read_the_file_and_every_look_is_in_the_trail()
    {
        var id = await server.Owner.OpenCaseAsync();
        var file = (await server.Owner.UploadFixtureAsync(id, "letter.webp")).Id();
        await server.ProcessedAsync(file);
        var path = $"/api/v1/files/{file}/thumbnail";

        await (await server.Staff.GetAsync(path)).ShouldBeProblemAsync(404, "not_found"); // it hangs on nothing yet
        (await server.Owner.GetAsync(path)).EnsureSuccessStatusCode();
        var message = await server.Owner.AttachAsync(id, file);
        (await server.Staff.GetAsync(path)).EnsureSuccessStatusCode();
        await (await server.Stranger.GetAsync(path)).ShouldBeProblemAsync(404, "not_found");
        using (var anonymous = server.Anonymous()) await (await anonymous.GetAsync(path)).ShouldBeProblemAsync(401, "unauthenticated");
        await server.Owner.RetractAsync(id, message.Id());
        await (await server.Owner.GetAsync(path)).ShouldBeProblemAsync(404, "not_found");

        (await server.Database.ColumnAsync<string>("SELECT outcome FROM audit.entries WHERE resource = $1 AND action = 'file.thumbnail' ORDER BY id", $"file/{file}"))
            .ShouldBe(["denied", "ok", "ok", "denied", "denied"]);
    }

    [DecoderFact]
    public async Task A_thumbnail_that_is_missing_is_made_again_for_all_who_ask_at_once()
    {
        var file = await ProcessedAsync("letter.avif");
        var before = await server.Owner.GetByteArrayAsync($"/api/v1/files/{file}/thumbnail");
        Directory.Delete(Path.Combine(server.Directory, "files", "thumbnails"), recursive: true);

        var after = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => server.Owner.GetByteArrayAsync($"/api/v1/files/{file}/thumbnail")));

        after.ShouldAllBe(a => a.SequenceEqual(before));
        Directory.GetFiles(Path.Combine(server.Directory, "files", "thumbnails"), "*", SearchOption.AllDirectories).Select(Path.GetFileName)
            .ShouldBe([$"{await server.Sha256Async(file)}.webp"]);
    }

    [Fact]
    public async Task A_thumbnail_that_cannot_be_made_again_now_is_to_be_asked_for_later()
    {
        await using var without = await FileServer.WithAsync(("Files:Node", "/nowhere/node"));
        var file = (await without.Owner.UploadFixtureAsync(await without.Owner.OpenCaseAsync(), "icon.png")).Id();
        await without.Database.ExecuteAsync("UPDATE files.blobs SET decoding = 'done', decoder = 1, has_thumbnail = true");

        var answer = await without.Owner.GetAsync($"/api/v1/files/{file}/thumbnail");

        await answer.ShouldBeProblemAsync(503, "thumbnail_not_ready");
        answer.Headers.RetryAfter!.Delta!.Value.ShouldBeGreaterThan(TimeSpan.Zero);
    }

    async Task<Guid> ProcessedAsync(string fixture)
    {
        var file = (await server.Owner.UploadFixtureAsync(await server.Owner.OpenCaseAsync(), fixture)).Id();
        (await server.ProcessedAsync(file)).ShouldBe("done");
        return file;
    }

    Task<HttpResponseMessage> SendAsync(Guid file, Action<HttpRequestMessage> with)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, $"/api/v1/files/{file}/thumbnail");
        with(request);
        return server.Owner.SendAsync(request);
    }

    /// <summary>A server whose data directory the test looks into.</summary>
    public sealed class OwnDirectory : FileServer
    {
        public OwnDirectory() => Settings = new Dictionary<string, string?>(StringComparer.Ordinal) { ["Data:Directory"] = Directory };

        public string Directory { get; } = TempDirectory.New();
    }
}

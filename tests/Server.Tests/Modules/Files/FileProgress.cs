using System.Diagnostics;
using System.Net.Http.Headers;
using System.Text.Json;
using Consilium.Tests.Modules.Cases;

namespace Consilium.Tests.Modules.Files;

/// <summary>What people do with files, when it must succeed; and what becomes of the files in the background.</summary>
internal static class FileProgress
{
    /// <summary>Far more than anything here takes; only a failing test waits that long.</summary>
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>Uploads a file for the case. Returns the attachment.</summary>
    public static async Task<JsonElement> UploadAsync(this HttpClient sender, Guid caseId, byte[] content, string name, string? mediaType = null)
    {
        var part = new ByteArrayContent(content);
        if (mediaType is not null) part.Headers.ContentType = MediaTypeHeaderValue.Parse(mediaType);
        using var form = new MultipartFormDataContent { { part, "file", name } };
        return await (await sender.PostAsync($"{CaseServer.Root}/{caseId}/attachments", form)).ShouldAnswerAsync(201);
    }

    public static Task<JsonElement> UploadFixtureAsync(this HttpClient sender, Guid caseId, string fixture) =>
        sender.UploadAsync(caseId, File.ReadAllBytes(DecoderParts.Fixture(fixture)), fixture);

    /// <summary>Posts a message with these attachments: ids of uploads, or objects to fetch.</summary>
    public static async Task<JsonElement> AttachAsync(this HttpClient sender, Guid caseId, params object[] attachments) =>
        await (await sender.PostJsonAsync($"{CaseServer.Root}/{caseId}/messages", new { content = "See here", attachments, ask_assistant = false })).ShouldAnswerAsync(201);

    public static Task<JsonElement> AttachRemoteAsync(this HttpClient sender, Guid caseId, string url, string name = "letter.pdf") =>
        sender.AttachAsync(caseId, new { file_name = name, file_url = url });

    /// <summary>The attachments of a message as they are now.</summary>
    public static async Task<List<JsonElement>> AttachmentsAsync(this HttpClient reader, Guid caseId, Guid messageId) =>
        (await reader.GetJsonAsync($"{CaseServer.Root}/{caseId}/messages/{messageId}/attachments")).Items();

    /// <summary>The only attachment of a message, once its status is this.</summary>
    public static async Task<JsonElement> AttachmentAsync(this HttpClient reader, Guid caseId, Guid messageId, string status)
    {
        JsonElement attachment = default;
        await BecomesAsync(status, async () => (attachment = (await reader.AttachmentsAsync(caseId, messageId)).Single()).Text("status"));
        return attachment;
    }

    /// <summary>Waits until the bytes of the file are scanned and decoded; says how that ended: <c>done</c>, <c>failed too_large</c> …</summary>
    public static async Task<string> ProcessedAsync(this Server server, Guid fileId)
    {
        string? state = null;
        await BecomesAsync(true, async () =>
        {
            state = await server.Database.ScalarAsync<string>("""
                SELECT CASE WHEN scan = 'pending' OR decoding = 'waiting' THEN NULL ELSE decoding || coalesce(' ' || b.failure, '') END
                FROM files.blobs b JOIN files.files f USING (sha256) WHERE f.id = $1
                """, fileId);
            return state is not null;
        });
        return state!;
    }

    public static Task<string?> Sha256Async(this Server server, Guid fileId) => server.Database.ScalarAsync<string>("SELECT sha256 FROM files.files WHERE id = $1", fileId);

    /// <summary>Makes a recurring job due, so that it runs at the next look for jobs.</summary>
    public static Task MakeDueAsync(this Server server, string kind) => BecomesAsync(1L, () => server.Database.ScalarAsync<long>("""
        WITH due AS (UPDATE platform.jobs SET run_at = now() WHERE kind = $1 AND status = 'queued' RETURNING 1) SELECT count(*) FROM due
        """, kind));

    public static async Task BecomesAsync<T>(T expected, Func<Task<T>> ask)
    {
        var begun = Stopwatch.StartNew();
        T actual;
        while (!Equals(actual = await ask(), expected) && begun.Elapsed < Patience) await Task.Delay(20);
        actual.ShouldBe(expected);
    }

    /// <summary>The events of the case about its files, by file.</summary>
    public static async Task<List<Guid>> FileEventsAsync(this Client reader, Guid caseId) =>
        [.. (await reader.EventsAsync(caseId)).Where(e => e.Text("type") == "attachment.changed").Select(e => e.Id("attachment_id"))];
}

using System.Text;
using System.Text.Json;
using Consilium.Modules.Files.Contracts;
using Consilium.Platform.Database;
using Microsoft.Extensions.DependencyInjection;

namespace Consilium.Tests.Modules.Cases;

/// <summary>Files of cases: real uploads, rows as uploads leave them with nothing left to do in the background, and posts that name them.</summary>
internal static class CaseFileCalls
{
    /// <summary>Uploads a note through the door.</summary>
    public static Task<HttpResponseMessage> TryUploadAsync(
        this Client sender, Guid caseId, string text = "A note", string name = "note.txt", string root = CaseServer.Root, string? key = null)
    {
        var part = new ByteArrayContent(Encoding.UTF8.GetBytes(text)) { Headers = { ContentType = new("text/plain") } };
        var request = new HttpRequestMessage(HttpMethod.Post, $"{root}/{caseId}/attachments") { Content = new MultipartFormDataContent { { part, "file", name } } };
        if (key is not null) request.Headers.Add("Idempotency-Key", key);
        return sender.SendAsync(request);
    }

    public static async Task<Guid> UploadAsync(this Client sender, Guid caseId, string text = "A note") =>
        (await (await sender.TryUploadAsync(caseId, text)).ShouldAnswerAsync(201)).Id();

    /// <summary>An upload that hangs on nothing yet. With <paramref name="pages"/> it is a document whose text has been read.</summary>
    public static async Task<Guid> UploadedAsync(this CaseServer server, Client owner, Guid caseId, string name = "photo.png", params string[] pages)
    {
        var (id, sha256) = (Guid.CreateVersion7(), $"{Guid.CreateVersion7():N}{Guid.CreateVersion7():N}");
        var type = pages.Length > 0 ? "application/pdf" : "image/png";
        await server.Database.ExecuteAsync("""
            INSERT INTO files.blobs (sha256, size, media_type, scan, decoding, width, height, page_count, created_at)
            VALUES ($1, 5, $2, 'clean', 'none', 3, 4, nullif($3, 0), now())
            """, sha256, type, pages.Length);
        for (var i = 0; i < pages.Length; i++)
            await server.Database.ExecuteAsync("INSERT INTO files.pages (sha256, page, content) VALUES ($1, $2, $3)", sha256, i + 1, pages[i]);
        await server.Database.ExecuteAsync("""
            INSERT INTO files.files (id, owner_id, place_kind, place_id, file_name, media_type, size, sha256, created_at)
            VALUES ($1, $2, 'case', $3, $4, $5, 5, $6, now())
            """, id, owner.UserId, caseId, name, type, sha256);
        return id;
    }

    /// <summary>Posts without asking the assistant.</summary>
    public static Task<HttpResponseMessage> TrySendAsync(
        this Client sender, Guid caseId, object[] attachments, string? token = null, params (string Name, string Value)[] headers) =>
        sender.PostJsonAsync($"{CaseServer.Root}/{caseId}/messages", new { content = "See here", attachments, client_token = token, ask_assistant = false }, headers);

    public static async Task<JsonElement> SendAsync(this Client sender, Guid caseId, object[] attachments, string? token = null) =>
        await (await sender.TrySendAsync(caseId, attachments, token)).ShouldAnswerAsync(201);

    /// <summary>The ids of a message's attachments.</summary>
    public static List<Guid> Attached(this JsonElement message) => [.. message.GetProperty("attachments").EnumerateArray().Select(a => a.Id())];

    /// <summary>Renames a file as a background job changes one: the holder is told, in the same transaction.</summary>
    public static async Task ChangeFileAsync(this CaseServer server, Guid caseId, Guid messageId, Guid fileId, string name)
    {
        await using var scope = server.Services.CreateAsyncScope();
        var transaction = scope.ServiceProvider.GetRequiredService<RequestTransaction>();
        var holder = scope.ServiceProvider.GetServices<IFileHolder>().Single(h => h.Kind == "case");
        await transaction.RunAsync(async () =>
        {
            await holder.ChangedAsync(new("case", caseId), messageId, fileId, default);
            await using var batch = await transaction.BatchAsync(default);
            batch.BatchCommands.Add(new("UPDATE files.files SET file_name = $2 WHERE id = $1") { Parameters = { new() { Value = fileId }, new() { Value = name } } });
            await batch.ExecuteNonQueryAsync();
        });
    }
}

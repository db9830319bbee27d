using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;

namespace Consilium.Tests.Modules.Records;

/// <summary>Documents, as people send and fetch them.</summary>
internal static class DocumentCalls
{
    public const string UploadPath = "/api/v1/documents/upload";

    public static string PathOf(Guid documentId) => $"/api/v1/documents/{documentId}";

    /// <summary>A form of fields and a text file, in this order: the field without a value is where the file is.</summary>
    public static MultipartFormDataContent Form(byte[] content, string fileName, params (string Name, string? Value)[] parts)
    {
        var form = new MultipartFormDataContent();
        foreach (var (name, value) in parts.Any(p => p.Value is null) ? parts : [.. parts, ("file", null)])
        {
            if (value is not null) form.Add(new ByteArrayContent(Encoding.UTF8.GetBytes(value)), name);
            else form.Add(new ByteArrayContent(content) { Headers = { ContentType = new MediaTypeHeaderValue("text/plain") } }, name, fileName);
        }
        return form;
    }

    public static Task<HttpResponseMessage> PostFormAsync(this Client sender, string path, HttpContent form, string? key = null)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = form };
        if (key is not null) request.Headers.Add("Idempotency-Key", key);
        return sender.SendAsync(request);
    }

    public static Task<HttpResponseMessage> TryUploadAsync(this Client sender, byte[] content, params (string Name, string? Value)[] fields) =>
        sender.PostFormAsync(UploadPath, Form(content, "note.txt", fields));

    /// <summary>Uploads a note for a patient, or for a report.</summary>
    public static async Task<JsonElement> UploadDocumentAsync(this Client sender, Guid entityId, string content = "A note", string type = "other") =>
        await (await sender.TryUploadAsync(Encoding.UTF8.GetBytes(content), ("entity_id", $"{entityId}"), ("document_type", type))).ShouldAnswerAsync(201);

    /// <summary>The address that opens the document once.</summary>
    public static async Task<string> TokenUrlAsync(this Client reader, Guid documentId) =>
        (await (await reader.PostJsonAsync($"{PathOf(documentId)}/download-token", null)).ShouldAnswerAsync(200)).Text("download_url")!;
}

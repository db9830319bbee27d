using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Consilium.Tests.Modules.Files;

/// <summary>Uploads as browsers send them, byte by byte, and what becomes of them.</summary>
internal static class UploadCalls
{
    public const string Boundary = "----boundary7MA4YWxk";

    public const int MaxBytes = 25 * 1024 * 1024;

    public static string RouteOf(Guid caseId) => $"/api/v1/cases/{caseId}/attachments";

    /// <summary>The body of a form with this one part. The name is escaped as browsers do it.</summary>
    public static byte[] Form(byte[] content, string name, string? type) =>
        RawForm(content, $"form-data; name=\"file\"; filename=\"{name.Replace("\"", "%22", StringComparison.Ordinal)}\"", type);

    public static byte[] RawForm(byte[] content, string disposition, string? type) =>
    [
        .. Encoding.UTF8.GetBytes($"--{Boundary}\r\nContent-Disposition: {disposition}\r\n{(type is null ? "" : $"Content-Type: {type}\r\n")}\r\n"),
        .. content, .. Encoding.UTF8.GetBytes($"\r\n--{Boundary}--\r\n"),
    ];

    public static Task<HttpResponseMessage> TrySendFileAsync(
        this Client sender, Guid caseId, byte[] content, string name = "file.txt", string? type = null, string? key = null) =>
        sender.PostFormAsync(caseId, new ByteArrayContent(Form(content, name, type)), key);

    public static Task<HttpResponseMessage> PostFormAsync(this Client sender, Guid caseId, HttpContent form, string? key = null, string boundary = Boundary)
    {
        form.Headers.ContentType = MediaTypeHeaderValue.Parse($"multipart/form-data; boundary=\"{boundary}\"");
        var request = new HttpRequestMessage(HttpMethod.Post, RouteOf(caseId)) { Content = form };
        if (key is not null) request.Headers.Add("Idempotency-Key", key);
        return sender.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
    }

    public static async Task<JsonElement> SendFileAsync(this Client sender, Guid caseId, byte[] content, string name = "file.txt", string? type = null) =>
        await (await sender.TrySendFileAsync(caseId, content, name, type)).ShouldAnswerAsync(201);

    /// <summary>The bytes at the attachment's address, which must be those that were sent.</summary>
    public static async Task<HttpResponseMessage> ShouldDownloadAsync(this Client reader, JsonElement attachment, byte[] content)
    {
        var answer = await reader.GetAsync(attachment.Text("url"));
        ((int)answer.StatusCode).ShouldBe(200);
        HashOf(await answer.Content.ReadAsByteArrayAsync()).ShouldBe(HashOf(content));
        return answer;
    }

    public static string HashOf(byte[] content) => Convert.ToHexStringLower(SHA256.HashData(content));

    /// <summary>A text of this length that nobody has sent before.</summary>
    public static byte[] Text(int length)
    {
        var text = new byte[length];
        Array.Fill(text, (byte)'.');
        Encoding.ASCII.GetBytes(Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16))).AsSpan(0, Math.Min(32, length)).CopyTo(text);
        return text;
    }

    /// <summary>Where the server keeps the bytes of this hash.</summary>
    public static string PathOf(string data, string sha256) => Path.Combine(data, "files", "blobs", sha256[..2], sha256);

    /// <summary>All that is stored or staged under a data directory.</summary>
    public static List<string> StoredIn(string data) => [.. ((string[])["blobs", "incoming"]).Select(part => Path.Combine(data, "files", part)).Where(Directory.Exists)
        .SelectMany(directory => Directory.EnumerateFiles(directory, "*", SearchOption.AllDirectories)).Select(file => Path.GetFileName(file)!)];
}

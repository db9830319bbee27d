using System.Text.Json;

namespace Consilium.Tests.Modules.Cases;

/// <summary>What people do with a case, when it must succeed.</summary>
internal static class CaseCalls
{
    const string Root = CaseServer.Root;

    public static async Task<Guid> OpenCaseAsync(this Client owner, string description = "The scanner shows a blank page.", string? title = null) =>
        (await (await owner.PostJsonAsync(Root, new { issue_description = description, title })).ShouldAnswerAsync(201)).Id();

    public static Task<JsonElement> CaseAsync(this Client reader, Guid id) => reader.GetJsonAsync($"{Root}/{id}");

    /// <summary>Posts without asking the assistant, so that nothing follows by itself.</summary>
    public static async Task<JsonElement> SayAsync(this Client sender, Guid id, string content, string? token = null, Guid? replyTo = null) =>
        await (await sender.TrySayAsync(id, content, token, replyTo)).ShouldAnswerAsync(201);

    public static Task<HttpResponseMessage> TrySayAsync(
        this Client sender, Guid id, string content, string? token = null, Guid? replyTo = null, params (string Name, string Value)[] headers) =>
        sender.PostJsonAsync($"{Root}/{id}/messages", new { content, client_token = token, reply_to = replyTo, ask_assistant = false }, headers);

    public static async Task<JsonElement> PutAsync(this Client caller, Guid id, string what, object? body = null, int status = 200) =>
        await (await caller.PutJsonAsync($"{Root}/{id}/{what}", body)).ShouldAnswerAsync(status);

    public static Task ReadAsync(this Client reader, Guid id, long seq) => reader.PutAsync(id, "read", new { seq }, 204);

    public static Task<HttpResponseMessage> TryEditAsync(this Client author, Guid id, Guid message, string content) =>
        author.PatchJsonAsync($"{Root}/{id}/messages/{message}", new { content });

    public static Task<HttpResponseMessage> TryRetractAsync(this Client author, Guid id, Guid message) =>
        author.DeleteAsync($"{Root}/{id}/messages/{message}");

    public static async Task RetractAsync(this Client author, Guid id, Guid message) =>
        await (await author.TryRetractAsync(id, message)).ShouldAnswerAsync(204);

    public static async Task<List<JsonElement>> MessagesAsync(this Client reader, Guid id, string query = "limit=200") =>
        (await reader.GetJsonAsync($"{Root}/{id}/messages?{query}")).Items();

    /// <summary>The texts that a search finds, oldest first.</summary>
    public static async Task<List<string?>> FindAsync(this Client reader, Guid id, string words) =>
        [.. (await reader.MessagesAsync(id, $"limit=200&q={Uri.EscapeDataString(words)}")).Select(m => m.Text("content"))];

    /// <summary>Every event of the case up to its present last.</summary>
    public static async Task<List<JsonElement>> EventsAsync(this Client reader, Guid id)
    {
        var last = (await reader.CaseAsync(id)).Number("last_seq");
        await using var stream = await EventStream.OpenAsync(reader, $"{Root}/{id}/events?after=0");
        return [.. (await stream.UpToAsync(last)).Select(frame => frame.Data)];
    }

    public static List<string?> Types(this IEnumerable<JsonElement> events) => [.. events.Select(e => e.Text("type"))];
}

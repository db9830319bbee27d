using System.Text;
using System.Text.Json;
using Consilium.Tests.Modules.Cases;

namespace Consilium.Tests.Modules.Tickets;

/// <summary>What people do with a ticket, when it must succeed.</summary>
internal static class TicketCalls
{
    public const string Root = "/tickets";

    public static async Task<Guid> OpenTicketAsync(this Client owner, string title = "Scanner", string description = "The scanner shows a blank page.") =>
        (await (await owner.PostJsonAsync(Root, new { title, description })).ShouldAnswerAsync(201)).Id();

    public static Task<JsonElement> TicketAsync(this Client reader, Guid id) => reader.GetJsonAsync($"{Root}/{id}");

    public static Task<HttpResponseMessage> TryPostAsync(
        this Client sender, Guid id, object body, string root = Root, params (string Name, string Value)[] headers) =>
        sender.PostJsonAsync($"{root}/{id}/messages", body, headers);

    public static async Task<JsonElement> PostAsync(this Client sender, Guid id, string content, params object[] attachments) =>
        await (await sender.TryPostAsync(id, new { content, attachments })).ShouldAnswerAsync(201);

    public static Task<HttpResponseMessage> TrySetStatusAsync(this Client caller, Guid id, string? status, string root = Root) =>
        caller.PutJsonAsync($"{root}/{id}/status", new { status });

    public static async Task<JsonElement> SetStatusAsync(this Client caller, Guid id, string status) =>
        await (await caller.TrySetStatusAsync(id, status)).ShouldAnswerAsync(200);

    public static async Task<List<JsonElement>> TicketMessagesAsync(this Client reader, Guid id, string query = "limit=200") =>
        (await reader.GetJsonAsync($"{Root}/{id}/messages?{query}")).Items();

    /// <summary>Every event of the ticket up to its present last.</summary>
    public static async Task<List<JsonElement>> TicketEventsAsync(this Client reader, Guid id, string root = Root)
    {
        var last = (await reader.TicketAsync(id)).Number("last_seq");
        await using var stream = await EventStream.OpenAsync(reader, $"{root}/{id}/events?after=0");
        return [.. (await stream.UpToAsync(last)).Select(frame => frame.Data)];
    }

    public static Task<HttpResponseMessage> AskAsync(this HttpClient reader, Guid id, string? from = null, string root = Root)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, $"{root}/{id}/ai-response");
        if (from is not null) request.Headers.TryAddWithoutValidation("Last-Event-ID", from);
        return reader.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
    }

    /// <summary>Asks where there is to be no stream.</summary>
    public static async Task<HttpResponseMessage> TryAskAsync(this HttpClient reader, Guid id, string? from = null)
    {
        var answer = await reader.AskAsync(id, from);
        ((int)answer.StatusCode).ShouldNotBe(200); // its body would not end
        return answer;
    }

    /// <summary>The whole stream, to its end.</summary>
    public static async Task<string> AnswerAsync(this HttpClient reader, Guid id, string? from = null, string root = Root)
    {
        using var answer = await reader.AskAsync(id, from, root);
        return await answer.StreamAsync();
    }

    public static async Task<string> StreamAsync(this HttpResponseMessage answer)
    {
        if ((int)answer.StatusCode != 200) await answer.ShouldAnswerAsync(200);
        answer.Content.Headers.ContentType?.MediaType.ShouldBe("text/event-stream");
        return Encoding.UTF8.GetString(await answer.Content.ReadAsByteArrayAsync().WaitAsync(EventStream.Patience));
    }
}

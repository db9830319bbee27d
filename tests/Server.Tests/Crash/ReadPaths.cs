using System.Text.Json;

namespace Consilium.Tests.Crash;

/// <summary>A message as a read path showed it.</summary>
/// <param name="Answers">For the assistant's messages: the question.</param>
internal sealed record ReadMessage(long Seq, Guid Id, Guid SenderId, string Content, Guid? Answers)
{
    public static ReadMessage Of(JsonElement message) => new(message.Number("seq"), message.Id(), message.Id("sender_id"), message.Text("content")!,
        message.Text("sender_role") == "assistant" ? message.Id("reply_to") : null);
}

/// <summary>Every way to read all messages of a case, each to the end and in the order of their numbers.</summary>
internal sealed class ReadPaths(Client client, Guid caseId)
{
    const int Limit = 200;

    string Route => $"/api/v1/cases/{caseId}/messages";

    public async Task<long> LastSeqAsync() => (await client.GetJsonAsync($"/api/v1/cases/{caseId}")).Number("last_seq");

    /// <summary>The events of the case, from the first one to that number.</summary>
    public async Task<EventReader> EventsAsync(long last)
    {
        using var stop = new CancellationTokenSource();
        var reader = new EventReader($"The reader of case {caseId}", client, caseId);
        var reading = reader.RunAsync(stop.Token);
        await reader.ReachAsync(last, TimeSpan.FromSeconds(60));
        await stop.CancelAsync();
        await reading;
        return reader;
    }

    public async Task<Dictionary<string, List<ReadMessage>>> MessagesAsync() => new(StringComparer.Ordinal)
    {
        ["after"] = await ByAfterAsync(),
        ["before"] = await ByBeforeAsync(),
        ["cursor"] = await ByCursorAsync($"limit={Limit}"),
    };

    /// <summary>By a word that is in every message of the writers.</summary>
    public Task<List<ReadMessage>> SearchAsync() => ByCursorAsync($"limit={Limit}&q={Writer.Word}");

    public Task<List<ReadMessage>> AnswersAsync() => ByCursorAsync($"limit={Limit}&role=assistant");

    async Task<List<ReadMessage>> ByAfterAsync()
    {
        var all = new List<ReadMessage>();
        for (var page = await PageAsync("after=0"); page.Count > 0; page = await PageAsync($"after={all[^1].Seq}")) all.AddRange(page);
        return all;
    }

    async Task<List<ReadMessage>> ByBeforeAsync()
    {
        var pages = new Stack<List<ReadMessage>>();
        for (var page = await PageAsync($"before={long.MaxValue}"); page.Count > 0; page = await PageAsync($"before={page[0].Seq}")) pages.Push(page);
        return [.. pages.SelectMany(page => page)];
    }

    async Task<List<ReadMessage>> ByCursorAsync(string query)
    {
        var all = new List<ReadMessage>();
        string? cursor = null;
        do
        {
            var page = await client.GetJsonAsync($"{Route}?{query}{(cursor is null ? "" : $"&cursor={Uri.EscapeDataString(cursor)}")}");
            all.AddRange(Items(page));
            cursor = page.Text("next_cursor");
        } while (cursor is not null);
        return all;
    }

    async Task<List<ReadMessage>> PageAsync(string bound) => Items(await client.GetJsonAsync($"{Route}?limit={Limit}&{bound}"));

    static List<ReadMessage> Items(JsonElement page) => [.. page.Items().Select(ReadMessage.Of)];
}

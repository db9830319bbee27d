using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;
using System.Text.Json;
using Consilium.ProviderDoubles;

namespace Consilium.Bench;

/// <summary>
/// Answers of the assistant, streamed from a model provider through the product to readers of tickets. The provider runs in this process and writes into
/// each token when it sent it, so that whoever reads the token knows how long it was under way.
/// </summary>
internal sealed class Answers(Uri provider, HttpClient product)
{
    const string Count = "Please count for ";
    const string Hanging = "This question makes the provider hang.";
    static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    public static ProviderDouble Provider() => new(exchange =>
        exchange.Request.Messages.Any(m => m.Content.Contains(Hanging, StringComparison.Ordinal)) ? exchange.HangAsync() : CountAsync(exchange));

    public static HttpClient Signed(Uri product, string token) =>
        new() { BaseAddress = product, Timeout = Timeout.InfiniteTimeSpan, DefaultRequestHeaders = { Authorization = new AuthenticationHeaderValue("Bearer", token) } };

    /// <summary>From the provider's token to the reader's, durable in between: so many answers at once, each read by one reader.</summary>
    public Task<Sample> ThroughAsync(int readers, double seconds) => MeasureAsync(readers, seconds, async () =>
        await product.GetStreamAsync($"tickets/{await OpenAsync(Question(seconds))}/ai-response"), Frame);

    /// <summary>The same tokens read from the provider itself.</summary>
    public Task<Sample> DirectAsync(int readers, double seconds) => MeasureAsync(readers, seconds, async () =>
    {
        var asked = new { model = "double", stream = true, messages = new[] { new { role = "user", content = Question(seconds) } } };
        using var request = new HttpRequestMessage(HttpMethod.Post, $"{provider}/chat/completions") { Content = JsonContent.Create(asked) };
        request.Content.Headers.ContentLength = JsonSerializer.SerializeToUtf8Bytes(asked).Length;
        var answer = await product.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        return await answer.Content.ReadAsStreamAsync();
    }, Delta);

    /// <summary>Runs <paramref name="measure"/> while so many answers hang, each with its reader, and stops them after.</summary>
    public async Task<Sample> WhileHangingAsync(int answers, Func<Task<Sample>> measure)
    {
        var tickets = new ConcurrentBag<string>();
        var streams = new ConcurrentBag<Stream>();
        await Parallel.ForAsync(0, answers, new ParallelOptions { MaxDegreeOfParallelism = 8 }, async (_, end) =>
        {
            var ticket = await OpenAsync(Hanging);
            tickets.Add(ticket);
            streams.Add(await product.GetStreamAsync($"tickets/{ticket}/ai-response", end));
        });
        var sample = await measure();
        await Parallel.ForEachAsync(tickets, new ParallelOptions { MaxDegreeOfParallelism = 8 }, async (ticket, end) =>
            (await product.DeleteAsync($"tickets/{ticket}/ai-response", end)).EnsureSuccessStatusCode());
        foreach (var stream in streams) await stream.DisposeAsync();
        return sample;
    }

    static async Task<Sample> MeasureAsync(int readers, double seconds, Func<Task<Stream>> open, Func<string, string> textOf)
    {
        var latencies = await Task.WhenAll(Enumerable.Range(0, readers).Select(_ => ReadAsync(open, textOf)));
        var all = latencies.SelectMany(l => l).Order().ToArray();
        return new(all.Length / seconds, all[all.Length / 2], all[(int)(all.Length * 0.99)]);
    }

    static async Task<List<double>> ReadAsync(Func<Task<Stream>> open, Func<string, string> textOf)
    {
        using var reader = new StreamReader(await open());
        var (latencies, rest) = (new List<double>(), "");
        while (await reader.ReadLineAsync() is { } line)
        {
            if (!line.StartsWith("data: ", StringComparison.Ordinal)) continue;
            if (line is "data: [DONE]") break;
            var tokens = (rest + textOf(line["data: ".Length..])).Split(' ');
            foreach (var token in tokens[..^1])
                latencies.Add(Stopwatch.GetElapsedTime(long.Parse(token, CultureInfo.InvariantCulture)).TotalMilliseconds);
            rest = tokens[^1];
        }
        return latencies.Count > 0 ? latencies : throw new InvalidOperationException("The answer had no tokens.");
    }

    static string Frame(string data) => data;

    static string Delta(string data)
    {
        using var chunk = JsonDocument.Parse(data);
        return chunk.RootElement.GetProperty("choices") is var choices && choices.GetArrayLength() > 0 && choices[0].GetProperty("delta").TryGetProperty("content", out var text)
            ? text.GetString()!
            : "";
    }

    static async Task CountAsync(Exchange exchange)
    {
        var question = exchange.Request.Messages.Last(m => m.Content.Contains(Count, StringComparison.Ordinal)).Content;
        var seconds = double.Parse(question[(question.IndexOf(Count, StringComparison.Ordinal) + Count.Length)..].Split(' ')[0], CultureInfo.InvariantCulture);
        await exchange.HeadAsync();
        await exchange.RoleAsync();
        for (var counting = Stopwatch.StartNew(); counting.Elapsed.TotalSeconds < seconds;)
        {
            await exchange.PauseAsync(Pause);
            await exchange.TokenAsync(string.Create(CultureInfo.InvariantCulture, $"{Stopwatch.GetTimestamp()} "));
        }
        await exchange.CompleteAsync();
    }

    static string Question(double seconds) => string.Create(CultureInfo.InvariantCulture, $"{Count}{seconds} seconds.");

    async Task<string> OpenAsync(string description)
    {
        using var answer = await product.PostAsJsonAsync("tickets", new { title = "A ticket to measure", description });
        return (await answer.EnsureSuccessStatusCode().Content.ReadFromJsonAsync<JsonElement>()).GetProperty("id").GetString()!;
    }
}

using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;
using System.Text.Json;

namespace Consilium.Tests.Crash;

/// <summary>An event as a reader saw it.</summary>
internal sealed record SeenEvent(long Seq, string Type, ReadMessage? Message);

/// <summary>Follows one case from its first event, and comes back with <c>Last-Event-ID</c> whenever the stream is cut.</summary>
internal sealed class EventReader(string name, Client client, Guid caseId)
{
    static readonly TimeSpan LongestSilence = TimeSpan.FromSeconds(30); // a comment comes every 15 seconds
    static readonly TimeSpan BeforeReturn = TimeSpan.FromMilliseconds(50);

    readonly List<SeenEvent> seen = [];
    readonly List<string> faults = [];
    long last;

    public Guid CaseId => caseId;

    /// <summary>In the order of their arrival. Read it once the reader has stopped.</summary>
    public IReadOnlyList<SeenEvent> Seen => seen;

    /// <summary>What must not be in a stream: a gap, a repetition, a wrong order, a refusal.</summary>
    public IReadOnlyList<string> Faults => faults;

    public int Connections { get; private set; }

    /// <summary>Reads until told to stop.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            try
            {
                await FollowAsync(stop);
            }
            catch (Exception cut) when (cut is HttpRequestException or IOException or OperationCanceledException or TimeoutException)
            {
                if (!stop.IsCancellationRequested) await Task.Delay(BeforeReturn, CancellationToken.None);
            }
        }
    }

    /// <summary>Returns once the event of that number was seen.</summary>
    public async Task ReachAsync(long seq, TimeSpan within)
    {
        for (var since = Stopwatch.StartNew(); Interlocked.Read(ref last) < seq; await Task.Delay(20))
            if (since.Elapsed > within)
                throw new TimeoutException($"{name} came to event {Interlocked.Read(ref last)} of {seq} in {within}. {string.Join(' ', faults.Take(3))}");
    }

    async Task FollowAsync(CancellationToken stop)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/api/v1/cases/{caseId}/events");
        request.Headers.Add("Last-Event-ID", last.ToString(CultureInfo.InvariantCulture));
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("text/event-stream"));
        using var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, stop);
        if ((int)response.StatusCode == 503) throw new IOException("Not yet.");
        if ((int)response.StatusCode != 200)
        {
            faults.Add($"{name} was answered {(int)response.StatusCode}.");
            throw new IOException("Refused.");
        }
        Connections++;
        using var lines = new StreamReader(await response.Content.ReadAsStreamAsync(stop));
        string? id = null, data = null;
        while (true)
        {
            var line = await lines.ReadLineAsync(stop).AsTask().WaitAsync(LongestSilence, stop) ?? throw new IOException("The stream ended.");
            if (line.StartsWith("id: ", StringComparison.Ordinal)) id = line[4..];
            else if (line.StartsWith("data: ", StringComparison.Ordinal)) data = line[6..];
            else if (line.Length == 0)
            {
                if (data is not null) Keep(id, data);
                id = data = null;
            }
        }
    }

    void Keep(string? id, string data)
    {
        using var document = JsonDocument.Parse(data);
        var root = document.RootElement;
        var type = root.Text("type")!;
        if (id is null)
        {
            faults.Add($"{name} was sent '{type}' without a number after {last}.");
            return;
        }
        var seq = root.Number("seq");
        if (id != seq.ToString(CultureInfo.InvariantCulture)) faults.Add($"{name} was sent the frame {id} with the event {seq}.");
        if (seq != last + 1) faults.Add($"{name} saw {seq} after {last}.");
        seen.Add(new(seq, type, root.TryGetProperty("message", out var message) ? ReadMessage.Of(message) : null));
        Interlocked.Exchange(ref last, seq);
    }
}

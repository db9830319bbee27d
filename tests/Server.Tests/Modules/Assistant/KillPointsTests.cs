using System.Diagnostics;
using System.Globalization;
using System.Text;
using Consilium.Modules.Assistant;
using Consilium.ProviderDoubles;
using Consilium.Tests.Modules.Tickets;
using Xunit.Abstractions;

namespace Consilium.Tests.Modules.Assistant;

/// <summary>
/// The real server, killed as by <c>kill -9</c> at each named point of a run, with a provider over real HTTP and a reader of the stream who comes back with
/// the last place that he saw. Prints a table.
/// </summary>
public sealed class KillPointsTests(ITestOutputHelper output) : IAsyncLifetime
{
    const int Killed = 128 + ProcessSignals.Kill;

    static readonly string Whole = string.Concat(Enumerable.Range(1, 40).Select(i => $"{i} öffnet 🕘 語{(i % 7 == 0 ? "\n" : " ")}"));
    static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(15);
    static readonly string[] OncePosted = [RunCrashPoints.Written, RunCrashPoints.BeforeCommit, RunCrashPoints.AfterCommit];

    // Goes on with what the request says was said already.
    readonly ProviderDouble provider = new(Replies.From(request => WordsOf(Whole[request.Said.Length..]), Pause));
    ServerProcess server = null!;
    HttpClient owner = null!;

    public async Task InitializeAsync()
    {
        server = await ServerProcess.StartAsync(
            ("Assistant__Lease", "00:00:01"), ("Assistant__Renewal", "00:00:00.300"), ("Assistant__Providers__0__Name", "double"),
            ("Assistant__Providers__0__Model", "counting"), ("Assistant__Providers__0__BaseAddress", provider.BaseAddress.ToString()));
        owner = server.Client();
        var login = await owner.PostJsonAsync("/auth/login", new { username = "customer@example.com", password = "password123" });
        owner.DefaultRequestHeaders.Authorization = new("Bearer", (await login.ShouldAnswerAsync(200)).Text("access_token"));
    }

    public async Task DisposeAsync()
    {
        owner.Dispose();
        await server.DisposeAsync();
        await provider.DisposeAsync();
    }

    [Fact]
    public async Task Killed_at_any_named_point_each_question_has_one_answer_and_its_reader_every_byte_of_it()
    {
        var points = typeof(RunCrashPoints).GetFields().Select(field => (string)field.GetValue(null)!).ToList();
        points.Count.ShouldBe(9);
        output.WriteLine("| killed at | shown before | calls | done after the restart | answers | reader's bytes |");
        output.WriteLine("|---|---|---|---|---|---|");
        foreach (var point in points) output.WriteLine(await KillAsync(point));
    }

    async Task<string> KillAsync(string point)
    {
        await server.KillAsync();
        server.Environment["Crash__At"] = point;
        await server.RestartAsync();
        var opened = await owner.PostJsonAsync(TicketCalls.Root, new { title = "Opening hours", description = $"Killed at {point}: when is it open?" });
        var ticket = $"{TicketCalls.Root}/{(await opened.ShouldAnswerAsync(201)).Id()}";
        var asked = provider.Requests.Count;
        var reader = new Reader(owner, $"{ticket}/ai-response");

        var reading = reader.ReadAsync();
        if (point == RunCrashPoints.Stopping)
        {
            await reader.Begun;
            await Should.ThrowAsync<HttpRequestException>(() => owner.DeleteAsync($"{ticket}/ai-response"));
        }
        (await server.ExitAsync()).ShouldBe(Killed, $"{point}\n{server.Output}");
        await reading;
        reader.IsDone.ShouldBeFalse(point);
        var shownBefore = reader.Text.Length;
        server.Environment.Remove("Crash__At");
        await server.RestartAsync();
        var restarted = Stopwatch.StartNew();
        while (!reader.IsDone) await reader.ReadAsync();

        var took = restarted.Elapsed;
        var calls = provider.Requests.Count - asked;
        var answers = (await owner.GetJsonAsync($"{ticket}/messages")).Items().Where(m => m.GetProperty("is_ai").GetBoolean()).ToList();
        answers.ShouldHaveSingleItem(point).Text("content").ShouldBe(reader.Text, point);
        reader.Text.ShouldBe(Whole, point);
        if (OncePosted.Contains(point)) calls.ShouldBe(1, point);
        took.ShouldBeLessThan(TimeSpan.FromSeconds(15), point);
        await ShouldHaveHappenedOnceAsync(ticket, point);
        return string.Create(CultureInfo.InvariantCulture,
            $"| `{point}` | {shownBefore} of {Whole.Length} | {calls} | {took.TotalSeconds:0.0} s | {answers.Count} | equal to the message |");
    }

    /// <summary>The ticket's events: numbered without a gap, one start of the run and one end.</summary>
    async Task ShouldHaveHappenedOnceAsync(string ticket, string point)
    {
        var last = (await owner.GetJsonAsync(ticket)).Number("last_seq");
        await using var stream = await Cases.EventStream.OpenAsync(owner, $"{ticket}/events?after=0");
        var events = (await stream.UpToAsync(last)).Where(frame => !frame.IsComment).Select(frame => frame.Data).ToList();
        events.Select(e => e.Number("seq")).ShouldBe(Enumerable.Range(1, (int)last).Select(seq => (long)seq), point);
        events.Count(e => e.Text("type") == "run.started").ShouldBe(1, point);
        events.Where(e => e.Text("type") == "run.finished").ShouldHaveSingleItem(point).Text("status").ShouldBe("completed", point);
    }

    static IEnumerable<string> WordsOf(string text)
    {
        for (int begin = 0, end; begin < text.Length; begin = end)
        {
            end = text.AsSpan(begin).IndexOfAny(' ', '\n') + begin + 1;
            yield return text[begin..end];
        }
    }

    /// <summary>A client of the stream that comes back with the last place it saw.</summary>
    sealed class Reader(HttpClient client, string path)
    {
        readonly StringBuilder text = new();
        readonly TaskCompletionSource begun = new(TaskCreationOptions.RunContinuationsAsynchronously);
        string? lastId;

        public string Text => text.ToString();
        public bool IsDone { get; private set; }

        /// <summary>Ends once there is text.</summary>
        public Task Begun => begun.Task.WaitAsync(TimeSpan.FromSeconds(20));

        /// <summary>Reads until the stream ends, whichever way.</summary>
        public async Task ReadAsync()
        {
            using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
            try
            {
                using var request = new HttpRequestMessage(HttpMethod.Get, path);
                if (lastId is not null) request.Headers.TryAddWithoutValidation("Last-Event-ID", lastId);
                using var answer = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, patience.Token);
                answer.IsSuccessStatusCode.ShouldBeTrue($"{answer.StatusCode}");
                using var lines = new StreamReader(await answer.Content.ReadAsStreamAsync(patience.Token));
                await ReadAsync(lines, patience.Token);
            }
            catch (Exception cut) when (cut is HttpRequestException or IOException)
            {
                // the server was killed
            }
        }

        async Task ReadAsync(StreamReader lines, CancellationToken cancellationToken)
        {
            var (id, name, data) = (lastId, "", new List<string>());
            while (await lines.ReadLineAsync(cancellationToken) is { } line)
            {
                if (line.StartsWith("id: ", StringComparison.Ordinal)) id = line[4..];
                else if (line.StartsWith("event: ", StringComparison.Ordinal)) name = line[7..];
                else if (line.StartsWith("data: ", StringComparison.Ordinal)) data.Add(line[6..]);
                else if (line.Length == 0 && data.Count > 0)
                {
                    name.ShouldBeEmpty(string.Join('\n', data));
                    if (data is ["[DONE]"]) IsDone = true;
                    else Take(id!, string.Join('\n', data));
                    data.Clear();
                }
            }
        }

        void Take(string id, string more)
        {
            text.Append(more);
            lastId = id;
            id[(id.IndexOf(':', StringComparison.Ordinal) + 1)..].ShouldBe($"{text.Length}");
            begun.TrySetResult();
        }
    }
}

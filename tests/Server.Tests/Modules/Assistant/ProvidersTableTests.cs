using Consilium.Modules.Assistant;
using Consilium.ProviderDoubles;
using Xunit.Abstractions;

namespace Consilium.Tests.Modules.Assistant;

/// <summary>
/// Every known way in which a provider goes wrong, alone and with a second one that works: what readers see, what the calls say, how long it takes
/// at most. The table of <c>docs/providers.md</c> is what happens.
/// </summary>
public sealed class ProvidersTableTests(ITestOutputHelper output)
{
    const string Header = "| the provider | its calls end with | without another, the reader sees | with a second provider | after at most |\n|---|---|---|---|---|";
    static readonly string Document = File.ReadAllText(Path.Combine(Repository.Root, "docs", "providers.md"));
    static readonly string Whole = string.Concat(Misbehaviours.Answer);
    static readonly TimeSpan FirstToken = TimeSpan.FromSeconds(70);
    static readonly TimeSpan Silence = TimeSpan.FromSeconds(60);
    static readonly TimeSpan Margin = TimeSpan.FromSeconds(20); // of a busy machine, and far below both

    // Those that are waited for, on a clock of their own: until they have said so much.
    static readonly Dictionary<string, (TimeSpan Time, int AfterTexts)> Silent = new(StringComparer.Ordinal)
    {
        ["accepts and never answers"] = (FirstToken, 0),
        ["sends headers and no body"] = (FirstToken, 0),
        ["sends a byte a second"] = (FirstToken, 0),
        ["comments and never answers"] = (FirstToken, 0),
        ["hangs in the middle"] = (Silence, 3),
    };

    [Fact]
    public async Task The_document_says_what_happens()
    {
        Misbehaviours.All.Select(m => m.Name).ShouldBeUnique();
        var rows = await Task.WhenAll(Misbehaviours.All.Select(RowAsync));

        var table = string.Join('\n', rows.Prepend(Header));
        output.WriteLine(table);
        Document.Contains(table, StringComparison.Ordinal).ShouldBeTrue("This is not the table of docs/providers.md. Copy it there when it is right:\n" + table);
    }

    [Fact]
    public void The_document_names_every_setting_and_reason()
    {
        var settings = typeof(ProviderSettings).GetProperties().Where(p => p.CanWrite).Select(p => p.Name);
        var reasons = typeof(CallReasons).GetFields().Select(f => (string)f.GetValue(null)!);
        settings.Concat(reasons).Concat(KnownProvider.Variables).Where(word => !Document.Contains($"`{word}`", StringComparison.Ordinal)).ShouldBeEmpty();
    }

    static async Task<string> RowAsync(Misbehaviour wrong)
    {
        var (alone, requests) = await ReadAsync(wrong, second: null);
        await using var working = new ProviderDouble(Replies.GoOn(Misbehaviours.Answer));
        var (followed, _) = await ReadAsync(wrong, working);

        var own = alone.Calls.FindAll(call => call.Source.Provider == "first");
        own.ShouldAllBe(call => call.End.Reason != CallReasons.Internal, wrong.Name);
        own.Count.ShouldBe(requests ?? own.Count, $"{wrong}: one call for each request");
        followed.Calls.Where(call => call.Source.Provider == "first").Select(call => call.End).ShouldBe(own.Select(call => call.End), wrong.Name);
        foreach (var reading in (Reading[])[alone, followed])
            reading.Took.ShouldBeLessThan(Margin, wrong.Name);

        return $"| {wrong} | {Ends(own)} | {Alone(alone)} | {Followed(followed)} | {AtMost(wrong, own)} |";
    }

    static async Task<(Reading Reading, int? Requests)> ReadAsync(Misbehaviour wrong, ProviderDouble? second)
    {
        while (true)
        {
            await using var first = wrong.Start();
            var clock = new ManualClock();
            var settings = ProvidersChain.Of(first) with { FirstTokenTimeout = FirstToken, TokenTimeout = Silence };
            using var chain = new ProvidersChain(Silent.ContainsKey(wrong.Name) ? clock : TimeProvider.System,
                second is null ? [settings] : [settings, ProvidersChain.Of(second, "second")]);
            var texts = 0;
            var reading = chain.ReadAsync(seen: step => texts += step is AnswerText ? 1 : 0);
            if (Silent.TryGetValue(wrong.Name, out var silence))
            {
                var request = await first.RequestAsync(1);
                for (var until = silence.AfterTexts; texts < until && !reading.IsCompleted;) await Task.WhenAny(reading, Task.Delay(5));
                while (!request.Closed.IsCompleted)
                {
                    clock.Advance(silence.Time); // again where its timer was not set yet
                    await Task.WhenAny(request.Closed, Task.Delay(TimeSpan.FromSeconds(5)));
                }
            }
            // A reset that was faster than its client is another row: it has hung up instead of answering.
            if (wrong.Name.Contains("RST", StringComparison.Ordinal) && (await reading).Calls[0].Text == "") continue;
            return (await reading, wrong.Reply is null ? null : first.Requests.Count);
        }
    }

    static string Ends(List<Call> calls)
    {
        var ends = calls.Select(call => call.End is { Outcome: CallEnded.Completed, Reason: var cut } ? cut is null ? "completed" : $"completed, `{cut}`" : $"`{call.End.Reason}`").ToList();
        ends.Distinct().Count().ShouldBe(1);
        return ends.Count > 1 ? $"{ends[0]} × {ends.Count}" : ends[0];
    }

    static string Alone(Reading reading) => reading.Calls switch
    {
        [..] when reading.Text == Whole => "the answer",
        [..] when reading.Text == ProvidersChain.RulesAnswer => "the answer of the rules",
        [{ Source.Provider: "first" }] when Whole.StartsWith(reading.Text, StringComparison.Ordinal) => "what it said",
        [{ Source.Provider: "first" }] when reading.Text.Length is > 31_990 and <= 32_000 => "the first 32 000 characters",
        [{ Text: var begun }, { Source.Provider: "built-in" }] when Whole.StartsWith(begun, StringComparison.Ordinal) && reading.Text == begun + BuiltInRules.Unfinished =>
            "what it said, and that it ends there",
        _ => throw new InvalidOperationException($"A reader should not see '{reading.Text[..Math.Min(200, reading.Text.Length)]}'."),
    };

    static string Followed(Reading reading)
    {
        if (reading.Calls is [{ Source.Provider: "first" }]) return "the same";
        reading.Text.ShouldBe(Whole);
        reading.Calls[^1].Source.Provider.ShouldBe("second");
        return reading.Calls.Exists(call => call.Source.Provider == "first" && call.Text.Length > 0) ? "goes on with the answer" : "gives the answer";
    }

    static string AtMost(Misbehaviour wrong, List<Call> calls) => calls switch
    {
        [..] when wrong.Name.StartsWith("429, Retry-After", StringComparison.Ordinal) && calls.Count > 1 => "the pauses it asks for",
        [{ End.Reason: CallReasons.FirstTokenTimeout }] => "`FirstTokenTimeout`",
        [{ End.Reason: CallReasons.TokenTimeout }] => "`TokenTimeout` of silence",
        [..] when wrong.Name == "a finish_reason, then hangs" => "a second",
        [_] => "no wait",
        _ => "two pauses from `RetryPause`",
    };
}

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
    static readonly string Whole = string.Concat(Misbehaviours.Answer);
    static readonly TimeSpan Short = TimeSpan.FromMilliseconds(400);
    static readonly TimeSpan Margin = TimeSpan.FromSeconds(5);

    static readonly string[] SilentAtFirst =
        ["accepts and never answers", "sends headers and no body", "sends a byte a second", "comments and never answers"];

    [Fact]
    public async Task The_document_says_what_happens()
    {
        Misbehaviours.All.Select(m => m.Name).ShouldBeUnique();
        var rows = await Task.WhenAll(Misbehaviours.All.Select(RowAsync));

        var table = string.Join('\n', rows.Prepend(Header));
        output.WriteLine(table);
        File.ReadAllText(Path.Combine(Repository.Root, "docs", "providers.md")).ShouldContain(table, customMessage: "Copy this into docs/providers.md when it is right:\n" + table);
    }

    static async Task<string> RowAsync(Misbehaviour wrong)
    {
        var (alone, requests) = await ReadAsync(wrong, second: null);
        await using var working = new ProviderDouble(Replies.GoOn(Misbehaviours.Answer));
        var (followed, _) = await ReadAsync(wrong, working);

        var own = alone.Calls.FindAll(call => call.Source.Provider == "first");
        own.Count.ShouldBe(requests ?? own.Count, $"{wrong}: one call for each request");
        followed.Calls.Where(call => call.Source.Provider == "first").Select(call => call.End).ShouldBe(own.Select(call => call.End), wrong.Name);
        foreach (var reading in (Reading[])[alone, followed])
            reading.Took.ShouldBeLessThan(own.Aggregate(Margin, (sum, call) => sum + Limit(wrong, call.End.Reason)), wrong.Name);

        return $"| {wrong} | {Ends(own)} | {Alone(alone)} | {Followed(followed)} | {AtMost(wrong, own)} |";
    }

    static async Task<(Reading Reading, int? Requests)> ReadAsync(Misbehaviour wrong, ProviderDouble? second)
    {
        while (true)
        {
            await using var first = wrong.Start();
            var ample = TimeSpan.FromSeconds(60);
            var settings = ProvidersChain.Of(first) with
            {
                FirstTokenTimeout = SilentAtFirst.Contains(wrong.Name) ? Short : ample,
                TokenTimeout = wrong.Name == "hangs in the middle" ? Short : ample,
            };
            using var chain = second is null ? new ProvidersChain(settings) : new ProvidersChain(settings, ProvidersChain.Of(second, "second") with
            {
                FirstTokenTimeout = ample, TokenTimeout = ample,
            });
            var reading = await chain.ReadAsync();
            // A reset that was faster than its client is another row: it has hung up instead of answering.
            if (wrong.Name.Contains("RST", StringComparison.Ordinal) && reading.Calls[0].Text == "") continue;
            return (reading, wrong.Reply is null ? null : first.Requests.Count);
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
        [_] => "no wait",
        _ => "two pauses from `RetryPause`",
    };

    static TimeSpan Limit(Misbehaviour wrong, string? reason) => reason switch
    {
        CallReasons.FirstTokenTimeout or CallReasons.TokenTimeout => Short,
        CallReasons.RateLimited when wrong.Name.Contains("Retry-After", StringComparison.Ordinal) => TimeSpan.FromSeconds(2),
        _ => TimeSpan.FromSeconds(1), // of work: megabytes come in before some are given up
    };
}

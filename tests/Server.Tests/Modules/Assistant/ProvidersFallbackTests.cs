using Consilium.Modules.Assistant;
using Consilium.ProviderDoubles;

namespace Consilium.Tests.Modules.Assistant;

/// <summary>An answer that one provider begins and another ends: one text, whatever the reader has seen of it.</summary>
public sealed class ProvidersFallbackTests
{
    // Forty tokens, with characters of one to four bytes, cut within words as models do.
    static readonly string[] Tokens =
    [
        "The", " cli", "nic", " opens", " at", " nine", " in", " the", " mor", "ning", ",", " Dr", ".", " Ö", "ster", " is", " there", " on", " Mon", "day",
        "s", " (", "09", ":", "00", "–", "12", ":", "30", ")", ".", "\n\n", "Bring", " your", " 药", "物", " list", " 🙂", " please", ".",
    ];

    static readonly string Whole = string.Concat(Tokens);

    public static TheoryData<string> SecondProviders => [.. Seconds.Keys];

    static readonly Dictionary<string, (bool Prefix, Reply Reply)> Seconds = new(StringComparer.Ordinal)
    {
        ["accepts a prefix"] = (true, Replies.GoOn(Tokens)),
        ["is told, and goes on"] = (false, Replies.GoOn(Tokens)),
        ["is told, and begins anew"] = (false, Replies.Answer(Tokens)),
        ["is told, and begins anew after a line"] = (false, Replies.From(request => request.Said.Length > 0 ? ["\n", .. Tokens] : Tokens)),
        ["is told, and repeats thirty characters"] = (false, Replies.GoOnRepeating(Tokens, 30)),
        ["accepts a prefix, and repeats it"] = (true, async exchange =>
        {
            // Mistral sends the prefix back; a shorter one is not recognised as a repetition where the provider goes on by itself.
            await (exchange.Request.Said.Length < 20 ? Replies.GoOn(Tokens) : Replies.Answer(Tokens))(exchange);
        }),
    };

    [Theory]
    [MemberData(nameof(SecondProviders))]
    public async Task A_provider_that_fails_at_any_token_is_followed_without_a_seam(string name)
    {
        var (prefix, reply) = Seconds[name];
        await using var second = new ProviderDouble(reply);
        for (var n = 0; n <= Tokens.Length; n++)
        {
            await using var first = new ProviderDouble(Replies.CutAfter(n, Tokens));
            using var chain = new ProvidersChain(
                ProvidersChain.Of(first) with { Retries = 0 }, ProvidersChain.Of(second, "second") with { ContinuesPrefix = prefix });

            var reading = await chain.ReadAsync();

            var said = string.Concat(Tokens.Take(n));
            reading.Text.ShouldBe(Whole, $"{n} tokens were given out before");
            reading.Calls.Select(call => (call.Source.Provider, call.End.Outcome, call.End.Reason, call.Text)).ShouldBe(
                [("first", "failed", "cut_off", said), ("second", "completed", null, Whole[said.Length..])]);
            second.Requests[^1].Said.ShouldBe(said);
            second.Requests[^1].Messages[^1].Role.ShouldBe(prefix && n > 0 ? "assistant" : "user");
        }
        second.Requests.Count.ShouldBe(Tokens.Length + 1);
    }

    [Fact]
    public async Task Without_another_provider_the_rules_say_that_it_ends_at_any_token()
    {
        for (var n = 0; n <= Tokens.Length; n++)
        {
            await using var first = new ProviderDouble(Replies.CutAfter(n, Tokens));
            using var chain = new ProvidersChain(ProvidersChain.Of(first) with { Retries = 0 });

            var reading = await chain.ReadAsync();

            reading.Text.ShouldBe(n == 0 ? ProvidersChain.RulesAnswer : string.Concat(Tokens.Take(n)).TrimEnd('\n') + BuiltInRules.Unfinished);
            reading.Calls.Select(call => call.Source.Provider).ShouldBe(["first", "built-in"]);
        }
    }

    [Fact]
    public async Task A_reset_may_take_text_with_it_and_never_what_was_given_out()
    {
        for (var n = 0; n <= Tokens.Length; n++)
        {
            await using var first = new ProviderDouble(Replies.CutAfter(n, Tokens, reset: true));
            await using var second = new ProviderDouble(Replies.GoOn(Tokens));
            using var chain = new ProvidersChain(ProvidersChain.Of(first) with { Retries = 0 }, ProvidersChain.Of(second, "second"));
            (await chain.ReadAsync()).Text.ShouldBe(Whole);
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_answer_of_a_lost_attempt_is_gone_on_with(bool prefix)
    {
        await using var only = new ProviderDouble(Replies.GoOn(Tokens));
        using var chain = new ProvidersChain(ProvidersChain.Of(only) with { ContinuesPrefix = prefix });
        for (var length = 1; length <= Whole.Length; length += 7)
        {
            var shown = Whole[..(char.IsHighSurrogate(Whole[length - 1]) ? length - 1 : length)];
            (await chain.ReadAsync(shown)).Text.ShouldBe(Whole);
            only.Requests[^1].Said.ShouldBe(shown);
        }
    }

    [Fact]
    public async Task Three_providers_that_fail_one_after_the_other_write_one_text()
    {
        await using var first = new ProviderDouble(Replies.CutAfter(9, Tokens));
        await using var second = new ProviderDouble(Goes(until: 20));
        await using var third = new ProviderDouble(Goes(until: 31));
        using var chain = new ProvidersChain(ProvidersChain.Of(first), ProvidersChain.Of(second, "second"), ProvidersChain.Of(third, "third"));

        var reading = await chain.ReadAsync();

        reading.Text.ShouldBe(string.Concat(Tokens.Take(31)) + BuiltInRules.Unfinished);
        reading.Reasons.ShouldBe(["cut_off", "cut_off", "cut_off", null]);

        static Reply Goes(int until) => async exchange =>
            await Replies.BeginAsync(exchange, [string.Concat(Tokens.Take(until))[exchange.Request.Said.Length..]]);
    }

    [Fact]
    public async Task VLLM_is_told_to_go_on_with_the_last_message()
    {
        await using var only = new ProviderDouble(Replies.GoOn(Tokens));
        using var chain = new ProvidersChain(ProvidersChain.Of(only) with { ContinuesPrefix = true, ContinueFinalMessage = true });

        await chain.ReadAsync("The clinic");
        await chain.ReadAsync();

        only.Requests[0].Body.GetProperty("continue_final_message").GetBoolean().ShouldBeTrue();
        only.Requests[0].Body.GetProperty("add_generation_prompt").GetBoolean().ShouldBeFalse();
        only.Requests[1].Body.TryGetProperty("continue_final_message", out _).ShouldBeFalse();
    }
}

using Consilium.Modules.Assistant;
using Consilium.ProviderDoubles;

namespace Consilium.Tests.Modules.Assistant;

/// <summary>How long and how often a provider is tried, and when it is left alone.</summary>
public sealed class ProvidersPatienceTests
{
    static readonly string[] Tokens = ["The ", "clinic ", "opens ", "at nine."];
    static readonly string Whole = string.Concat(Tokens);

    readonly ManualClock clock = new();

    [Fact]
    public async Task While_nothing_was_given_out_it_is_asked_again()
    {
        await using var provider = new ProviderDouble(e => e.ErrorAsync(500), e => e.ErrorAsync(429), Replies.Answer(Tokens));
        using var chain = new ProvidersChain(ProvidersChain.Of(provider));

        var reading = await chain.ReadAsync();

        reading.Reasons.ShouldBe(["server_error", "rate_limited", null]);
        reading.Calls.ShouldAllBe(call => call.Sent && call.Source.Provider == "first");
        reading.Text.ShouldBe(Whole);
    }

    [Fact]
    public async Task Once_something_was_given_out_it_is_not_asked_again()
    {
        await using var first = new ProviderDouble(Replies.CutAfter(1, Tokens));
        await using var second = new ProviderDouble(Replies.GoOn(Tokens));
        using var chain = new ProvidersChain(ProvidersChain.Of(first), ProvidersChain.Of(second, "second"));

        (await chain.ReadAsync()).Text.ShouldBe(Whole);

        first.Requests.Count.ShouldBe(1);
    }

    [Theory]
    [InlineData(400)]
    [InlineData(401)]
    [InlineData(403)]
    [InlineData(404)]
    public async Task What_will_not_change_is_not_asked_for_again(int status)
    {
        await using var provider = new ProviderDouble(exchange => exchange.ErrorAsync(status));
        using var chain = new ProvidersChain(ProvidersChain.Of(provider));
        (await chain.ReadAsync()).Text.ShouldBe(ProvidersChain.RulesAnswer);
        provider.Requests.Count.ShouldBe(1);
    }

    [Fact]
    public async Task It_is_asked_again_when_it_wants_to_be()
    {
        await using var provider = new ProviderDouble(e => e.ErrorAsync(429, "Retry-After: 1\r\n"), Replies.Answer(Tokens));
        using var chain = new ProvidersChain(ProvidersChain.Of(provider));

        var reading = await chain.ReadAsync();

        reading.Text.ShouldBe(Whole);
        reading.Took.ShouldBeGreaterThan(TimeSpan.FromMilliseconds(950));
    }

    [Fact]
    public async Task Who_wants_to_be_asked_much_later_is_left_for_the_next()
    {
        await using var first = new ProviderDouble(e => e.ErrorAsync(429, "Retry-After: 3600\r\n"));
        await using var second = new ProviderDouble(Replies.Answer(Tokens));
        using var chain = new ProvidersChain(ProvidersChain.Of(first), ProvidersChain.Of(second, "second"));

        (await chain.ReadAsync()).Text.ShouldBe(Whole);

        first.Requests.Count.ShouldBe(1);
    }

    [Fact]
    public async Task Who_fails_too_often_is_left_alone_and_tried_again_later()
    {
        await using var first = new ProviderDouble(exchange => exchange.ErrorAsync(500));
        await using var second = new ProviderDouble(Replies.Answer(Tokens));
        using var chain = new ProvidersChain(clock, Breakable(first), ProvidersChain.Of(second, "second"));
        for (var i = 0; i < 5; i++) (await chain.ReadAsync()).Text.ShouldBe(Whole);
        first.Requests.Count.ShouldBe(3);
        chain.InOrder[0].IsOpen.ShouldBeTrue();
        chain.Log.ToString().ShouldContain("The provider first fails too often");
        (await chain.ReadAsync()).Calls.ShouldHaveSingleItem().Source.Provider.ShouldBe("second"); // no step of the first

        clock.Advance(TimeSpan.FromSeconds(11));
        await chain.ReadAsync();
        first.Requests.Count.ShouldBe(4); // one call tries, and fails
        await chain.ReadAsync();
        first.Requests.Count.ShouldBe(4);

        clock.Advance(TimeSpan.FromSeconds(11));
        first.Answer(Replies.Answer(Tokens));
        (await chain.ReadAsync()).Calls.ShouldHaveSingleItem().Source.Provider.ShouldBe("first");
        chain.InOrder[0].IsOpen.ShouldBeFalse();
        (await chain.ReadAsync()).Calls.ShouldHaveSingleItem().Source.Provider.ShouldBe("first");
    }

    [Fact]
    public async Task While_one_call_tries_the_others_go_on_elsewhere()
    {
        await using var first = new ProviderDouble(exchange => exchange.ErrorAsync(500));
        await using var second = new ProviderDouble(Replies.Answer(Tokens));
        using var chain = new ProvidersChain(clock, Breakable(first), ProvidersChain.Of(second, "second"));
        for (var i = 0; i < 3; i++) await chain.ReadAsync();
        clock.Advance(TimeSpan.FromSeconds(11));
        first.Answer(Replies.HangAfter(1, Tokens));
        await using var trying = chain.StepsAsync().GetAsyncEnumerator();
        (await trying.MoveNextAsync()).ShouldBeTrue();
        await first.RequestAsync(4);

        (await chain.ReadAsync()).Calls.ShouldHaveSingleItem().Source.Provider.ShouldBe("second");

        first.Requests.Count.ShouldBe(4);
    }

    [Fact]
    public async Task What_one_question_is_to_blame_for_does_not_count()
    {
        await using var first = new ProviderDouble(exchange => exchange.ErrorAsync(400));
        using var chain = new ProvidersChain(clock, Breakable(first));
        for (var i = 0; i < 6; i++) await chain.ReadAsync();
        first.Requests.Count.ShouldBe(6);
    }

    [Fact]
    public async Task Those_who_give_up_do_not_count()
    {
        await using var first = new ProviderDouble(exchange => exchange.HangAsync());
        using var chain = new ProvidersChain(clock, Breakable(first));
        for (var i = 1; i <= 5; i++)
        {
            using var given = new CancellationTokenSource();
            var reading = chain.ReadAsync(cancellationToken: given.Token);
            await first.RequestAsync(i);
            await given.CancelAsync();
            await Should.ThrowAsync<OperationCanceledException>(() => reading);
        }
        chain.InOrder[0].IsOpen.ShouldBeFalse();
    }

    [Fact]
    public async Task Not_more_than_so_many_at_once()
    {
        await using var first = new ProviderDouble(exchange => exchange.HangAsync());
        await using var second = new ProviderDouble(Replies.Answer(Tokens));
        using var chain = new ProvidersChain(TimeProvider.System,
            ProvidersChain.Of(first) with { MaxConcurrency = 2, MaxWait = TimeSpan.FromMilliseconds(50) }, ProvidersChain.Of(second, "second"));
        using var given = new CancellationTokenSource();
        var hanging = new[] { chain.ReadAsync(cancellationToken: given.Token), chain.ReadAsync(cancellationToken: given.Token) };
        await first.RequestAsync(2);

        (await chain.ReadAsync()).Calls.ShouldHaveSingleItem().Source.Provider.ShouldBe("second");
        first.Requests.Count.ShouldBe(2);

        await given.CancelAsync();
        foreach (var reading in hanging) await Should.ThrowAsync<OperationCanceledException>(() => reading);
        first.Answer(Replies.Answer(Tokens));
        (await chain.ReadAsync()).Calls.ShouldHaveSingleItem().Source.Provider.ShouldBe("first");
    }

    [Fact]
    public async Task Who_waits_for_its_turn_gets_it()
    {
        await using var provider = new ProviderDouble(exchange => exchange.HangAsync(), Replies.Answer(Tokens));
        using var chain = new ProvidersChain(ProvidersChain.Of(provider) with { MaxConcurrency = 1, MaxWait = TimeSpan.FromMinutes(1) });
        using var given = new CancellationTokenSource();
        var hanging = chain.ReadAsync(cancellationToken: given.Token);
        await provider.RequestAsync(1);
        var waiting = chain.ReadAsync();

        await given.CancelAsync();

        (await waiting).Text.ShouldBe(Whole);
        await Should.ThrowAsync<OperationCanceledException>(() => hanging);
    }

    static ProviderSettings Breakable(ProviderDouble provider) => ProvidersChain.Of(provider) with
    {
        Retries = 0, BreakerFailures = 3, BreakerWindow = TimeSpan.FromSeconds(30), BreakerPause = TimeSpan.FromSeconds(10),
        FirstTokenTimeout = TimeSpan.FromHours(1), TokenTimeout = TimeSpan.FromHours(1),
    };
}

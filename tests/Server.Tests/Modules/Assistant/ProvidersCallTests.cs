using Consilium.Modules.Assistant;
using Consilium.Platform.Outbound;
using Consilium.ProviderDoubles;
using Microsoft.Extensions.AI;

namespace Consilium.Tests.Modules.Assistant;

/// <summary>What one provider is sent, how often, for how long.</summary>
public sealed class ProvidersCallTests
{
    static readonly string[] Tokens = ["The ", "clinic ", "opens ", "at nine."];
    static readonly string Whole = string.Concat(Tokens);

    [Fact]
    public async Task A_request_says_what_is_needed_and_no_more()
    {
        await using var provider = new ProviderDouble(Replies.Answer(Tokens));
        using var chain = new ProvidersChain(ProvidersChain.Of(provider) with { MaxTokens = 321 });
        using var trace = new System.Diagnostics.Activity("a request of ours").Start();

        var reading = await chain.ReadAsync();

        var request = provider.Requests.ShouldHaveSingleItem();
        request.Line.ShouldBe("POST /v1/chat/completions HTTP/1.1");
        request.Headers.Keys.ShouldBe(["Host", "Authorization", "Accept", "User-Agent", "Content-Type", "Content-Length"], ignoreOrder: true);
        request.Authorization.ShouldBe($"Bearer {ProvidersChain.Key}");
        request.Headers["User-Agent"].ShouldBe("Consilium");
        request.Headers["Content-Type"].ShouldBe("application/json");
        request.Body.EnumerateObject().Select(member => member.Name).ShouldBe(["model", "messages", "stream", "stream_options", "max_tokens"], ignoreOrder: true);
        request.Body.GetProperty("stream").GetBoolean().ShouldBeTrue();
        request.Body.GetProperty("max_tokens").GetInt32().ShouldBe(321);
        request.Model.ShouldBe("first-model");
        request.WantsUsage.ShouldBeTrue();
        request.Messages.Select(message => message.Role).ShouldBe(["system", "user"]);
        request.Messages[0].Content.ShouldBe("Be brief.");
        request.Messages[1].Content.ShouldContain(ProvidersChain.Question);
        reading.Text.ShouldBe(Whole);
        var call = reading.Calls.ShouldHaveSingleItem();
        call.Source.ShouldBe(new("first", "first-model"));
        call.End.ShouldBe(new(CallEnded.Completed, null, 2, Tokens.Length));
    }

    [Theory]
    [InlineData("", "/chat/completions")]
    [InlineData("/", "/chat/completions")]
    [InlineData("/v1/", "/v1/chat/completions")]
    [InlineData("/openai/v1beta", "/openai/v1beta/chat/completions")]
    [InlineData("/a%20b/v1", "/a%20b/v1/chat/completions")]
    public async Task A_request_goes_below_the_address_that_is_configured(string path, string target)
    {
        await using var provider = new ProviderDouble(Replies.Answer(Tokens));
        using var chain = new ProvidersChain(ProvidersChain.Of(provider) with { BaseAddress = new(provider.BaseAddress, path.Length > 0 ? path : "/") });

        (await chain.ReadAsync()).Text.ShouldBe(Whole);

        provider.Requests.ShouldHaveSingleItem().Line.ShouldBe($"POST {target} HTTP/1.1");
    }

    [Fact]
    public async Task Without_a_key_none_is_sent()
    {
        await using var provider = new ProviderDouble(Replies.Answer(Tokens));
        using var chain = new ProvidersChain(ProvidersChain.Of(provider) with { Key = null, MaxTokensName = "max_completion_tokens" });

        (await chain.ReadAsync()).Text.ShouldBe(Whole);

        provider.Requests[0].Authorization.ShouldBeNull();
        provider.Requests[0].Body.TryGetProperty("max_completion_tokens", out _).ShouldBeTrue();
    }

    [Fact]
    public async Task Text_is_given_out_as_it_comes()
    {
        var second = new TaskCompletionSource();
        await using var provider = new ProviderDouble(async exchange =>
        {
            await Replies.BeginAsync(exchange, ["one "]);
            await second.Task;
            await exchange.TokenAsync("two");
            await exchange.CompleteAsync();
        });
        using var chain = new ProvidersChain(ProvidersChain.Of(provider));
        await using var steps = chain.StepsAsync().GetAsyncEnumerator();

        await ShouldComeAsync(new CallStarted(new("first", "first-model")));
        await ShouldComeAsync(new CallSent());
        await ShouldComeAsync(new AnswerText("one "));
        second.SetResult();
        await ShouldComeAsync(new AnswerText("two"));

        async Task ShouldComeAsync(AnswerStep step)
        {
            (await steps.MoveNextAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(20))).ShouldBeTrue();
            steps.Current.ShouldBe(step);
        }
    }

    [Fact]
    public async Task That_a_request_is_on_its_way_is_said_before_it_is_answered()
    {
        await using var provider = new ProviderDouble(exchange => exchange.HangAsync());
        using var chain = new ProvidersChain(ProvidersChain.Of(provider));
        await using var steps = chain.StepsAsync().GetAsyncEnumerator();
        (await steps.MoveNextAsync()).ShouldBeTrue();
        (await steps.MoveNextAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(10))).ShouldBeTrue();
        steps.Current.ShouldBe(new CallSent());
        await provider.RequestAsync(1);
    }

    [Fact]
    public async Task Connections_are_used_again()
    {
        await using var provider = new ProviderDouble(Replies.Answer(Tokens));
        using var chain = new ProvidersChain(ProvidersChain.Of(provider));
        for (var i = 0; i < 5; i++) await chain.ReadAsync();
        provider.Requests.Select(request => request.Closed).Distinct().Count().ShouldBe(1);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Giving_up_ends_the_call_at_once(bool inTheMiddle)
    {
        await using var provider = new ProviderDouble(inTheMiddle ? Replies.HangAfter(2, Tokens) : exchange => exchange.HangAsync());
        using var chain = new ProvidersChain(ProvidersChain.Of(provider) with { FirstTokenTimeout = TimeSpan.FromHours(1), TokenTimeout = TimeSpan.FromHours(1) });
        using var given = new CancellationTokenSource();
        var reading = chain.ReadAsync(cancellationToken: given.Token);
        var request = await provider.RequestAsync(1);
        request.Closed.IsCompleted.ShouldBeFalse();

        await given.CancelAsync();

        await request.Closed.WaitAsync(TimeSpan.FromSeconds(5));
        await Should.ThrowAsync<OperationCanceledException>(() => reading);
        provider.Requests.Count.ShouldBe(1);
    }

    [Theory]
    [InlineData("started")]
    [InlineData("sent")]
    public async Task Leaving_before_there_is_an_answer_leaves_no_connection_behind(string at)
    {
        for (var i = 0; i < 20; i++)
        {
            await using var provider = new ProviderDouble(Replies.HangAfter(0, Tokens));
            using var chain = new ProvidersChain(ProvidersChain.Of(provider));
            await foreach (var step in chain.StepsAsync())
            {
                if (at == "started" || step is CallSent) break;
            }
            foreach (var request in provider.Requests) await request.Closed.WaitAsync(TimeSpan.FromSeconds(5));
        }
    }

    [Fact]
    public async Task A_caller_who_leaves_the_client_with_a_response_under_way_leaves_no_connection_behind()
    {
        await using var provider = new ProviderDouble(Replies.HangAfter(0, Tokens));
        using var http = new HttpClient(OperatorConnections.Handler());
        using var client = new ProviderChatClient(ProvidersChain.Of(provider), http, TimeProvider.System);
        await foreach (var update in client.GetStreamingResponseAsync([new(ChatRole.User, "Hello")]))
        {
            update.Contents.ShouldBeEmpty();
            await provider.RequestAsync(1);
            await Task.Delay(200); // until the head of the response has most likely come
            break;
        }
        await provider.Requests[0].Closed.WaitAsync(TimeSpan.FromSeconds(5));
    }

    [Fact]
    public async Task Reading_no_further_ends_the_call_at_once()
    {
        await using var provider = new ProviderDouble(Replies.HangAfter(2, Tokens));
        using var chain = new ProvidersChain(ProvidersChain.Of(provider) with { TokenTimeout = TimeSpan.FromHours(1) });
        await foreach (var step in chain.StepsAsync())
            if (step is AnswerText) break;
        await provider.Requests[0].Closed.WaitAsync(TimeSpan.FromSeconds(5));
    }

    [Fact]
    public async Task An_answer_that_is_too_long_is_cut_at_a_whole_character()
    {
        await using var provider = new ProviderDouble(Replies.Answer([new('x', 98), "🙂🙂", " and more"]));
        using var chain = new ProvidersChain(TimeProvider.System, new ChainSettings([ProvidersChain.Of(provider)]) { MaxAnswerLength = 101 });

        var reading = await chain.ReadAsync();

        reading.Text.ShouldBe(new string('x', 98) + "🙂");
        reading.Calls.ShouldHaveSingleItem().End.ShouldBe(new(CallEnded.Completed, "length", null, null));
        (await chain.ReadAsync(new('y', 101))).Calls.ShouldHaveSingleItem().ShouldBe(
            new(BuiltInRules.Source, false, "", new(CallEnded.Completed, "length", null, null)));
        provider.Requests.Count.ShouldBe(1);
    }

    [Fact]
    public async Task An_answer_exactly_as_long_as_it_may_be_is_whole()
    {
        await using var provider = new ProviderDouble(Replies.Answer(Tokens));
        using var chain = new ProvidersChain(TimeProvider.System, new ChainSettings([ProvidersChain.Of(provider)]) { MaxAnswerLength = Whole.Length });
        (await chain.ReadAsync()).Calls.ShouldHaveSingleItem().End.ShouldBe(new(CallEnded.Completed, null, 2, Tokens.Length));
    }

    [Fact]
    public async Task A_NUL_is_left_out_for_it_cannot_be_stored()
    {
        await using var provider = new ProviderDouble(Replies.Answer(["a\0b", "\0"]));
        using var chain = new ProvidersChain(ProvidersChain.Of(provider));
        (await chain.ReadAsync()).Text.ShouldBe("ab");
    }

    [Fact]
    public async Task Half_of_a_character_is_no_text()
    {
        await using var provider = new ProviderDouble(async exchange =>
        {
            await Replies.BeginAsync(exchange, ["one"]);
            await exchange.DataAsync("""{"choices":[{"delta":{"content":"\ud83d"}}]}""");
            await exchange.CompleteAsync();
        });
        using var chain = new ProvidersChain(ProvidersChain.Of(provider));
        (await chain.ReadAsync()).Calls[0].End.Reason.ShouldBe("malformed");
    }

    [Fact]
    public async Task The_whole_answer_has_a_time_whoever_writes_it()
    {
        await using var first = new ProviderDouble(Replies.HangAfter(1, Tokens));
        await using var second = new ProviderDouble(Replies.GoOn(Tokens));
        var clock = new ManualClock();
        using var chain = new ProvidersChain(clock,
            new ChainSettings([ProvidersChain.Of(first), ProvidersChain.Of(second, "second")]) { AnswerTimeout = TimeSpan.FromSeconds(40) });

        var reading = await chain.ReadAsync(seen: step =>
        {
            if (step is AnswerText) clock.Advance(TimeSpan.FromSeconds(41));
        });

        reading.Reasons.ShouldBe(["timeout_answer", null]);
        reading.Text.ShouldBe(Tokens[0] + BuiltInRules.Unfinished);
        second.Requests.ShouldBeEmpty();
    }

    [Fact]
    public async Task Neither_log_nor_settings_show_a_key()
    {
        using var chain = new ProvidersChain();
        foreach (var wrong in Misbehaviours.All.Where(m => m.Name.StartsWith('4') || m.Name.StartsWith('5')))
        {
            await using var provider = wrong.Start();
            using var failing = new ProvidersChain(ProvidersChain.Of(provider) with { BreakerFailures = 2 });
            for (var i = 0; i < 3; i++) await failing.ReadAsync();
            failing.Log.ToString().ShouldNotContain("never-to-be-seen");
            var settings = ProvidersChain.Of(provider);
            settings.ToString().ShouldNotContain("never-to-be-seen");
            System.Text.Json.JsonSerializer.Serialize(settings).ShouldNotContain("never-to-be-seen");
            settings.Key!.Reveal().ShouldBe(ProvidersChain.Key);
        }
    }
}

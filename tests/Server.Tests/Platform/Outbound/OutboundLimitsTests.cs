using System.Net;
using Consilium.Platform.Outbound;

namespace Consilium.Tests.Platform.Outbound;

/// <summary>Bytes and time that the caller gives are all that the other side gets, wherever it stands by then.</summary>
public sealed class OutboundLimitsTests
{
    static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    [Theory]
    [InlineData("Content-Length: 10\r\n\r\n0123456789")]
    [InlineData("Transfer-Encoding: chunked\r\n\r\n4\r\n0123\r\n6\r\n456789\r\n0\r\n\r\n")]
    [InlineData("Connection: close\r\n\r\n0123456789")]
    public async Task As_many_bytes_as_the_caller_takes_and_not_one_more(string rest)
    {
        await using var outside = new Outside($"HTTP/1.1 200 OK\r\n{rest}");
        (await outside.TextAsync("/", new(10, Minute))).ShouldBe("0123456789");
        await outside.RefusedAsync("/", OutboundFailure.TooLarge, new(9, Minute));
    }

    [Fact]
    public async Task A_length_that_is_too_large_is_refused_before_the_body()
    {
        await using var outside = new Outside((_, stream, _) => Outside.SendAsync(stream, "HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\n"));
        (await Should.ThrowAsync<OutboundRefusedException>(() => outside.GetAsync("/", new(10, Minute)))).Failure.ShouldBe(OutboundFailure.TooLarge);
    }

    [Fact]
    public async Task A_length_that_lies_changes_nothing()
    {
        await using var outside = new Outside("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 5\r\n\r\n0123456789");
        (await outside.TextAsync("/", new(10, Minute))).ShouldBe("01234");
    }

    [Fact]
    public async Task A_body_without_end_is_cut()
    {
        await using var outside = new Outside(async (_, stream, _) =>
        {
            await Outside.SendAsync(stream, "HTTP/1.1 200 OK\r\n\r\n");
            while (true) await Outside.SendAsync(stream, new('x', 10_000));
        });
        using var response = await outside.GetAsync("/", new(100_000, Minute));
        var read = 0;
        var buffer = new byte[7000];
        var refused = await Should.ThrowAsync<OutboundRefusedException>(async () =>
        {
            while (true) read += await response.Body.ReadAsync(buffer);
        });
        refused.Failure.ShouldBe(OutboundFailure.TooLarge);
        read.ShouldBeLessThanOrEqualTo(100_000);
        (await Should.ThrowAsync<OutboundRefusedException>(() => response.Body.ReadAsync(buffer).AsTask()))
            .Failure.ShouldBe(OutboundFailure.TooLarge, "and stays cut");
    }

    [Fact]
    public async Task A_slow_drip_is_cut_when_the_time_is_up()
    {
        await using var outside = new Outside(async (_, stream, _) =>
        {
            await Outside.SendAsync(stream, "HTTP/1.1 200 OK\r\n\r\n");
            while (true) await Outside.SendAsync(stream, "x");
        });
        using var response = await outside.GetAsync("/", new(1_000_000, Minute));
        var one = new byte[1];
        for (var second = 0; second < 59; second++)
        {
            (await response.Body.ReadAsync(one)).ShouldBe(1);
            outside.Clock.Advance(TimeSpan.FromSeconds(1));
        }
        outside.Clock.Advance(TimeSpan.FromSeconds(1));
        (await Should.ThrowAsync<OutboundRefusedException>(() => response.Body.ReadAsync(one).AsTask())).Failure.ShouldBe(OutboundFailure.Timeout);
    }

    [Fact]
    public async Task A_body_that_does_not_go_on_is_cut_when_the_time_is_up()
    {
        await using var outside = new Outside(async (_, stream, stop) =>
        {
            await Outside.SendAsync(stream, "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n");
            await Task.Delay(Timeout.Infinite, stop);
        });
        using var response = await outside.GetAsync("/", new(10, Minute));
        var reading = response.Body.ReadAsync(new byte[10]).AsTask();
        outside.Clock.Advance(Minute);
        (await Should.ThrowAsync<OutboundRefusedException>(() => reading)).Failure.ShouldBe(OutboundFailure.Timeout);
    }

    [Theory]
    [InlineData("")]
    [InlineData("HTTP/1.1 200 OK\r\nX-Header: ")]
    [InlineData("HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 103 Early Hints\r\n\r\n")]
    public async Task Headers_that_do_not_end_are_cut_when_the_time_is_up(string sent)
    {
        var said = new TaskCompletionSource();
        await using var outside = new Outside(async (_, stream, stop) =>
        {
            await Outside.SendAsync(stream, sent);
            said.SetResult();
            await Task.Delay(Timeout.Infinite, stop);
        });
        var asking = outside.GetAsync("/", new(10, Minute));
        await said.Task;
        outside.Clock.Advance(Minute);
        (await Should.ThrowAsync<OutboundRefusedException>(() => asking)).Failure.ShouldBe(OutboundFailure.Timeout);
    }

    [Fact]
    public async Task The_time_is_for_all_redirects_together()
    {
        var clock = new ManualClock();
        await using var server = new RawServer(Outside.Address, (head, stream, _) =>
        {
            clock.Advance(Minute / 3);
            return Outside.SendAsync(stream, $"HTTP/1.1 302 On\r\nLocation: /{head[5] - '0' + 1}\r\nContent-Length: 0\r\n\r\n");
        });
        var rules = new OutboundRules { AllowHttp = true, AllowNetworks = [new(Outside.Address, 32)], AllowPorts = [server.Port] };
        using var http = new OutboundHttp(rules, new Names(), clock);
        (await Should.ThrowAsync<OutboundRefusedException>(() => http.GetAsync($"http://127.0.0.2:{server.Port}/1", new(10, Minute), default)))
            .Failure.ShouldBe(OutboundFailure.Timeout);
        server.Heads.Count.ShouldBe(3);
    }

    [Fact]
    public async Task A_resolver_that_does_not_answer_is_given_up_when_the_time_is_up()
    {
        var clock = new ManualClock();
        var silent = new SilentResolver();
        using var http = new OutboundHttp(new(), silent, clock);
        var asking = http.GetAsync("https://public.example/", new(10, Minute), default);
        await silent.Asked.Task;
        clock.Advance(Minute);
        (await Should.ThrowAsync<OutboundRefusedException>(() => asking)).Failure.ShouldBe(OutboundFailure.Timeout);
    }

    [Fact]
    public async Task A_caller_who_gives_up_is_no_failure_of_the_other_side()
    {
        var asked = new TaskCompletionSource();
        await using var outside = new Outside(async (head, stream, stop) =>
        {
            if (head.StartsWith("GET /body", StringComparison.Ordinal))
                await Outside.SendAsync(stream, "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n");
            asked.TrySetResult();
            await Task.Delay(Timeout.Infinite, stop);
        });
        using var giveUp = new CancellationTokenSource();
        var asking = outside.Http.GetAsync(outside.Url("/"), new(10, Minute), giveUp.Token);
        await asked.Task;
        await giveUp.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(() => asking);

        using var response = await outside.GetAsync("/body");
        using var giveUpReading = new CancellationTokenSource();
        var reading = response.Body.ReadAsync(new byte[10], giveUpReading.Token).AsTask();
        await giveUpReading.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(() => reading);
    }

    sealed class SilentResolver : INameResolver
    {
        public TaskCompletionSource Asked { get; } = new();

        public async Task<IPAddress[]> ResolveAsync(string host, CancellationToken cancellation)
        {
            Asked.SetResult();
            await Task.Delay(Timeout.Infinite, cancellation);
            return [];
        }
    }
}

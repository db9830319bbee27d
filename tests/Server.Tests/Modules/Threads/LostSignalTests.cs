using System.Diagnostics;
using System.Net.Sockets;
using System.Text;
using Consilium.Modules.Threads;
using Consilium.Modules.Threads.Contracts;
using Consilium.Tests.Modules.Cases;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Consilium.Tests.Modules.Threads;

/// <summary>
/// A signal is a hint that may be lost: followers find what happened by looking now and then. Here the clock stands still, so that nobody looks
/// unless told to.
/// </summary>
public sealed class LostSignalTests : IAsyncLifetime
{
    readonly ManualClock clock = new();
    Server server = null!;
    Client owner = null!;

    public async Task InitializeAsync()
    {
        server = await Server.StartAsync(CaseServer.QuickPasswords, clock);
        owner = await server.SignedInAsync("user");
    }

    public async Task DisposeAsync()
    {
        owner.Dispose();
        await server.DisposeAsync();
    }

    [Fact]
    public async Task Everybody_who_is_behind_is_woken_also_after_somebody_else_has_read_the_news()
    {
        var id = await owner.OpenCaseAsync();
        await using var first = await EventStream.OpenAsync(owner, $"{CaseServer.Root}/{id}/events?after=0");
        await first.UpToAsync(1);

        await PostSilentlyAsync(id);
        await using var second = await EventStream.OpenAsync(owner, $"{CaseServer.Root}/{id}/events?after=0");
        await second.UpToAsync(2); // reads for itself
        await LooksAsync(first, 2);

        await PostSilentlyAsync(id);
        await LooksAsync(first, 3);
        await LooksAsync(second, 3);
    }

    [Fact]
    public async Task Whoever_follows_a_thread_that_is_gone_comes_to_the_end_also_without_a_signal()
    {
        var id = await owner.OpenCaseAsync();
        await using var stream = await EventStream.OpenAsync(owner, $"{CaseServer.Root}/{id}/events?after=0");
        await stream.UpToAsync(1);
        await server.Database.ExecuteAsync("DELETE FROM threads.threads WHERE id = $1", id); // as on another server

        var end = stream.ShouldEndAsync();
        await UntilAsync(() =>
        {
            clock.Advance(TimeSpan.FromSeconds(1));
            return end.IsCompleted;
        });
        await end;
    }

    [Fact]
    public async Task A_post_that_nobody_waits_for_any_more_is_still_announced()
    {
        var id = await owner.OpenCaseAsync();
        await using var stream = await EventStream.OpenAsync(owner, $"{CaseServer.Root}/{id}/events?after=0");
        await stream.UpToAsync(1);

        _ = server.Services.GetRequiredService<MessageWriter>().PostAsync(Pending(id));

        (await stream.NextAsync())!.Data.GetProperty("message").Text("content").ShouldBe("Silently");
    }

    [Theory]
    [InlineData("events")]
    [InlineData("ws")]
    public async Task A_reader_that_stops_reading_is_cut_off_and_forgotten(string transport)
    {
        var id = await owner.OpenCaseAsync();
        var much = new string('語', 20_000);
        await Task.WhenAll(Enumerable.Range(0, 200).Select(_ => owner.SayAsync(id, much))); // more than all buffers between the two hold
        using var socket = new TcpClient { ReceiveBufferSize = 4096 };
        await socket.ConnectAsync(server.Address.Host, server.Address.Port);
        var upgrade = transport == "ws"
            ? "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n" : "";
        await socket.GetStream().WriteAsync(Encoding.ASCII.GetBytes(
            $"GET {CaseServer.Root}/{id}/{transport}?after=0 HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {owner.AccessToken}\r\n{upgrade}\r\n"));
        await socket.GetStream().ReadExactlyAsync(new byte[16]);

        var feed = server.Services.GetRequiredService<ThreadFeed>();
        await UntilAsync(() => feed.Followers == 1);
        await UntilAsync(() =>
        {
            clock.Advance(TimeSpan.FromSeconds(1));
            return feed.Followers == 0;
        });
    }

    static async Task UntilAsync(Func<bool> happened)
    {
        for (var waited = Stopwatch.StartNew(); !happened(); await Task.Delay(20)) waited.Elapsed.ShouldBeLessThan(EventStream.Patience);
    }

    async Task LooksAsync(EventStream stream, long seq)
    {
        var arrival = stream.UpToAsync(seq);
        while (await Task.WhenAny(arrival, Task.Delay(20)) != arrival) clock.Advance(TimeSpan.FromSeconds(1));
        (await arrival).Last(frame => !frame.IsComment).Data.Number("seq").ShouldBe(seq);
    }

    /// <summary>As another server would whose signal never comes.</summary>
    async Task PostSilentlyAsync(Guid id)
    {
        await using var connection = await server.Services.GetRequiredService<NpgsqlDataSource>().OpenConnectionAsync();
        var results = await server.Services.GetRequiredService<AppendMessages>().RunAsync(connection, null, [Pending(id)], default);
        results[0].Outcome.ShouldBe(PostOutcome.Posted);
    }

    PendingMessage Pending(Guid id) => new(
        Guid.CreateVersion7(), Guid.CreateVersion7(),
        new(id, "case", Reach.Own, owner.UserId, "user", SenderRole.User, "Owner", "Silently"), null, null);
}

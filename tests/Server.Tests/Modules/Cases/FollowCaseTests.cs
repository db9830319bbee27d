using System.Globalization;
using Consilium.Modules.Threads;
using Microsoft.Extensions.DependencyInjection;

namespace Consilium.Tests.Modules.Cases;

/// <summary>The live events of a case as server-sent events.</summary>
public sealed class FollowCaseTests(CaseServer server) : IClassFixture<CaseServer>
{
    [Theory]
    [InlineData("/cases")]
    [InlineData("/api/v1/cases")]
    public async Task From_zero_a_stream_gives_everything_and_then_what_happens(string root)
    {
        var id = await server.Owner.OpenCaseAsync();
        await server.Owner.SayAsync(id, "Before");
        await using var stream = await EventStream.OpenAsync(server.Staff, $"{root}/{id}/events?after=0");
        var past = await stream.UpToAsync(2);
        await server.Staff.SayAsync(id, "Line\nfeeds\r\nare data");
        var live = await stream.UpToAsync(5);

        stream.Retry.ShouldBe("1000");
        var frames = past.Concat(live).ToList();
        frames.Select(f => f.Id).ShouldBe(["1", "2", "3", "4", "5"]);
        frames.Select(f => f.Data.Number("seq")).ShouldBe([1, 2, 3, 4, 5]);
        frames.Select(f => f.Event).ShouldBe(["participant.joined", "message.posted", "participant.joined", "assistant.changed", "message.posted"]);
        frames.ShouldAllBe(f => f.Event == f.Data.Text("type"));
        frames[^1].Data.GetProperty("message").Text("content").ShouldBe("Line\nfeeds\r\nare data");
        frames[^1].Data.Id("actor_id").ShouldBe(server.Staff.UserId);
    }

    [Fact]
    public async Task Without_a_cursor_a_stream_starts_at_now()
    {
        var id = await server.Owner.OpenCaseAsync();
        await server.Owner.SayAsync(id, "Before");
        await using var stream = await EventStream.OpenAsync(server.Owner, $"{CaseServer.Root}/{id}/events");
        await server.Owner.SayAsync(id, "After");

        (await stream.NextAsync())!.Data.GetProperty("message").Text("content").ShouldBe("After");
    }

    [Fact]
    public async Task A_stream_resumes_after_the_last_event_id_which_wins_over_the_query()
    {
        var id = await server.Owner.OpenCaseAsync();
        for (var i = 0; i < 4; i++) await server.Owner.SayAsync(id, $"{i}");
        var path = $"{CaseServer.Root}/{id}/events";

        await using var byHeader = await EventStream.OpenAsync(server.Owner, path + "?after=0", lastEventId: "3");
        await using var byQuery = await EventStream.OpenAsync(server.Owner, path + "?after=4");

        (await byHeader.NextAsync())!.Id.ShouldBe("4");
        (await byQuery.NextAsync())!.Id.ShouldBe("5");
    }

    [Fact]
    public async Task A_reader_cut_at_random_places_gets_every_event_exactly_once()
    {
        var id = await server.Owner.OpenCaseAsync();
        var path = $"{CaseServer.Root}/{id}/events";
        const int messages = 60;
        var writing = Task.Run(async () =>
        {
            for (var i = 0; i < messages; i++) await (i % 2 == 0 ? server.Owner : server.Staff).SayAsync(id, $"Message {i}");
        });

        const int last = messages + 3; // the owner joined, staff joined, the assistant fell silent
        var random = new Random(20_260_131);
        var seen = new List<string?>();
        var cursor = "0";
        while (seen.Count < last)
        {
            await using var stream = await EventStream.OpenAsync(server.Owner, path, cursor);
            for (var frames = random.Next(1, 8); frames > 0 && seen.Count < last; frames--)
                if ((await stream.NextAsync())!.Id is { } number) seen.Add(number);
            cursor = seen[^1]!;
        }

        seen.ShouldBe(Enumerable.Range(1, last).Select(n => n.ToString(CultureInfo.InvariantCulture)));
        await writing;
    }

    [Fact]
    public async Task More_events_than_one_read_takes_all_come()
    {
        var id = await server.Owner.OpenCaseAsync();
        await Task.WhenAll(Enumerable.Range(0, 2 * EventLog.PageSize + 50).Select(i => server.Owner.SayAsync(id, $"{i}")));

        (await server.Owner.EventsAsync(id)).Select(e => e.Number("seq"))
            .ShouldBe(Enumerable.Range(1, 2 * EventLog.PageSize + 51).Select(n => (long)n));
    }

    [Fact]
    public async Task A_cursor_ahead_of_the_case_is_reset()
    {
        var id = await server.Owner.OpenCaseAsync();
        await using var stream = await EventStream.OpenAsync(server.Owner, $"{CaseServer.Root}/{id}/events?after=1000");

        var reset = (await stream.NextAsync())!;
        (reset.Event, reset.Id).ShouldBe(("reset", null));
        reset.Data.Number("last_seq").ShouldBe(1);
        await server.Owner.SayAsync(id, "After the restore");
        (await stream.NextAsync())!.Id.ShouldBe("2");
    }

    [Fact]
    public async Task Typing_is_shown_to_the_others_and_not_kept()
    {
        var id = await server.Owner.OpenCaseAsync();
        await using var stream = await EventStream.OpenAsync(server.Staff, $"{CaseServer.Root}/{id}/events");
        await using var typist = await CaseSocket.OpenAsync(server.Owner, id);
        await typist.SendAsync(new { type = "typing" });

        var typing = (await stream.NextAsync())!;
        (typing.Event, typing.Id).ShouldBe(("typing", null));
        typing.Data.Id("actor_id").ShouldBe(server.Owner.UserId);
        typing.Data.TryGetProperty("seq", out _).ShouldBeFalse();

        await server.Owner.SayAsync(id, "Typed");
        (await typist.NextAsync())!.Value.Text("type").ShouldBe("message.posted"); // nothing of one's own typing
        (await stream.NextAsync())!.Id.ShouldBe("2");
        (await server.Owner.EventsAsync(id)).Types().ShouldBe(["participant.joined", "message.posted"]);
    }

    [Fact]
    public async Task Silence_brings_a_comment_every_fifteen_seconds()
    {
        var clock = new ManualClock();
        var quiet = await Server.StartAsync(CaseServer.QuickPasswords, clock);
        try
        {
            using var owner = await quiet.SignedInAsync("user");
            var id = await owner.OpenCaseAsync();
            await using var stream = await EventStream.OpenAsync(owner, $"{CaseServer.Root}/{id}/events?after=0");
            await stream.UpToAsync(1);
            for (var i = 0; i < 2; i++)
            {
                var next = stream.NextAsync();
                // Again and again: when the server begins to wait is its own business.
                while (await Task.WhenAny(next, Task.Delay(20)) != next) clock.Advance(TimeSpan.FromSeconds(1));
                (await next)!.IsComment.ShouldBeTrue();
            }
            await owner.SayAsync(id, "Still here");
            (await stream.UpToAsync(2))[^1].Event.ShouldBe("message.posted");
        }
        finally
        {
            await quiet.DisposeAsync();
        }
    }

    [Theory]
    [InlineData("abc")]
    [InlineData("-1")]
    [InlineData("1.5")]
    [InlineData("99999999999999999999")]
    public async Task A_cursor_that_is_no_number_is_refused(string cursor)
    {
        var path = $"{CaseServer.Root}/{await server.Owner.OpenCaseAsync()}/events";
        await (await server.Owner.GetAsync($"{path}?after={cursor}")).ShouldRefuseFieldsAsync("after");
        await (await server.Owner.SendJsonAsync(HttpMethod.Get, path, null, ("Last-Event-ID", cursor))).ShouldRefuseFieldsAsync("after");
    }

    [Fact]
    public async Task Following_is_audited_and_others_may_not()
    {
        var id = await server.Owner.OpenCaseAsync();
        await (await server.Stranger.GetAsync($"{CaseServer.Root}/{id}/events")).ShouldBeProblemAsync(404, "not_found");
        await (await server.Doctor.GetAsync($"{CaseServer.Root}/{id}/events")).ShouldBeProblemAsync(403, "forbidden");
        await using var stream = await EventStream.OpenAsync(server.Staff, $"{CaseServer.Root}/{id}/events");

        (await server.Database.ColumnAsync<string>(
            "SELECT actor_role || ' ' || outcome FROM audit.entries WHERE resource = $1 AND action = 'case.follow' ORDER BY id", $"case/{id}"))
            .ShouldBe(["user denied", "staff ok"]);
    }

    [Fact]
    public async Task Whoever_leaves_is_forgotten()
    {
        var alone = await Server.StartAsync(CaseServer.QuickPasswords);
        try
        {
            using var owner = await alone.SignedInAsync("user");
            var id = await owner.OpenCaseAsync();
            var feed = alone.Services.GetRequiredService<ThreadFeed>();
            await using (var stream = await EventStream.OpenAsync(owner, $"{CaseServer.Root}/{id}/events?after=0"))
            await using (var socket = await CaseSocket.OpenAsync(owner, id, "?after=0"))
            {
                await stream.UpToAsync(1);
                await socket.NextAsync();
                feed.Followers.ShouldBe(2);
            }
            for (var deadline = DateTime.UtcNow + EventStream.Patience; feed.Followers > 0 && DateTime.UtcNow < deadline; await Task.Delay(10)) { }
            feed.Followers.ShouldBe(0);
        }
        finally
        {
            await alone.DisposeAsync();
        }
    }
}

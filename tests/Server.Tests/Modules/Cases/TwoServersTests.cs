namespace Consilium.Tests.Modules.Cases;

/// <summary>Two servers on one database are one product. Their clocks stand still: what arrives comes by a signal, not by looking.</summary>
public sealed class TwoServersTests : IAsyncLifetime
{
    static readonly Dictionary<string, string?> SameKey = new(CaseServer.QuickPasswords, StringComparer.Ordinal)
    {
        ["Security:MasterKey"] = Convert.ToBase64String(new byte[32]),
    };

    Server here = null!;
    Server there = null!;

    public async Task InitializeAsync()
    {
        var clock = new ManualClock();
        here = await Server.StartAsync(SameKey, clock);
        there = await Server.StartAsync(SameKey, clock, sharedDatabase: here.Database);
    }

    public async Task DisposeAsync()
    {
        await there.DisposeAsync();
        await here.DisposeAsync();
    }

    [Fact]
    public async Task What_is_said_at_one_is_heard_at_the_other()
    {
        using var owner = await here.SignedInAsync("user");
        using var away = await there.SignInAsync(owner.Email, "several plain words 7");
        var id = await owner.OpenCaseAsync();
        await using var stream = await EventStream.OpenAsync(away, $"{CaseServer.Root}/{id}/events?after=0");
        await using var socket = await CaseSocket.OpenAsync(owner, id);

        for (var i = 0; i < 10; i++)
        {
            var said = await (i % 2 == 0 ? owner : away).SayAsync(id, $"{i}");
            (await stream.UpToAsync(said.Number("seq")))[^1].Data.GetProperty("message").Text("content").ShouldBe($"{i}");
            (await socket.NextAsync("message.posted")).Number("seq").ShouldBe(said.Number("seq"));
        }
        await using var typist = await CaseSocket.OpenAsync(await there.SignInAsync("staff@example.com", "staff123"), id);
        await typist.SendAsync(new { type = "typing" });
        await socket.NextAsync("typing");
    }

    [Fact]
    public async Task Writers_at_both_take_numbers_without_a_gap()
    {
        using var owner = await here.SignedInAsync("user");
        using var away = await there.SignInAsync(owner.Email, "several plain words 7");
        var id = await owner.OpenCaseAsync();

        var said = await Task.WhenAll(Enumerable.Range(0, 60).Select(i => (i % 2 == 0 ? owner : away).SayAsync(id, $"{i}", token: $"{i / 2}")));

        said.Select(m => m.Id()).Distinct().Count().ShouldBe(30);
        (await away.EventsAsync(id)).Select(e => e.Number("seq")).ShouldBe(Enumerable.Range(1, 31).Select(n => (long)n));
    }

    [Fact]
    public async Task A_session_ended_at_one_ends_the_streams_at_the_other()
    {
        using var owner = await here.SignedInAsync("user");
        var id = await owner.OpenCaseAsync();
        using var same = new HttpClient { BaseAddress = there.Address, DefaultRequestHeaders = { Authorization = new("Bearer", owner.AccessToken) } };
        await using var stream = await EventStream.OpenAsync(same, $"{CaseServer.Root}/{id}/events?after=0");
        await stream.UpToAsync(1);

        await (await owner.PostJsonAsync("/auth/logout", null)).ShouldAnswerAsync(204);

        await stream.ShouldEndAsync();
    }
}

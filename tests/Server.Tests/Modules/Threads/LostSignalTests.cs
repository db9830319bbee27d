using Consilium.Modules.Threads;
using Consilium.Modules.Threads.Contracts;
using Consilium.Tests.Modules.Cases;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Consilium.Tests.Modules.Threads;

/// <summary>A signal is a hint that may be lost: followers find what happened by looking now and then.</summary>
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
        var message = new NewMessage(id, "case", Reach.Own, owner.UserId, "user", SenderRole.User, "Owner", "Silently");
        var results = await server.Services.GetRequiredService<AppendMessages>().RunAsync(connection, null, [new(Guid.CreateVersion7(), Guid.CreateVersion7(), message, null, null)], default);
        results[0].Outcome.ShouldBe(PostOutcome.Posted);
    }
}

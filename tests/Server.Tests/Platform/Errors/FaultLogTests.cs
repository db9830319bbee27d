using System.Runtime.CompilerServices;
using Consilium.Modules.Accounts.Contracts;
using Consilium.Modules.Threads.Contracts;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Consilium.Tests.Platform.Errors;

/// <summary>What goes wrong inside is logged by kind and place; the words of an exception may be a patient's, and stay out of answer and log.</summary>
public sealed class FaultLogTests : IAsyncLifetime
{
    const string Words = "words of a patient";

    readonly LogRecorder lines = new();
    Server server = null!;

    public async Task InitializeAsync() => server = await Server.StartAsync(services: services =>
    {
        services.AddSingleton<ILoggerProvider>(lines);
        services.AddScoped<IAccountDirectory, FaultyDirectory>();
        services.AddSingleton<IThreadFeed, FaultyFeed>();
    });

    public async Task DisposeAsync() => await server.DisposeAsync();

    [Fact]
    public async Task A_request_that_fails_tells_neither_the_client_nor_the_log_what_it_worked_on()
    {
        using var staff = await server.SignedInAsync("staff");
        var answer = await staff.PostJsonAsync("/api/v1/cases", new { issue_description = "x", owner_id = Guid.CreateVersion7() });

        await answer.ShouldBeProblemAsync(500, "internal_error");
        (await answer.Content.ReadAsStringAsync()).ShouldNotContain(Words);
        ShouldBeLoggedOnceWithoutWords(nameof(FaultyDirectory));
    }

    [Fact]
    public async Task A_stream_that_fails_ends_in_good_order_so_that_the_client_comes_back()
    {
        using var user = await server.SignedInAsync("user");
        var opened = await (await user.PostJsonAsync("/api/v1/cases", new { issue_description = "x" })).ShouldAnswerAsync(201);

        var stream = await (await user.GetAsync($"/api/v1/cases/{opened.Text("id")}/events")).Content.ReadAsStringAsync(); // throws when it is cut

        stream.ShouldStartWith("retry: ");
        ShouldBeLoggedOnceWithoutWords(nameof(FaultyFeed));
    }

    void ShouldBeLoggedOnceWithoutWords(string place)
    {
        lines.All.Count(line => line.Contains(nameof(InvalidTimeZoneException)) && line.Contains(place)).ShouldBe(1);
        lines.All.ShouldAllBe(line => !line.Contains(Words));
    }

    sealed class FaultyDirectory : IAccountDirectory
    {
        public Task<Account?> FindAsync(Guid id, CancellationToken cancellationToken = default) => throw new InvalidTimeZoneException(Words);

        public Task<IReadOnlyList<Account>> FindManyAsync(IReadOnlyCollection<Guid> ids, CancellationToken cancellationToken = default) => throw new InvalidTimeZoneException(Words);
    }

    sealed class FaultyFeed : IThreadFeed
    {
        public async IAsyncEnumerable<ThreadEvent> FollowAsync(ThreadScope thread, long after, [EnumeratorCancellation] CancellationToken cancellationToken)
        {
            await Task.Yield();
            if (after >= 0) throw new InvalidTimeZoneException(Words);
            yield break;
        }

        public void ShowTyping(Guid threadId, Guid userId) { }
    }
}

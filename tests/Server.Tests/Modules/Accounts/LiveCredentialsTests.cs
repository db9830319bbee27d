using System.Diagnostics;
using Consilium.Modules.Accounts;
using Consilium.Modules.Accounts.Contracts;
using Npgsql;

namespace Consilium.Tests.Modules.Accounts;

public sealed class LiveCredentialsTests : DatabaseTest
{
    readonly ManualClock clock = new();
    readonly Guid user = Guid.CreateVersion7();
    readonly Guid session = Guid.CreateVersion7();
    LiveCredentials live = null!;

    public override async Task InitializeAsync()
    {
        await base.InitializeAsync();
        live = new(Database.Source, clock);
        await Database.ExecuteAsync("INSERT INTO accounts.users (id, role, name, created_at, updated_at) VALUES ($1, 'staff', 'N', now(), now())", user);
        await Database.ExecuteAsync("INSERT INTO accounts.sessions (id, user_id, created_at, idle_until, expires_at) VALUES ($1, $2, now(), $3, $3)",
            session, user, clock.GetUtcNow().AddHours(1));
    }

    [Fact]
    public async Task As_long_as_the_feed_is_fresh_a_known_session_costs_no_look_at_the_database()
    {
        await CurrentAsync();
        live.HeardUpTo(Stopwatch.GetTimestamp());

        await EndUnheardAsync();

        (await CurrentAsync()).ShouldNotBeNull();
    }

    [Fact]
    public async Task When_the_feed_is_behind_every_request_looks()
    {
        (await CurrentAsync()).ShouldNotBeNull();
        live.HeardUpTo(Stopwatch.GetTimestamp() - 2 * Stopwatch.Frequency);

        await EndUnheardAsync();

        (await CurrentAsync()).ShouldBeNull();
    }

    [Fact]
    public async Task Without_the_database_an_unknown_session_is_neither_let_in_nor_thrown_out()
    {
        await using var away = NpgsqlDataSource.Create("Host=127.0.0.1;Port=1;Username=x;Database=x;Timeout=1");

        await Should.ThrowAsync<NpgsqlException>(async () => await new LiveCredentials(away, clock).CurrentAsync(session, default));
    }

    [Fact]
    public async Task A_change_heard_of_after_the_last_look_makes_a_suspect_and_a_look_clears_it()
    {
        await CurrentAsync();
        var changes = new Dictionary<Guid, long> { [user] = Stopwatch.GetTimestamp() };

        var suspect = live.Suspects(changes).ShouldHaveSingleItem();
        (await live.CheckAsync([suspect], default)).ShouldBe(1);

        live.Suspects(changes).ShouldBeEmpty();
        live.Suspects(new Dictionary<Guid, long> { [Guid.CreateVersion7()] = Stopwatch.GetTimestamp() }).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_look_that_began_before_the_change_does_not_count()
    {
        var caller = (await CurrentAsync())!;
        var before = Stopwatch.GetTimestamp();
        live.MarkStale(user);
        var credential = live.Suspects(new Dictionary<Guid, long>()).ShouldHaveSingleItem();

        credential.Confirm(caller, DateTimeOffset.MaxValue, before);

        credential.Valid(clock.GetUtcNow()).ShouldBeNull();
    }

    [Fact]
    public async Task Whoever_listens_before_the_first_look_hears_of_the_end_too()
    {
        var caller = (await CurrentAsync())!;
        await EndUnheardAsync();
        var other = new LiveCredentials(Database.Source, clock);
        var ended = other.Ended(caller);

        await other.CheckAsync(other.Suspects(new Dictionary<Guid, long>()), default);

        await Task.Delay(Timeout.Infinite, ended).WaitAsync(TimeSpan.FromSeconds(10)).ShouldThrowAsync<OperationCanceledException>();
    }

    [Fact]
    public async Task A_session_past_its_time_is_a_suspect_and_a_refresh_elsewhere_saves_it()
    {
        await CurrentAsync();
        live.HeardUpTo(Stopwatch.GetTimestamp());
        clock.Advance(TimeSpan.FromHours(1));
        await Database.ExecuteAsync("UPDATE accounts.sessions SET idle_until = $1, expires_at = $1", clock.GetUtcNow().AddHours(1));

        live.Suspects(new Dictionary<Guid, long>()).ShouldHaveSingleItem();
        (await CurrentAsync()).ShouldNotBeNull();
        clock.Advance(TimeSpan.FromHours(1));
        (await CurrentAsync()).ShouldBeNull();
    }

    async Task<Caller?> CurrentAsync() => ((await live.CurrentAsync(session, default))?.Identity as CallerIdentity)?.Caller;

    Task EndUnheardAsync() => Database.ExecuteAsync("UPDATE accounts.sessions SET ended_at = now()");
}

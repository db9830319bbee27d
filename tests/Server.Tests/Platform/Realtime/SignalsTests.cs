using System.Collections.Concurrent;
using System.Diagnostics;
using Consilium.Platform.Database;
using Consilium.Platform.Realtime;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting.Internal;
using Microsoft.Extensions.Logging.Abstractions;

namespace Consilium.Tests.Platform.Realtime;

public sealed class SignalsTests : DatabaseTest
{
    readonly ConcurrentQueue<string> heard = new();

    [Fact]
    public void A_listener_in_the_same_process_hears_at_once()
    {
        using var signals = Instance();
        using var listening = signals.Listen("thread:1", _ => heard.Enqueue("1"));

        signals.Signal("thread:2");
        signals.Signal("thread:1");

        heard.ShouldBe(["1"]);
    }

    [Fact]
    public void After_disposing_nothing_is_heard_and_an_equal_listener_stays()
    {
        using var signals = Instance();
        Action<string?> listener = _ => heard.Enqueue("x");
        var first = signals.Listen("thread:1", listener);
        using var second = signals.Listen("thread:1", listener);

        first.Dispose();
        first.Dispose();
        signals.Signal("thread:1");
        heard.ShouldBe(["x"]);

        second.Dispose();
        signals.Signal("thread:1");
        heard.ShouldBe(["x"]);
    }

    [Fact]
    public async Task Two_instances_on_one_database_hear_each_other_and_nothing_twice_of_their_own()
    {
        await using var here = await StartedAsync();
        await using var there = await StartedAsync();
        using var listening = there.Signals.Listen("thread:1", _ => heard.Enqueue("there"));
        var own = 0;
        using var ownListening = here.Signals.Listen("thread:1", _ => Interlocked.Increment(ref own));
        await UntilAsync(() => Volatile.Read(ref own) == 1); // everybody looks once when the connection is there
        own = 0;

        var sent = await SignalUntilHeardAsync(here.Signals, "thread:1");

        own.ShouldBe(sent);
    }

    [Fact]
    public async Task A_note_arrives_with_its_signal_here_and_in_other_processes()
    {
        await using var here = await StartedAsync();
        await using var there = await StartedAsync();
        using var listening = there.Signals.Listen("thread:1", _ => heard.Enqueue("any"));
        using var notes = there.Signals.Listen("thread:1", note => { if (note is not null) heard.Enqueue(note); });
        using var local = here.Signals.Listen("thread:1", note => { if (note is not null) heard.Enqueue($"local {note}"); });
        await SignalUntilHeardAsync(here.Signals, "thread:1");

        here.Signals.Signal("thread:1", "ab12");

        await UntilAsync(() => heard.Contains("ab12"));
        heard.ShouldContain("local ab12");
    }

    [Fact]
    public async Task More_topics_at_once_than_one_notification_holds_all_arrive()
    {
        await using var here = await StartedAsync();
        await using var there = await StartedAsync();
        var topics = Enumerable.Range(0, 1500).Select(i => $"thread:{i:D40}").ToList();
        var arrived = new ConcurrentDictionary<string, bool>(StringComparer.Ordinal);
        var subscriptions = topics.ConvertAll(topic => there.Signals.Listen(topic, _ => arrived[topic] = true));
        using var probe = there.Signals.Listen("probe", _ => heard.Enqueue("probe"));
        await SignalUntilHeardAsync(here.Signals, "probe");
        arrived.Clear();

        foreach (var topic in topics) here.Signals.Signal(topic);
        await UntilAsync(() => arrived.Count == topics.Count);

        subscriptions.ForEach(s => s.Dispose());
    }

    [Fact]
    public async Task A_cut_connection_comes_back_and_every_listener_looks_once()
    {
        await using var here = await StartedAsync();
        using var listening = here.Signals.Listen("thread:1", _ => heard.Enqueue("looked"));
        await UntilAsync(() => !heard.IsEmpty); // the first connection
        heard.Clear();

        await Database.ExecuteAsync("""
            SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'LISTEN%'
            """);

        await UntilAsync(() => !heard.IsEmpty);
        await using var there = await StartedAsync();
        heard.Clear();
        await SignalUntilHeardAsync(there.Signals, "thread:1");
    }

    async Task<int> SignalUntilHeardAsync(Signals from, string topic)
    {
        // When the other instance begins to listen is its own business: a signal may be lost before.
        var sent = 0;
        heard.Clear();
        await UntilAsync(() =>
        {
            if (!heard.IsEmpty) return true;
            from.Signal(topic);
            sent++;
            return false;
        });
        return sent;
    }

    static async Task UntilAsync(Func<bool> happened)
    {
        for (var clock = Stopwatch.StartNew(); !happened(); await Task.Delay(30))
            if (clock.Elapsed > TimeSpan.FromSeconds(15)) throw new TimeoutException("It did not happen.");
    }

    Signals Instance()
    {
        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection(new Dictionary<string, string?>(StringComparer.Ordinal) { ["ConnectionStrings:Database"] = Database.ConnectionString }).Build();
        var settings = new DatabaseSettings(configuration);
        return new(Database.Source, settings, new EmbeddedDatabase(settings, new ApplicationLifetime(NullLogger<ApplicationLifetime>.Instance)), NullLogger<Signals>.Instance);
    }

    async Task<Running> StartedAsync()
    {
        var signals = Instance();
        await signals.StartAsync(default);
        return new(signals);
    }

    sealed record Running(Signals Signals) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync()
        {
            await Signals.StopAsync(default);
            Signals.Dispose();
        }
    }
}

using System.Collections.Concurrent;
using System.Threading.Channels;
using Consilium.Platform.Database;
using Npgsql;

namespace Consilium.Platform.Realtime;

/// <summary>
/// "Something changed at this topic": a hint to look again, never the news itself. In one process at once; to the other processes by
/// LISTEN/NOTIFY, collected for a moment and outside every message's transaction, because NOTIFY serialises commits. A signal may be lost
/// or doubled: listeners read what is there, and look by themselves now and then.
/// </summary>
internal sealed class Signals(NpgsqlDataSource database, DatabaseSettings settings, EmbeddedDatabase embedded, ILogger<Signals> log) : BackgroundService
{
    const string PgChannel = "consilium";
    const int MaxPayload = 7000; // PostgreSQL takes less than 8000 bytes
    static readonly TimeSpan Collect = TimeSpan.FromMilliseconds(20);

    readonly ConcurrentDictionary<string, Topic> topics = new(StringComparer.Ordinal);
    readonly Channel<string> outgoing = Channel.CreateBounded<string>(new BoundedChannelOptions(10_000) { FullMode = BoundedChannelFullMode.DropOldest });
    readonly string self = Guid.CreateVersion7().ToString("N");

    /// <summary>Calls <paramref name="listener"/> at each signal for the topic, on the signaller's thread: it must only set a flag or write to a channel.</summary>
    /// <param name="topic">Kind and id, letters, digits and <c>:</c>: <c>t:0198…</c>.</param>
    /// <param name="listener">Gets the note that came with the signal.</param>
    /// <returns>Dispose it to stop listening.</returns>
    public IDisposable Listen(string topic, Action<string?> listener)
    {
        while (true)
        {
            var entry = topics.GetOrAdd(topic, _ => new Topic());
            lock (entry)
            {
                if (entry.Gone) continue;
                var subscription = new Subscription(this, topic, entry, listener);
                entry.Subscriptions = [.. entry.Subscriptions, subscription];
                return subscription;
            }
        }
    }

    /// <summary>Tells the listeners here now, and those of other processes within milliseconds. Call it after the commit.</summary>
    /// <param name="topic">What changed.</param>
    /// <param name="note">A word for the listeners (letters and digits), for what is shown and never stored.</param>
    public void Signal(string topic, string? note = null)
    {
        Deliver(topic, note);
        outgoing.Writer.TryWrite(note is null ? topic : $"{topic}|{note}");
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Task.WhenAll(SendAsync(stoppingToken), ReceiveAsync(stoppingToken));

    void Deliver(string topic, string? note)
    {
        if (!topics.TryGetValue(topic, out var entry)) return;
        foreach (var subscription in entry.Subscriptions) subscription.Listener(note);
    }

    void Remove(string topic, Topic entry, Subscription subscription)
    {
        lock (entry)
        {
            entry.Subscriptions = [.. entry.Subscriptions.Where(s => s != subscription)];
            if (entry.Subscriptions.Length > 0) return;
            entry.Gone = true;
            topics.TryRemove(KeyValuePair.Create(topic, entry));
        }
    }

    async Task SendAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await outgoing.Reader.WaitToReadAsync(stoppingToken);
                await Task.Delay(Collect, stoppingToken);
                foreach (var payload in Payloads(Waiting()))
                {
                    await using var command = database.CreateCommand("SELECT pg_notify($1, $2)");
                    command.Parameters.Add(new() { Value = PgChannel });
                    command.Parameters.Add(new() { Value = payload });
                    await command.ExecuteNonQueryAsync(stoppingToken);
                }
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception fault) when (fault is NpgsqlException or TimeoutException or System.Net.Sockets.SocketException)
            {
                log.LogWarning("Signals to other processes were not sent: {Fault}", fault.GetType().Name);
            }
        }
    }

    HashSet<string> Waiting()
    {
        var waiting = new HashSet<string>(StringComparer.Ordinal);
        while (outgoing.Reader.TryRead(out var topic)) waiting.Add(topic);
        return waiting;
    }

    IEnumerable<string> Payloads(HashSet<string> waiting)
    {
        var payload = self;
        foreach (var topic in waiting)
        {
            if (payload.Length + topic.Length >= MaxPayload)
            {
                yield return payload;
                payload = self;
            }
            payload += ' ' + topic;
        }
        if (payload.Length > self.Length) yield return payload;
    }

    async Task ReceiveAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                var lasting = new NpgsqlConnectionStringBuilder(settings.ForPool(settings.External ?? embedded.ConnectionString)) { Pooling = false };
                await using var connection = new NpgsqlConnection(lasting.ConnectionString);
                connection.Notification += (_, notification) => Receive(notification.Payload);
                await connection.OpenAsync(stoppingToken);
                await using (var listen = new NpgsqlCommand($"LISTEN {PgChannel}", connection)) await listen.ExecuteNonQueryAsync(stoppingToken);
                // What others signalled while nobody here was listening is unknown: everybody looks once.
                foreach (var topic in topics.Keys) Deliver(topic, null);
                while (!stoppingToken.IsCancellationRequested) await connection.WaitAsync(stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception fault) when (fault is NpgsqlException or TimeoutException or System.Net.Sockets.SocketException)
            {
                log.LogWarning("The connection for signals ended: {Fault}", fault.GetType().Name);
                await Task.Delay(TimeSpan.FromMilliseconds(250), CancellationToken.None);
            }
        }
    }

    void Receive(string payload)
    {
        var parts = payload.Split(' ');
        if (parts[0] == self) return;
        foreach (var part in parts.Skip(1))
        {
            var bar = part.IndexOf('|', StringComparison.Ordinal);
            Deliver(bar < 0 ? part : part[..bar], bar < 0 ? null : part[(bar + 1)..]);
        }
    }

    sealed class Topic
    {
        public Subscription[] Subscriptions { get; set; } = [];
        public bool Gone { get; set; }
    }

    sealed class Subscription(Signals signals, string topic, Topic entry, Action<string?> listener) : IDisposable
    {
        public Action<string?> Listener { get; } = listener;
        public void Dispose() => signals.Remove(topic, entry, this);
    }
}

using System.Net.Sockets;
using Consilium.Modules.Accounts.Contracts;
using Consilium.Modules.Care.Contracts;
using Consilium.Platform.Database;
using Consilium.Platform.Realtime;
using Npgsql;

namespace Consilium.Modules.Care;

/// <summary>
/// Asks the rule again for everybody who reads a patient's data through something that lasts: for those of one patient when a signal says that the
/// care team changed, and about every second for all, in one statement, in case a signal was lost. Fails closed: a right that could not be
/// confirmed for some seconds is over.
/// </summary>
internal sealed class PatientWatches(
    NpgsqlDataSource database, Signals signals, ICallerSessions sessions, TimeProvider clock, ILogger<PatientWatches> log) : BackgroundService, IPatientWatch
{
    static readonly TimeSpan LookInterval = TimeSpan.FromMilliseconds(800);
    static readonly TimeSpan LongestLook = TimeSpan.FromSeconds(2);

    /// <summary>How long a right counts after it was last confirmed.</summary>
    public static readonly TimeSpan Trust = TimeSpan.FromSeconds(5);

    readonly Lock gate = new();
    readonly Dictionary<Guid, Watched> patients = [];
    readonly HashSet<Guid> suspects = [];
    readonly SemaphoreSlim bell = new(0);
    bool isTimeForAll;

    /// <summary>How many watch at the moment, in this process.</summary>
    public int Count
    {
        get { lock (gate) return patients.Values.Sum(patient => patient.Readers.Count); }
    }

    public PatientWatch Watch(Caller caller, Guid patientId)
    {
        var lost = CancellationTokenSource.CreateLinkedTokenSource(sessions.Ended(caller));
        if (caller.Is(Role.Admin)) return new(lost, lost.Token); // reads by his role, which ends with the session
        var reader = new Reader(this, caller.UserId, patientId, lost) { ConfirmedAt = clock.GetTimestamp() };
        lock (gate)
        {
            if (!patients.TryGetValue(patientId, out var patient))
                patients.Add(patientId, patient = new([], signals.Listen(PatientChanges.Topic(patientId), note => Hear(patientId, note))));
            patient.Readers.Add(reader);
        }
        return new(reader, lost.Token);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await using var timer = clock.CreateTimer(_ => Ring(() => isTimeForAll = true), null, LookInterval, LookInterval);
        while (true)
        {
            await bell.WaitAsync(stoppingToken);
            var readers = ToAsk();
            if (readers.Count > 0) await LookAsync(readers, stoppingToken);
        }
    }

    // Without a note signals may have been lost.
    void Hear(Guid patientId, string? note)
    {
        if (note is null or nameof(PatientChange.CareTeam)) Ring(() => suspects.Add(patientId));
    }

    void Ring(Action because)
    {
        lock (gate) because();
        bell.Release();
    }

    List<Reader> ToAsk()
    {
        lock (gate)
        {
            List<Reader> readers = [.. patients.Where(patient => isTimeForAll || suspects.Contains(patient.Key)).SelectMany(patient => patient.Value.Readers)];
            suspects.Clear();
            isTimeForAll = false;
            return readers;
        }
    }

    async Task LookAsync(List<Reader> readers, CancellationToken stoppingToken)
    {
        using var patience = new CancellationTokenSource(LongestLook, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, stoppingToken);
        var startedAt = clock.GetTimestamp();
        try
        {
            var allowed = await AllowedAsync(readers, either.Token);
            for (var i = 0; i < readers.Count; i++)
            {
                if (allowed.Contains(i)) readers[i].ConfirmedAt = startedAt;
                else readers[i].End();
            }
        }
        catch (Exception fault) when (fault is NpgsqlException or SocketException or TimeoutException || (fault is OperationCanceledException && !stoppingToken.IsCancellationRequested))
        {
            log.LogWarning("The rights of {Count} open streams could not be looked up: {Fault}", readers.Count, fault.GetType().Name);
            foreach (var reader in readers.Where(reader => clock.GetElapsedTime(reader.ConfirmedAt) > Trust)) reader.End();
        }
    }

    /// <summary>The places in the list of those who may still read.</summary>
    async Task<HashSet<int>> AllowedAsync(List<Reader> readers, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand($"""
            SELECT asked.place FROM unnest($1, $2) WITH ORDINALITY asked (reader_id, patient_id, place)
            CROSS JOIN LATERAL (
                SELECT 1 FROM {CareViews.Readers} reader WHERE reader.patient_id = asked.patient_id AND reader.reader_id = asked.reader_id LIMIT 1) access
            """);
        command.Parameters.With(readers.ConvertAll(reader => reader.ReaderId).ToArray()).With(readers.ConvertAll(reader => reader.PatientId).ToArray());
        var allowed = new HashSet<int>();
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        while (await row.ReadAsync(cancellationToken)) allowed.Add((int)row.GetInt64(0) - 1);
        return allowed;
    }

    void Leave(Reader reader)
    {
        lock (gate)
        {
            if (!patients.TryGetValue(reader.PatientId, out var patient) || !patient.Readers.Remove(reader) || patient.Readers.Count > 0) return;
            patients.Remove(reader.PatientId);
            patient.Subscription.Dispose();
        }
    }

    sealed record Watched(HashSet<Reader> Readers, IDisposable Subscription);

    /// <summary>Somebody who reads the data of a patient.</summary>
    sealed class Reader(PatientWatches watches, Guid readerId, Guid patientId, CancellationTokenSource lost) : IDisposable
    {
        readonly Lock ending = new();
        bool isOver;

        public Guid ReaderId => readerId;
        public Guid PatientId => patientId;
        public long ConfirmedAt { get; set; }

        public void End()
        {
            lock (ending)
            {
                if (isOver) return;
                isOver = true;
                _ = lost.CancelAsync(); // streams end on threads of their own
            }
        }

        public void Dispose()
        {
            watches.Leave(this);
            lock (ending) isOver = true;
            lost.Dispose();
        }
    }
}

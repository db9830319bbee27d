namespace Consilium.Tests.Crash;

/// <summary>What the server has after the crashes, held against the ledger.</summary>
internal sealed class Findings
{
    readonly List<string> faults = [];
    readonly Dictionary<Guid, IReadOnlyList<SeenEvent>> events = [];

    public int Lost { get; private set; }

    public int Doubled { get; private set; }

    /// <summary>Questions that have not exactly one answer.</summary>
    public int Misanswered { get; private set; }

    public int Events => events.Values.Sum(e => e.Count);

    public IReadOnlyList<string> Faults => faults;

    /// <summary>Reads a case on every path and compares.</summary>
    public async Task InspectAsync(Client client, Guid caseId, IReadOnlyList<Acknowledged> expected)
    {
        var paths = new ReadPaths(client, caseId);
        var last = await paths.LastSeqAsync();
        var reader = await paths.EventsAsync(last);
        events[caseId] = reader.Seen;
        faults.AddRange(reader.Faults);
        if (reader.Seen.Count != last) faults.Add($"Case {caseId} has {reader.Seen.Count} events and says that the last one is {last}.");

        var posted = reader.Seen.Where(e => e.Type == "message.posted").ToList();
        if (posted.Any(e => e.Message?.Seq != e.Seq)) faults.Add($"Case {caseId} has messages whose number is not that of their event.");
        var messages = posted.ConvertAll(e => e.Message!);
        foreach (var (path, read) in await paths.MessagesAsync()) Same(path, read, messages);
        Same("search", await paths.SearchAsync(), messages.FindAll(message => message.Answers is null));
        Compare(caseId, messages, expected);

        void Same(string path, List<ReadMessage> read, List<ReadMessage> there)
        {
            if (!read.SequenceEqual(there))
                faults.Add($"Case {caseId} shows {read.Count} messages by {path} and {there.Count} by events, or not the same ones.");
            if (read.Zip(read.Skip(1)).Any(pair => pair.First.Seq >= pair.Second.Seq))
                faults.Add($"Case {caseId} shows numbers by {path} that do not grow.");
        }
    }

    void Compare(Guid caseId, List<ReadMessage> messages, IReadOnlyList<Acknowledged> expected)
    {
        var byContent = messages.ToLookup(message => message.Content, StringComparer.Ordinal);
        var answers = messages.ToLookup(message => message.Answers);
        foreach (var (sent, id, seq) in expected)
        {
            var found = byContent[sent.Content].ToList();
            if (found.Count == 0) Lost++;
            if (found.Count > 1) Doubled++;
            if (found.Count == 1 && found[0] != new ReadMessage(seq, id, sent.SenderId, sent.Content, Answers: null))
                faults.Add($"{sent.Token} was acknowledged as {id} number {seq} and reads back as {found[0].Id} number {found[0].Seq}.");
            if (answers[id].Count() != (sent.Asks ? 1 : 0)) Misanswered++;
        }
        var sentContents = expected.Select(e => e.Sent.Content).ToHashSet(StringComparer.Ordinal);
        var strange = messages.Count(message => message.Answers is null && !sentContents.Contains(message.Content));
        if (strange > 0) faults.Add($"Case {caseId} has {strange} messages that nobody sent as they are.");
    }

    /// <summary>What a reader saw live, across all crashes, must be what the case has.</summary>
    public void Hold(EventReader live)
    {
        faults.AddRange(live.Faults);
        var there = events[live.CaseId];
        if (!live.Seen.SequenceEqual(there))
            faults.Add($"A reader of case {live.CaseId} saw {live.Seen.Count} events live, of {there.Count}, or not the same ones.");
    }
}

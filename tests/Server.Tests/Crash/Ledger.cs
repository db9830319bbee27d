using System.Collections.Concurrent;
using System.Text.Json;

namespace Consilium.Tests.Crash;

/// <summary>A message that a writer sends under one client token until it is acknowledged.</summary>
/// <param name="Asks">Whether the assistant is to answer it.</param>
internal sealed record Sent(string Token, Guid CaseId, Guid SenderId, string Content, bool Asks);

/// <summary>What the server said when it took the message.</summary>
internal sealed record Acknowledged(Sent Sent, Guid Id, long Seq);

/// <summary>Our own record, outside the server, of what was acknowledged and of every answer that must never be given.</summary>
internal sealed class Ledger
{
    readonly ConcurrentDictionary<string, Acknowledged> acknowledged = new(StringComparer.Ordinal);
    readonly ConcurrentQueue<string> faults = new();
    int retries;

    public ICollection<Acknowledged> Acknowledged => acknowledged.Values;

    public int Count => acknowledged.Count;

    public int Retries => retries;

    public IReadOnlyCollection<string> Faults => faults;

    public void CountRetry() => Interlocked.Increment(ref retries);

    public void Fault(string what) => faults.Enqueue(what);

    /// <summary>A 201: the same token must get the same message every time, with the content as it was sent.</summary>
    public void Acknowledge(Sent sent, JsonElement message)
    {
        var taken = new Acknowledged(sent, message.Id(), message.Number("seq"));
        if (message.Text("content") != sent.Content) Fault($"{sent.Token} was acknowledged with another content.");
        var first = acknowledged.GetOrAdd(sent.Token, taken);
        if (first != taken)
            Fault($"{sent.Token} was acknowledged as {first.Id} number {first.Seq} and as {taken.Id} number {taken.Seq}.");
    }
}

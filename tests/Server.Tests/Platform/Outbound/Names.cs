using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Consilium.Platform.Outbound;

namespace Consilium.Tests.Platform.Outbound;

/// <summary>A resolver that answers as it is told: each time the next of a name's answers, the last one for ever.</summary>
internal sealed class Names : INameResolver
{
    readonly ConcurrentDictionary<string, ConcurrentQueue<IPAddress[]>> answers = new(StringComparer.Ordinal);
    int asked;

    /// <summary>How often it was asked.</summary>
    public int Asked => Volatile.Read(ref asked);

    /// <summary>Each answer may list several addresses, with spaces.</summary>
    public Names With(string host, params string[] inTurn)
    {
        answers[host] = new(inTurn.Select(answer => answer.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(IPAddress.Parse).ToArray()));
        return this;
    }

    public Task<IPAddress[]> ResolveAsync(string host, CancellationToken cancellation)
    {
        Interlocked.Increment(ref asked);
        if (!answers.TryGetValue(host, out var turns)) return Task.FromException<IPAddress[]>(new SocketException((int)SocketError.HostNotFound));
        return Task.FromResult(turns.Count > 1 && turns.TryDequeue(out var now) ? now : turns.First());
    }
}

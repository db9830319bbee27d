using System.Collections.Concurrent;
using System.Diagnostics;
using System.Security.Claims;
using Consilium.Modules.Accounts.Contracts;
using Consilium.Platform.Json;
using Npgsql;
using NpgsqlTypes;

namespace Consilium.Modules.Accounts;

/// <summary>
/// The sessions and API keys known in this process. A request costs no database read as long as the <see cref="RevocationFeed"/> is fresh:
/// then whatever ended anywhere has been heard of here. When the feed is behind, each request asks the database (and fails with it).
/// </summary>
internal sealed class LiveCredentials(NpgsqlDataSource database, TimeProvider clock) : ICallerSessions
{
    static readonly TimeSpan FreshFor = TimeSpan.FromSeconds(1);
    static readonly TimeSpan ForgetAfter = TimeSpan.FromMinutes(10);
    static readonly HashSet<string> NoScopes = [];

    readonly ConcurrentDictionary<Guid, LiveCredential> known = new();
    long heardAt = long.MinValue;

    public CancellationToken Ended(Caller caller)
    {
        while (true)
            if (known.GetOrAdd(caller.SessionId, static id => new(id)).TryDepend(out var token)) return token;
    }

    /// <summary>The caller behind a session or key, or null when it is no longer valid.</summary>
    public async ValueTask<ClaimsPrincipal?> CurrentAsync(Guid id, CancellationToken cancellationToken)
    {
        while (true)
        {
            var credential = known.GetOrAdd(id, static id => new(id));
            credential.LastUsed = Stopwatch.GetTimestamp();
            if (IsFresh && credential.Valid(clock.GetUtcNow()) is { } principal) return principal;
            if (await CheckAsync([credential], cancellationToken) == 0) return null;
            if (credential.Valid(clock.GetUtcNow()) is { } confirmed) return confirmed;
            // Changed or forgotten while the database was asked: ask again.
        }
    }

    bool IsFresh => Volatile.Read(ref heardAt) is var heard and not long.MinValue && Stopwatch.GetElapsedTime(heard) < FreshFor;

    /// <summary>The feed has heard everything that was committed before this timestamp.</summary>
    public void HeardUpTo(long timestamp) => Volatile.Write(ref heardAt, timestamp);

    /// <summary>Something about this session, key or user changed just now: nothing that was known before counts.</summary>
    public void MarkStale(Guid subject)
    {
        foreach (var credential in known.Values)
            if (credential.Id == subject || credential.UserId == subject) credential.MarkStale();
    }

    /// <summary>Those to look at again: touched by a change heard of after their last look, past their deadline, or never looked at.</summary>
    /// <param name="changes">Session, key or user → when it was first heard of.</param>
    public List<LiveCredential> Suspects(IReadOnlyDictionary<Guid, long> changes)
    {
        var now = clock.GetUtcNow();
        return [.. known.Values.Where(c => c.NeedsCheck(now) || HeardSince(c.Id, c) || HeardSince(c.UserId, c))];

        bool HeardSince(Guid? subject, LiveCredential credential) =>
            subject is { } id && changes.TryGetValue(id, out var heard) && credential.CheckedAt <= heard;
    }

    /// <summary>Asks the database about these and ends those that are over. Returns how many are still good.</summary>
    public async Task<int> CheckAsync(IReadOnlyCollection<LiveCredential> credentials, CancellationToken cancellationToken)
    {
        var startedAt = Stopwatch.GetTimestamp();
        await using var command = database.CreateCommand("""
            SELECT s.id, s.user_id, u.role, u.name, least(s.idle_until, s.expires_at), NULL::text[]
            FROM accounts.sessions s JOIN accounts.users u ON u.id = s.user_id
            WHERE s.id = ANY ($1) AND s.ended_at IS NULL AND u.is_active AND least(s.idle_until, s.expires_at) > $2
            UNION ALL
            SELECT k.id, k.account_id, u.role, u.name, k.expires_at, k.scopes
            FROM accounts.api_keys k JOIN accounts.users u ON u.id = k.account_id
            WHERE k.id = ANY ($1) AND k.revoked_at IS NULL AND u.is_active AND (k.expires_at IS NULL OR k.expires_at > $2)
            """);
        command.Parameters.Add(new() { Value = credentials.Select(c => c.Id).ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Uuid });
        command.Parameters.Add(new() { Value = clock.UtcNow() });
        var good = new Dictionary<Guid, (Caller Caller, DateTimeOffset Deadline)>();
        await using (var row = await command.ExecuteReaderAsync(cancellationToken))
        {
            while (await row.ReadAsync(cancellationToken))
            {
                var scopes = row.IsDBNull(5) ? null : row.GetFieldValue<string[]>(5).ToHashSet(StringComparer.Ordinal);
                var caller = new Caller(row.GetGuid(1), RoleNames.Parse(row.GetString(2))!.Value, row.IsDBNull(3) ? null : row.GetString(3),
                    row.GetGuid(0), IsApiKey: scopes is not null, scopes ?? NoScopes);
                good[caller.SessionId] = (caller, row.IsDBNull(4) ? DateTimeOffset.MaxValue : row.GetFieldValue<DateTimeOffset>(4));
            }
        }
        foreach (var credential in credentials)
        {
            if (good.TryGetValue(credential.Id, out var found)) credential.Confirm(found.Caller, found.Deadline, startedAt);
            else if (known.TryRemove(KeyValuePair.Create(credential.Id, credential))) credential.End();
        }
        return good.Count;
    }

    /// <summary>Drops what nobody used for a while, and says which API keys were used since <paramref name="since"/>.</summary>
    public Guid[] Tidy(long since)
    {
        foreach (var credential in known.Values.Where(c => Stopwatch.GetElapsedTime(c.LastUsed) > ForgetAfter))
            if (credential.TryForget()) known.TryRemove(KeyValuePair.Create(credential.Id, credential));
        return [.. known.Values.Where(c => c.IsKey && c.LastUsed >= since).Select(c => c.Id)];
    }
}

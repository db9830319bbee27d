using Consilium.Modules.Accounts.Contracts;
using Consilium.Platform.Database;
using Consilium.Platform.Json;
using Npgsql;

namespace Consilium.Modules.Accounts;

/// <summary>Starts and ends sessions in the request's transaction; whoever is affected hears of an end right after the commit.</summary>
internal sealed class Sessions(ConsiliumDb db, RequestTransaction transaction, AccessTokens tokens, RevocationFeed feed, TimeProvider clock)
{
    /// <summary>Adds a new session for the user; the caller saves.</summary>
    public LogInResponse Start(User user)
    {
        var now = clock.UtcNow();
        var session = Session.Start(user.Id, user.Role, now);
        var refreshToken = RefreshTokens.First();
        db.Add(session);
        db.Add(RefreshToken.Issue(Secrets.Hash(refreshToken), session.Id, now));
        return Answer(user, session.Id, refreshToken);
    }

    public LogInResponse Answer(User user, Guid sessionId, string refreshToken) => new(
        tokens.Issue(user.Id, sessionId), refreshToken, "bearer", (int)AccessTokens.Lifetime.TotalSeconds, user.Id, user.Role, user.ProfileId);

    public Task EndAsync(Guid sessionId, string reason, CancellationToken cancellationToken) => EndAsync("id = $3", reason, cancellationToken, sessionId);

    /// <summary>Ends every session of the user but <paramref name="except"/>.</summary>
    public Task EndAllAsync(Guid userId, Guid? except, string reason, CancellationToken cancellationToken) => except is { } kept
        ? EndAsync("user_id = $3 AND id <> $4", reason, cancellationToken, userId, kept)
        : EndAsync("user_id = $3", reason, cancellationToken, userId);

    /// <summary>Makes every server look again at this session, key or user, once the transaction has committed.</summary>
    public async Task AnnounceAsync(Guid subject, CancellationToken cancellationToken)
    {
        await using var batch = await transaction.BatchAsync(cancellationToken);
        batch.BatchCommands.Add(new("INSERT INTO accounts.revocations (subject_id) VALUES ($1)") { Parameters = { new() { Value = subject } } });
        await batch.ExecuteNonQueryAsync(cancellationToken);
        transaction.AfterCommit(() => feed.Changed(subject));
    }

    async Task EndAsync(string which, string reason, CancellationToken cancellationToken, params Guid[] ids)
    {
        await using var batch = await transaction.BatchAsync(cancellationToken);
        var command = new NpgsqlBatchCommand($"""
            WITH ended AS (UPDATE accounts.sessions SET ended_at = $1, end_reason = $2 WHERE {which} AND ended_at IS NULL RETURNING id)
            INSERT INTO accounts.revocations (subject_id) SELECT id FROM ended RETURNING subject_id
            """);
        foreach (var value in (object[])[clock.UtcNow(), reason, .. ids]) command.Parameters.Add(new() { Value = value });
        batch.BatchCommands.Add(command);
        await using var ended = await batch.ExecuteReaderAsync(cancellationToken);
        while (await ended.ReadAsync(cancellationToken))
        {
            var session = ended.GetGuid(0);
            transaction.AfterCommit(() => feed.Changed(session));
        }
    }
}

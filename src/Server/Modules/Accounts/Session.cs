using Consilium.Modules.Accounts.Contracts;

namespace Consilium.Modules.Accounts;

/// <summary>One login of one user. Access tokens, refresh tokens and stream tickets live no longer than it.</summary>
internal sealed class Session
{
    public Guid Id { get; private set; }
    public Guid UserId { get; private set; }
    public DateTimeOffset CreatedAt { get; private set; }
    public DateTimeOffset IdleUntil { get; private set; }
    public DateTimeOffset ExpiresAt { get; private set; }
    public DateTimeOffset? EndedAt { get; private set; }
    public string? EndReason { get; private set; }

    public static Session Start(Guid userId, Role role, DateTimeOffset now)
    {
        var limits = SessionLimits.For(role);
        var session = new Session { Id = Guid.CreateVersion7(now), UserId = userId, CreatedAt = now, ExpiresAt = now + limits.Absolute };
        session.Prolong(role, now);
        return session;
    }

    public bool IsLive(DateTimeOffset now) => EndedAt is null && now < IdleUntil && now < ExpiresAt;

    /// <summary>A refresh shows that somebody is there.</summary>
    public void Prolong(Role role, DateTimeOffset now) => IdleUntil = now + SessionLimits.For(role).Idle;

    public void End(string reason, DateTimeOffset now)
    {
        if (EndedAt is null) (EndedAt, EndReason) = (now, reason);
    }
}

/// <summary>How long a session may rest and last (NIST SP 800-63B-4: AAL2 for those who see other people's data, AAL1 for the others).</summary>
internal sealed record SessionLimits(TimeSpan Idle, TimeSpan Absolute)
{
    static readonly SessionLimits Professional = new(TimeSpan.FromHours(1), TimeSpan.FromHours(24));
    static readonly SessionLimits Personal = new(TimeSpan.FromDays(14), TimeSpan.FromDays(30));

    public static SessionLimits For(Role role) => role is Role.User or Role.Patient ? Personal : Professional;
}

/// <summary>The hash of a refresh token: random, used once.</summary>
internal sealed class RefreshToken
{
    public byte[] Hash { get; private set; } = [];
    public Guid SessionId { get; private set; }
    public DateTimeOffset IssuedAt { get; private set; }
    public DateTimeOffset? UsedAt { get; private set; }

    public static RefreshToken Issue(byte[] hash, Guid sessionId, DateTimeOffset now) => new() { Hash = hash, SessionId = sessionId, IssuedAt = now };

    public void Use(DateTimeOffset now) => UsedAt = now;
}

/// <summary>The hash of a ticket that opens one stream in one session.</summary>
internal sealed class StreamTicket
{
    public byte[] Hash { get; private set; } = [];
    public Guid SessionId { get; private set; }
    public string Path { get; private set; } = "";
    public DateTimeOffset ExpiresAt { get; private set; }
    public DateTimeOffset? OpenedAt { get; private set; }

    public static StreamTicket Issue(byte[] hash, Guid sessionId, string path, DateTimeOffset expiresAt) =>
        new() { Hash = hash, SessionId = sessionId, Path = path, ExpiresAt = expiresAt };
}

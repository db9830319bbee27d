using Consilium.Modules.Accounts.Contracts;
using Consilium.Modules.Audit.Contracts;
using Consilium.Platform.Database;
using Consilium.Platform.Errors;
using Consilium.Platform.Idempotency;
using Consilium.Platform.Json;
using FluentValidation;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace Consilium.Modules.Accounts;

/// <summary>The refresh token of a session.</summary>
/// <param name="RefreshToken">The newest refresh token of the session. It counts once.</param>
internal sealed record RefreshRequest(string? RefreshToken);

internal sealed class RefreshValidator : AbstractValidator<RefreshRequest>
{
    public RefreshValidator() => RuleFor(r => r.RefreshToken).NotEmpty().WithMessage("is required.").MaximumLength(200).WithMessage("is too long.");
}

/// <summary>
/// Whoever holds a session's newest refresh token gets a new pair. A used token answers with its successor again as long as that is unused
/// and ten seconds have not passed (an answer may be lost); later it is a stolen one, and the session ends (RFC 9700).
/// </summary>
internal static class Refresh
{
    public static void Map(IEndpointRouteBuilder api)
    {
        foreach (var path in (string[])["/api/v1/auth/refresh", "/auth/refresh"])
            api.MapPost(path, HandleAsync)
                .WithTags("Accounts").WithSummary("Exchange a refresh token for a new pair of tokens.")
                .WithDescription("A refresh token counts once. Using an old one again ends the session, since somebody may have stolen it.")
                .ProducesProblem(400).ProducesProblem(401).ProducesProblem(503)
                .AllowAnonymous().WithMetadata(new NoIdempotency());
    }

    static Task<Results<Ok<LogInResponse>, ProblemHttpResult>> HandleAsync(
        RefreshRequest request, HttpContext http, RequestTransaction transaction, ConsiliumDb db, Sessions sessions, RefreshTokens tokens,
        IAuditTrail audit, TimeProvider clock, CancellationToken cancellationToken) =>
        transaction.RunAsync<Results<Ok<LogInResponse>, ProblemHttpResult>>(async () =>
        {
            var hash = Secrets.Hash(request.RefreshToken!);
            if (await LockSessionAsync(db, hash, cancellationToken) is not { } session) return Refused(http);
            var token = await db.Set<RefreshToken>().SingleAsync(t => t.Hash == hash, cancellationToken);
            var user = await db.Set<User>().SingleAsync(u => u.Id == session.UserId, cancellationToken);
            var now = clock.UtcNow();
            if (!session.IsLive(now) || !user.CanLogIn) return Refused(http);

            var successor = tokens.Successor(request.RefreshToken!);
            var successorHash = Secrets.Hash(successor);
            if (token.UsedAt is null)
            {
                token.Use(now);
                session.Prolong(user.Role, now);
                db.Add(RefreshToken.Issue(successorHash, session.Id, now));
                await db.SaveChangesAsync(cancellationToken);
                // Another server may hold the deadline that has just moved; it looks again when that comes.
                return TypedResults.Ok(sessions.Answer(user, session.Id, successor));
            }
            var successorIsUnused = await db.Set<RefreshToken>().AnyAsync(t => t.Hash == successorHash && t.UsedAt == null, cancellationToken);
            if (successorIsUnused && now - token.UsedAt <= RefreshTokens.Grace) return TypedResults.Ok(sessions.Answer(user, session.Id, successor));

            await sessions.EndAsync(session.Id, "refresh token used twice", cancellationToken);
            audit.Add(new(user.Id, user.Role.Wire(), "session.ended", $"session/{session.Id}", AuditOutcome.Denied, "refresh token used twice"));
            await db.SaveChangesAsync(cancellationToken);
            return Refused(http);
        }, cancellationToken);

    /// <summary>The lock makes the refreshes of one session take turns.</summary>
    static async Task<Session?> LockSessionAsync(ConsiliumDb db, byte[] hash, CancellationToken cancellationToken)
    {
        var found = await db.Set<Session>()
            .FromSql($"SELECT s.* FROM accounts.sessions s WHERE s.id = (SELECT session_id FROM accounts.refresh_tokens WHERE hash = {hash}) FOR UPDATE")
            .ToListAsync(cancellationToken);
        return found is [var session] ? session : null;
    }

    static ProblemHttpResult Refused(HttpContext http)
    {
        http.Response.Headers.WWWAuthenticate = BearerAuthentication.SchemeName;
        return Problems.Of(401, "invalid_refresh_token", "This refresh token is not valid any more: log in again.");
    }
}

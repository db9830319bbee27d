using System.Security.Claims;
using System.Text.Encodings.Web;
using Consilium.Modules.Accounts.Contracts;
using Consilium.Platform.Json;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Options;
using Microsoft.Net.Http.Headers;
using Npgsql;

namespace Consilium.Modules.Accounts;

/// <summary>
/// Finds out who is asking: <c>Authorization: Bearer</c> with an access token, <c>X-API-Key</c>, or <c>?ticket=</c> on the streams that allow
/// it. A request that shows two of them is refused.
/// </summary>
internal sealed class BearerAuthentication(
    IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory loggers, UrlEncoder encoder,
    AccessTokens tokens, LiveCredentials live, VerdictCache verdicts, NpgsqlDataSource database, IHostEnvironment environment, TimeProvider clock)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, loggers, encoder)
{
    public const string SchemeName = "Bearer";
    public const string KeyHeader = "X-API-Key";

    const int MaxKeyLength = 200;

    bool credentialsShown;

    protected override async Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        var authorization = Request.Headers.Authorization;
        var key = Request.Headers[KeyHeader];
        var ticket = Context.GetEndpoint()?.Metadata.GetMetadata<RouteRules.StreamTicketAllowed>() is not null && HttpMethods.IsGet(Request.Method)
            ? Request.Query["ticket"]
            : default;
        var shown = authorization.Count + key.Count + ticket.Count;
        if (shown == 0) return AuthenticateResult.NoResult();
        credentialsShown = true;
        if (shown > 1) return AuthenticateResult.Fail("More than one credential.");

        var principal = authorization is [{ } header] ? await ByTokenAsync(header)
            : key is [{ } text] ? await ByKeyAsync(text)
            : await ByTicketAsync(ticket.ToString());
        return principal is null
            ? AuthenticateResult.Fail("The credential is not valid.")
            : AuthenticateResult.Success(new AuthenticationTicket(principal, SchemeName));
    }

    protected override Task HandleChallengeAsync(AuthenticationProperties properties)
    {
        Response.StatusCode = StatusCodes.Status401Unauthorized;
        Response.Headers[HeaderNames.WWWAuthenticate] = credentialsShown ? "Bearer error=\"invalid_token\"" : "Bearer"; // RFC 6750
        return Task.CompletedTask;
    }

    async ValueTask<ClaimsPrincipal?> ByTokenAsync(string header)
    {
        if (!header.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase)) return null;
        var token = header["Bearer ".Length..].Trim(' ');
        var cacheKey = VerdictCache.KeyOf(token);
        if (verdicts.Find(cacheKey) is { } verdict)
            return verdict.ExpiresAt > clock.GetUtcNow() ? await live.CurrentAsync(verdict.CredentialId, Context.RequestAborted) : null;
        if (tokens.Judge(token).Token is not { } judged) return null;
        var principal = await live.CurrentAsync(judged.SessionId, Context.RequestAborted);
        if (principal?.Identity is not CallerIdentity { Caller: { IsApiKey: false } caller } || caller.UserId != judged.UserId) return null;
        verdicts.Add(cacheKey, new(judged.SessionId, judged.ExpiresAt));
        return principal;
    }

    async ValueTask<ClaimsPrincipal?> ByKeyAsync(string key)
    {
        if (key.Length is 0 or > MaxKeyLength) return null;
        if (key == DemoApiKey.Key && !environment.IsDevelopment()) return null; // also when it came into the database after the start
        var cacheKey = VerdictCache.KeyOf(key);
        if (verdicts.Find(cacheKey) is { ExpiresAt: null } verdict) return await live.CurrentAsync(verdict.CredentialId, Context.RequestAborted);
        await using var command = database.CreateCommand("SELECT id FROM accounts.api_keys WHERE hash = $1 AND revoked_at IS NULL");
        command.Parameters.Add(new() { Value = Secrets.Hash(key) });
        if (await command.ExecuteScalarAsync(Context.RequestAborted) is not Guid id) return null;
        verdicts.Add(cacheKey, new(id, ExpiresAt: null));
        return await live.CurrentAsync(id, Context.RequestAborted);
    }

    async ValueTask<ClaimsPrincipal?> ByTicketAsync(string ticket)
    {
        if (ticket.Length is 0 or > MaxKeyLength) return null;
        await using var command = database.CreateCommand("""
            UPDATE accounts.stream_tickets SET opened_at = coalesce(opened_at, $3)
            WHERE hash = $1 AND path = $2 AND (opened_at IS NOT NULL OR expires_at > $3)
            RETURNING session_id
            """);
        command.Parameters.Add(new() { Value = Secrets.Hash(ticket) });
        command.Parameters.Add(new() { Value = Request.PathBase.Add(Request.Path).Value });
        command.Parameters.Add(new() { Value = clock.UtcNow() });
        return await command.ExecuteScalarAsync(Context.RequestAborted) is Guid sessionId
            ? await live.CurrentAsync(sessionId, Context.RequestAborted)
            : null;
    }
}

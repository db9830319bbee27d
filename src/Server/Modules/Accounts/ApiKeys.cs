using System.Text.RegularExpressions;
using Consilium.Modules.Accounts.Contracts;
using Consilium.Modules.Audit.Contracts;
using Consilium.Platform.Database;
using Consilium.Platform.Errors;
using Consilium.Platform.Idempotency;
using Consilium.Platform.Json;
using Consilium.Platform.OpenApi;
using Consilium.Platform.Paging;
using Consilium.Platform.Validation;
using FluentValidation;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace Consilium.Modules.Accounts;

/// <summary><c>account_id</c> is whom the key acts as: the built-in assistant when it is missing.</summary>
/// <param name="Name">What the key is for: a short name that administrators recognise.</param>
/// <param name="Scopes">What the key may do, such as <c>cases:write</c> or <c>config:read</c>.</param>
/// <param name="ExpiresAt">When the key expires; null for never. It must lie in the future.</param>
/// <param name="AccountId">The account as which the key acts; the built-in assistant when it is left out.</param>
internal sealed record CreateApiKeyRequest(string? Name, string[]? Scopes, DateTimeOffset? ExpiresAt, Guid? AccountId);

/// <summary>An API key, without the key itself.</summary>
/// <param name="Id">The id of the key, by which it is revoked.</param>
/// <param name="Name">What the key is for.</param>
/// <param name="Prefix">The beginning of the key, to tell keys apart.</param>
/// <param name="Scopes">What the key may do.</param>
/// <param name="AccountId">The account as which the key acts.</param>
/// <param name="CreatedBy">The administrator who created it.</param>
/// <param name="CreatedAt">When it was created.</param>
/// <param name="ExpiresAt">When it expires; null for never.</param>
/// <param name="RevokedAt">When it was revoked; null while it counts.</param>
/// <param name="LastUsedAt">When it was last used; null for never.</param>
internal sealed record ApiKeyResponse(
    Guid Id, string Name, string Prefix, string[] Scopes, Guid AccountId, Guid CreatedBy, DateTimeOffset CreatedAt, DateTimeOffset? ExpiresAt,
    DateTimeOffset? RevokedAt, DateTimeOffset? LastUsedAt)
{
    public static ApiKeyResponse Of(ApiKey key) =>
        new(key.Id, key.Name, key.Prefix, key.Scopes, key.AccountId, key.CreatedBy, key.CreatedAt, key.ExpiresAt, key.RevokedAt, key.LastUsedAt);
}

/// <summary>The one answer that shows the key itself.</summary>
/// <param name="Id">The id of the key, by which it is revoked.</param>
/// <param name="Name">What the key is for.</param>
/// <param name="Prefix">The beginning of the key, to tell keys apart.</param>
/// <param name="Key">The key itself, to be sent as <c>X-API-Key</c>. It is shown only here.</param>
/// <param name="Scopes">What the key may do.</param>
/// <param name="AccountId">The account as which the key acts.</param>
/// <param name="CreatedBy">The administrator who created it.</param>
/// <param name="CreatedAt">When it was created.</param>
/// <param name="ExpiresAt">When it expires; null for never.</param>
internal sealed record CreateApiKeyResponse(
    Guid Id, string Name, string Prefix, string Key, string[] Scopes, Guid AccountId, Guid CreatedBy, DateTimeOffset CreatedAt,
    DateTimeOffset? ExpiresAt);

internal sealed partial class CreateApiKeyValidator : AbstractValidator<CreateApiKeyRequest>
{
    const int MaxScopes = 20;
    const int MaxScope = 300;

    public CreateApiKeyValidator(TimeProvider clock)
    {
        RuleFor(r => r.Name).Text(1, 100);
        RuleFor(r => r.Scopes).NotNull().WithMessage($"must name 1 to {MaxScopes} scopes.");
        RuleFor(r => r.Scopes).Entries(MaxScopes, min: 1).WithMessage($"must name 1 to {MaxScopes} scopes.");
        RuleFor(r => r.Scopes).EntryTexts(MaxScope).WithMessage($"must be scopes of 1 to {MaxScope} characters.");
        RuleFor(r => r.Scopes).Must(scopes => scopes is null || scopes.All(scope => scope is not null && Scope().IsMatch(scope)))
            .WithMessage("must be like cases:write, or config:read:app.db for a part.");
        RuleFor(r => r.ExpiresAt).Must(at => at is null || at > clock.GetUtcNow()).WithMessage("must be in the future.");
    }

    [GeneratedRegex(@"\A[a-z]{1,40}:[a-z]{1,40}(?::[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)*)?\z", RegexOptions.NonBacktracking)]
    private static partial Regex Scope();
}

/// <summary>Admins make, list and revoke the keys of programs.</summary>
internal static class ApiKeys
{
    const string Path = "/api/v1/api-keys";

    public static void Map(IEndpointRouteBuilder api)
    {
        api.MapPost(Path, CreateAsync)
            .WithName("CreateApiKey").WithTags("Accounts").WithSummary("Create an API key (admin); the key is shown once.")
            .ProducesProblem(400).ProducesProblem(401).ProducesProblem(403)
            .RequireRoles(Role.Admin).WithMetadata(new NoIdempotency());
        api.MapGet(Path, ListAsync)
            .WithName("ListApiKeys").WithTags("Accounts").WithSummary("List API keys (admin), without the keys themselves.")
            .ProducesProblem(400).ProducesProblem(401).ProducesProblem(403)
            .RequireRoles(Role.Admin);
        api.MapDelete(Path + "/{id:guid}", RevokeAsync)
            .WithName("RevokeApiKey").WithTags("Accounts").WithSummary("Revoke an API key (admin).")
            .WithParameter("id", "The key, by its id.")
            .ProducesProblem(401).ProducesProblem(403).ProducesProblem(404)
            .RequireRoles(Role.Admin);
    }

    static async Task<Results<Created<CreateApiKeyResponse>, ProblemHttpResult>> CreateAsync(
        CreateApiKeyRequest request, Caller caller, ConsiliumDb db, IAuditTrail audit, TimeProvider clock, CancellationToken cancellationToken)
    {
        var account = request.AccountId ?? AssistantAccount.Id;
        if (!await db.Set<User>().AnyAsync(u => u.Id == account && u.IsActive, cancellationToken))
            return Problems.Invalid("account_id", "must be an active account.");
        var now = clock.UtcNow();
        var secret = Secrets.New("cns_");
        var key = ApiKey.Create(Guid.CreateVersion7(now), secret, request.Name!, request.Scopes!, account, caller.UserId, request.ExpiresAt, now);
        db.Add(key);
        audit.Add(new(caller.UserId, caller.Role.Wire(), "api_key.created", $"api_key/{key.Id}"));
        await db.SaveChangesAsync(cancellationToken);
        return TypedResults.Created($"{Path}/{key.Id}", new CreateApiKeyResponse(
            key.Id, key.Name, key.Prefix, secret, key.Scopes, key.AccountId, key.CreatedBy, key.CreatedAt, key.ExpiresAt));
    }

    static async Task<Results<Ok<Page<ApiKeyResponse>>, ProblemHttpResult>> ListAsync(
        ConsiliumDb db, Limit? limit, string? cursor, CancellationToken cancellationToken)
    {
        var keys = db.Set<ApiKey>().AsNoTracking();
        if (cursor is not null)
        {
            if (!Cursor.TryRead<Guid>(cursor, out var before)) return Problems.Invalid("cursor", "is not a cursor of this list.");
            keys = keys.Where(k => k.Id < before);
        }
        var size = Limit.Or(limit);
        var page = Page.Of(await keys.OrderByDescending(k => k.Id).Take(size + 1).ToListAsync(cancellationToken), size, k => k.Id);
        return TypedResults.Ok(new Page<ApiKeyResponse>([.. page.Items.Select(ApiKeyResponse.Of)], page.NextCursor));
    }

    static Task<Results<NoContent, ProblemHttpResult>> RevokeAsync(
        Guid id, Caller caller, RequestTransaction transaction, Sessions sessions, ConsiliumDb db, IAuditTrail audit, TimeProvider clock,
        CancellationToken cancellationToken) =>
        transaction.RunAsync<Results<NoContent, ProblemHttpResult>>(async () =>
        {
            if (await db.Set<ApiKey>().SingleOrDefaultAsync(k => k.Id == id, cancellationToken) is not { } key) return Problems.NotFound();
            if (key.RevokedAt is not null) return TypedResults.NoContent();
            key.Revoke(clock.UtcNow());
            audit.Add(new(caller.UserId, caller.Role.Wire(), "api_key.revoked", $"api_key/{id}"));
            await db.SaveChangesAsync(cancellationToken);
            await sessions.AnnounceAsync(id, cancellationToken);
            return TypedResults.NoContent();
        }, cancellationToken);
}

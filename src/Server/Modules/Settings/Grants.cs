using System.ComponentModel.DataAnnotations;
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
using Microsoft.AspNetCore.Mvc;
using Npgsql;
using NpgsqlTypes;

namespace Consilium.Modules.Settings;

/// <summary>What an account may do besides what its role may.</summary>
/// <param name="Id">The id of the grant, by which it is taken back.</param>
/// <param name="AccountId">The account that has the right.</param>
/// <param name="Permission">config:read, config:write, config:reveal, security:use or security:manage.</param>
/// <param name="Prefix">The key and all keys below it; empty for every key. The rights of security are for the whole installation.</param>
/// <param name="CreatedBy">The administrator who granted it.</param>
/// <param name="CreatedAt">When it was granted.</param>
/// <param name="ExpiresAt">From then on it counts no more; null for no end.</param>
internal sealed record GrantResponse(
    Guid Id, Guid AccountId, string Permission, string Prefix, Guid CreatedBy, DateTimeOffset CreatedAt, DateTimeOffset? ExpiresAt);

/// <summary>A right to give to an account.</summary>
/// <param name="AccountId">An active account; administrators need no grants.</param>
/// <param name="Permission">config:read, config:write, config:reveal, security:use or security:manage.</param>
/// <param name="Prefix">The key and all keys below it, as <c>app.db</c>; missing or empty for every key.</param>
/// <param name="ExpiresAt">In the future; null for no end.</param>
internal sealed record CreateGrantRequest(
    Guid? AccountId, string? Permission, [property: MaxLength(ConfigKeys.MaxKey)] string? Prefix = null, DateTimeOffset? ExpiresAt = null);

internal sealed class CreateGrantValidator : AbstractValidator<CreateGrantRequest>
{
    public CreateGrantValidator(TimeProvider clock)
    {
        RuleFor(r => r.AccountId).NotNull().WithMessage("is required.");
        RuleFor(r => r.Permission).NotNull().WithMessage("is required.").OneOf([.. SettingsRule.Permissions]);
        RuleFor(r => r.Prefix).Must(prefix => string.IsNullOrEmpty(prefix) || ConfigKeys.IsKey(prefix)).WithMessage("must be a key, or the beginning of keys up to a dot: app.db.");
        RuleFor(r => r.Prefix).Must((r, prefix) => string.IsNullOrEmpty(prefix) || r.Permission is null || SettingsRule.IsForKeys(r.Permission))
            .WithMessage("must be empty: this right is for the whole installation.");
        RuleFor(r => r.ExpiresAt).Must(at => at is null || at > clock.GetUtcNow()).WithMessage("must be in the future.");
    }
}

/// <param name="AccountId">Only rights of this account.</param>
internal sealed record GrantFilter(
    [property: FromQuery(Name = "account_id")] Guid? AccountId, [property: FromQuery(Name = "limit")] Limit? Limit, [property: FromQuery(Name = "cursor")] string? Cursor);

/// <summary>Administrators grant rights to accounts, list and take them back. What is taken back counts no more from the next request on.</summary>
internal sealed class Grants(RequestTransaction transaction, ConsiliumDb db, IAccountDirectory accounts, IAuditTrail audit, TimeProvider clock)
{
    const string Path = "/api/v1/security/grants";

    public static void Map(RouteGroupBuilder security)
    {
        var grants = security.MapGroup("/grants").RequireRoles(Role.Admin);
        grants.MapPost("", (CreateGrantRequest request, Caller caller, Grants useCase, CancellationToken cancellationToken) => useCase.CreateAsync(request, caller, cancellationToken))
            .ReplaysToAllItsCallers()
            .WithSummary("Grant a right to an account")
            .WithDescription("For administrators. 409 `granted_already` when the account has this right for this prefix.")
            .ProducesProblem(409);
        grants.MapGet("", ([AsParameters] GrantFilter filter, Grants useCase, CancellationToken cancellationToken) => useCase.ListAsync(filter, cancellationToken))
            .WithSummary("List what was granted")
            .WithDescription("For administrators. Newest first.");
        grants.MapDelete("/{id:guid}", (Guid id, Caller caller, Grants useCase, CancellationToken cancellationToken) => useCase.RevokeAsync(id, caller, cancellationToken))
            .WithSummary("Take a right back")
            .WithParameter("id", "The grant, by its id.")
            .WithDescription("For administrators. Counts from the next request on.");
    }

    /// <summary>Whether the account has the right for anything at all.</summary>
    public async Task<bool> HasAnyAsync(Caller caller, string permission, CancellationToken cancellationToken)
    {
        await using var batch = await transaction.BatchAsync(cancellationToken);
        batch.Add("SELECT EXISTS (SELECT 1 FROM settings.grants WHERE account_id = $1 AND permission = $2 AND (expires_at IS NULL OR expires_at > $3))")
            .With(caller.UserId).With(permission).With(clock.UtcNow());
        return (bool)(await batch.ExecuteScalarAsync(cancellationToken))!;
    }

    Task<Results<Created<GrantResponse>, ProblemHttpResult>> CreateAsync(CreateGrantRequest request, Caller caller, CancellationToken cancellationToken) =>
        transaction.RunAsync<Results<Created<GrantResponse>, ProblemHttpResult>>(async () =>
        {
            if (await accounts.FindAsync(request.AccountId!.Value, cancellationToken) is not { IsActive: true }) return Problems.Invalid("account_id", "must be an active account.");
            var now = clock.UtcNow();
            var grant = new GrantResponse(
                Guid.CreateVersion7(now), request.AccountId.Value, request.Permission!, request.Prefix ?? "", caller.UserId, now, request.ExpiresAt?.ToUniversalTime());
            var added = await transaction.ExecuteAsync("""
                INSERT INTO settings.grants (id, account_id, permission, prefix, created_by, created_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7)
                ON CONFLICT (account_id, permission, prefix) DO UPDATE SET id = EXCLUDED.id, created_by = EXCLUDED.created_by, created_at = EXCLUDED.created_at, expires_at = EXCLUDED.expires_at
                WHERE grants.expires_at <= EXCLUDED.created_at
                """, parameters => parameters.With(grant.Id).With(grant.AccountId).With(grant.Permission).With(grant.Prefix).With(grant.CreatedBy).With(grant.CreatedAt)
                    .With(NpgsqlDbType.TimestampTz, grant.ExpiresAt), cancellationToken);
            if (added == 0) return Problems.Conflict("granted_already", "This account has this right for this prefix already.");
            await KeepAsync("grant.created", grant, caller, cancellationToken);
            return TypedResults.Created($"{Path}/{grant.Id}", grant);
        }, cancellationToken);

    async Task<Results<Ok<Page<GrantResponse>>, ProblemHttpResult>> ListAsync(GrantFilter filter, CancellationToken cancellationToken)
    {
        Guid? before = null;
        if (filter.Cursor is not null)
        {
            if (!Cursor.TryRead<Guid>(filter.Cursor, out var place)) return Problems.Invalid("cursor", "is not a cursor of this list.");
            before = place;
        }
        var limit = Limit.Or(filter.Limit);
        var found = new List<GrantResponse>();
        await using var batch = await transaction.BatchAsync(cancellationToken);
        batch.Add($"SELECT {Columns} FROM settings.grants WHERE ($1 IS NULL OR account_id = $1) AND ($2 IS NULL OR id < $2) ORDER BY id DESC LIMIT $3")
            .With(NpgsqlDbType.Uuid, filter.AccountId).With(NpgsqlDbType.Uuid, before).With(limit + 1);
        await using var rows = await batch.ExecuteReaderAsync(cancellationToken);
        while (await rows.ReadAsync(cancellationToken)) found.Add(Read(rows));
        return TypedResults.Ok(Page.Of(found, limit, last => last.Id));
    }

    Task<Results<NoContent, ProblemHttpResult>> RevokeAsync(Guid id, Caller caller, CancellationToken cancellationToken) =>
        transaction.RunAsync<Results<NoContent, ProblemHttpResult>>(async () =>
        {
            GrantResponse grant;
            await using (var batch = await transaction.BatchAsync(cancellationToken))
            {
                batch.Add($"DELETE FROM settings.grants WHERE id = $1 RETURNING {Columns}").With(id);
                await using var row = await batch.ExecuteReaderAsync(cancellationToken);
                if (!await row.ReadAsync(cancellationToken)) return Problems.NotFound();
                grant = Read(row);
            }
            await KeepAsync("grant.revoked", grant, caller, cancellationToken);
            return TypedResults.NoContent();
        }, cancellationToken);

    async Task KeepAsync(string action, GrantResponse grant, Caller caller, CancellationToken cancellationToken)
    {
        audit.Add(new(caller.UserId, caller.Role.Wire(), action, $"user/{grant.AccountId}", Reason: grant.Prefix.Length == 0 ? grant.Permission : $"{grant.Permission}:{grant.Prefix}"));
        await db.SaveChangesAsync(cancellationToken);
    }

    const string Columns = "id, account_id, permission, prefix, created_by, created_at, expires_at";

    static GrantResponse Read(NpgsqlDataReader row) => new(
        row.GetGuid(0), row.GetGuid(1), row.GetString(2), row.GetString(3), row.GetGuid(4), row.GetFieldValue<DateTimeOffset>(5), row.Nullable<DateTimeOffset>(6));
}

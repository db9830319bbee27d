using Consilium.Modules.Accounts.Contracts;
using Consilium.Modules.Audit.Contracts;
using Consilium.Platform.Database;
using Consilium.Platform.Errors;
using Consilium.Platform.Json;
using Consilium.Platform.OpenApi;
using Consilium.Platform.Validation;
using FluentValidation;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace Consilium.Modules.Accounts;

/// <summary>What is absent stays; null or an empty text clears.</summary>
/// <param name="Name">The name that others see.</param>
/// <param name="Contact">How to reach the person.</param>
/// <param name="Address">The postal address.</param>
/// <param name="IsActive">Whether the account can log in. Only administrators may set it.</param>
internal sealed record UpdateUserRequest(string? Name, string? Contact, string? Address, [property: RefusesNull] bool? IsActive);

internal sealed class UpdateUserValidator : AbstractValidator<UpdateUserRequest>
{
    public UpdateUserValidator()
    {
        RuleFor(r => r.Name).OptionalText(200);
        RuleFor(r => r.Contact).OptionalText(200);
        RuleFor(r => r.Address).OptionalText(500);
    }
}

/// <summary>The owner or an admin changes name, contact and address; an admin also closes and reopens the account, which ends its sessions.</summary>
internal static class UpdateUser
{
    const string Rule = "What is absent stays; null or an empty text clears. `is_active` cannot be cleared.";

    public static void Map(IEndpointRouteBuilder api)
    {
        api.MapPut("/api/v1/users/me", (UpdateUserRequest request, Caller caller, HttpContext http, UserUpdate update) =>
                update.RunAsync(caller.UserId, request, PartialUpdate.Of(http), caller, http.RequestAborted))
            .WithName("UpdateMe").WithTags("Accounts").WithSummary("Change the own account.")
            .WithDescription(Rule)
            .ProducesProblem(400).ProducesProblem(401).ProducesProblem(403);
        api.MapPut("/api/v1/users/{id:guid}", (Guid id, UpdateUserRequest request, Caller caller, HttpContext http, UserUpdate update) =>
                update.RunAsync(id, request, PartialUpdate.Of(http), caller, http.RequestAborted))
            .WithName("UpdateUser").WithTags("Accounts").WithSummary("Change an account (its owner, admin); is_active: only admin.")
            .WithDescription($"{Rule} An account that is not active cannot log in, and its sessions end.")
            .WithParameter("id", "The account, by its id.")
            .ProducesProblem(400).ProducesProblem(401).ProducesProblem(403).ProducesProblem(404).ProducesProblem(409);
    }
}

/// <inheritdoc cref="UpdateUser"/>
internal sealed class UserUpdate(ConsiliumDb db, RequestTransaction transaction, Sessions sessions, IAuditTrail audit, TimeProvider clock)
{
    public Task<Results<Ok<UserResponse>, ProblemHttpResult>> RunAsync(
        Guid id, UpdateUserRequest request, PartialUpdate given, Caller caller, CancellationToken cancellationToken) =>
        transaction.RunAsync<Results<Ok<UserResponse>, ProblemHttpResult>>(async () =>
        {
            if (given.FaultOf(nameof(request.IsActive)) is { } fault) return fault;
            // Admins are locked together, so that two of them cannot close each other at once.
            var locked = await db.Set<User>()
                .FromSql($"SELECT * FROM accounts.users WHERE id = {id} OR (role = 'admin' AND {request.IsActive == false}) ORDER BY id FOR UPDATE")
                .ToListAsync(cancellationToken);
            var user = locked.AsQueryable().VisibleTo(caller).SingleOrDefault(u => u.Id == id);
            if (user is null) return Problems.NotFound();
            var now = clock.UtcNow();
            if (request.IsActive is { } active && active != user.IsActive)
            {
                if (caller.Role != Role.Admin) return Problems.Forbidden();
                if (!active && user.Role == Role.Admin && !locked.Any(u => u.Role == Role.Admin && u.IsActive && u.Id != id))
                    return Problems.Conflict("last_admin", "This is the last active admin: make another one first.");
                await SetActiveAsync(user, active, caller, now, cancellationToken);
            }
            user.Describe(
                given.Text(nameof(request.Name), request.Name), given.Text(nameof(request.Contact), request.Contact),
                given.Text(nameof(request.Address), request.Address), now);
            audit.Add(new(caller.UserId, caller.Role.Wire(), "user.updated", $"user/{id}"));
            await db.SaveChangesAsync(cancellationToken);
            await sessions.AnnounceAsync(id, cancellationToken);
            return TypedResults.Ok(UserResponse.Of(user));
        }, cancellationToken);

    async Task SetActiveAsync(User user, bool active, Caller caller, DateTimeOffset now, CancellationToken cancellationToken)
    {
        if (active) user.Activate(now);
        else
        {
            user.Deactivate(now);
            await sessions.EndAllAsync(user.Id, except: null, "account closed", cancellationToken);
        }
        audit.Add(new(caller.UserId, caller.Role.Wire(), active ? "user.activated" : "user.deactivated", $"user/{user.Id}"));
    }
}

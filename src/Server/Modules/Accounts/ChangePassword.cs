using System.ComponentModel.DataAnnotations;
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

/// <summary>The old password and a new one.</summary>
/// <param name="OldPassword">The password that counts now.</param>
/// <param name="NewPassword">The password from now on, at most 128 characters; the shortest that is taken depends on the installation.</param>
internal sealed record ChangePasswordRequest(string? OldPassword, [property: MaxLength(NewAccountRules.MaxPassword)] string? NewPassword);

internal sealed class ChangePasswordValidator : AbstractValidator<ChangePasswordRequest>
{
    public ChangePasswordValidator(PasswordPolicy policy)
    {
        RuleFor(r => r.OldPassword).NotEmpty().WithMessage("is required.").MaximumLength(4 * PasswordPolicy.MaximumLength).WithMessage("is too long.");
        RuleFor(r => r.NewPassword).NewPassword(policy, _ => null);
    }
}

/// <summary>Whoever is signed in changes the own password, showing the old one. The account's other sessions end.</summary>
internal static class ChangePassword
{
    public static void Map(IEndpointRouteBuilder api) => api
        .MapPost("/api/v1/auth/change-password", HandleAsync)
        .WithName("ChangePassword").WithTags("Accounts").WithSummary("Change the own password; other sessions end.")
        .WithDescription("The session that asks goes on. A wrong old password is a 400.")
        .ProducesProblem(400).ProducesProblem(401).ProducesProblem(429).ProducesProblem(503)
        .WithMetadata(new NoIdempotency());

    static async Task<Results<NoContent, ProblemHttpResult>> HandleAsync(
        ChangePasswordRequest request, Caller caller, HttpContext http, PasswordCheck passwords, PasswordHashing hashing, PasswordPolicy policy,
        RequestTransaction transaction, Sessions sessions, ConsiliumDb db, IAuditTrail audit, TimeProvider clock, CancellationToken cancellationToken)
    {
        var user = await db.Set<User>().SingleAsync(u => u.Id == caller.UserId, cancellationToken);
        if (policy.Fault(request.NewPassword!, user.Email) is { } fault) return Problems.Invalid("new_password", fault);
        var verdict = await passwords.CheckAsync(
            user.Email ?? user.Id.ToString(), http, request.OldPassword!, () => Task.FromResult(user.PasswordHash),
            cancellationToken);
        if (verdict == PasswordVerdict.Wrong)
        {
            await audit.RecordAsync(new(user.Id, user.Role.Wire(), "password.refused", $"user/{user.Id}", AuditOutcome.Denied), cancellationToken);
            return Problems.Invalid("old_password", "is wrong.");
        }
        var hash = await hashing.HashAsync(request.NewPassword!, cancellationToken);
        await transaction.RunAsync(async () =>
        {
            user.ChangePassword(hash, clock.UtcNow());
            audit.Add(new(user.Id, user.Role.Wire(), "password.changed", $"user/{user.Id}"));
            await db.SaveChangesAsync(cancellationToken);
            await sessions.EndAllAsync(user.Id, except: caller.SessionId, "password changed", cancellationToken);
        }, cancellationToken);
        return TypedResults.NoContent();
    }
}

using System.ComponentModel.DataAnnotations;
using Consilium.Modules.Accounts.Contracts;
using Consilium.Modules.Audit.Contracts;
using Consilium.Platform.Database;
using Consilium.Platform.Errors;
using Consilium.Platform.Idempotency;
using Consilium.Platform.Json;
using Consilium.Platform.Validation;
using FluentValidation;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Consilium.Modules.Accounts;

/// <summary>An account for somebody else.</summary>
/// <param name="Email">The e-mail address with which the account logs in.</param>
/// <param name="Password">The first password, at most 128 characters. Accounts of assistants have none.</param>
/// <param name="Role">What the account is. Doctors, hospitals and patients sign up with their profile instead.</param>
/// <param name="Name">The name that others see.</param>
/// <param name="Contact">How to reach the person: a phone number, for example.</param>
/// <param name="Address">The postal address.</param>
internal sealed record CreateUserRequest(
    string? Email, [property: MaxLength(NewAccountRules.MaxPassword)] string? Password, string? Role, string? Name, string? Contact, string? Address);

internal sealed class CreateUserValidator : AbstractValidator<CreateUserRequest>
{
    public CreateUserValidator(PasswordPolicy policy)
    {
        RuleFor(r => r.Email).Email();
        RuleFor(r => r.Password).NewPassword(policy, r => r.Email).When(r => r.Role != Role.Assistant.Wire());
        RuleFor(r => r.Password).OptionalText(NewAccountRules.MaxPassword);
        RuleFor(r => r.Role).NotNull().WithMessage("is required: user, staff, admin or assistant.");
        RuleFor(r => r.Role).OneOf([Role.User.Wire(), Role.Staff.Wire(), Role.Admin.Wire(), Role.Assistant.Wire()])
            .WithMessage("must be user, staff, admin or assistant; doctors, hospitals and patients sign up with their profile.");
        RuleFor(r => r.Name).OptionalText(200);
        RuleFor(r => r.Contact).OptionalText(200);
        RuleFor(r => r.Address).OptionalText(500);
    }
}

/// <summary>An admin makes an account for somebody else: how staff, admins and assistants come to be.</summary>
internal static class CreateUser
{
    public static void Map(IEndpointRouteBuilder api) => api
        .MapPost("/api/v1/auth/signup", HandleAsync)
        .WithName("CreateUser").WithTags("Accounts").WithSummary("Create an account (admin): staff, admins, assistants, users.")
        .ProducesProblem(400).ProducesProblem(401).ProducesProblem(403).ProducesProblem(409).ProducesProblem(503)
        .RequireRoles(Role.Admin).WithMetadata(new NoIdempotency());

    static async Task<Results<Created<UserResponse>, ProblemHttpResult>> HandleAsync(
        CreateUserRequest request, Caller caller, PasswordHashing hashing, ConsiliumDb db, IAuditTrail audit, TimeProvider clock,
        CancellationToken cancellationToken)
    {
        var role = RoleNames.Parse(request.Role)!.Value;
        var hash = role == Role.Assistant ? null : await hashing.HashAsync(request.Password!, cancellationToken);
        var now = clock.UtcNow();
        var user = User.Create(Guid.CreateVersion7(now), request.Email, hash, role, request.Name, now);
        user.Describe(name: null, request.Contact, request.Address, now);
        db.Add(user);
        audit.Add(new(caller.UserId, caller.Role.Wire(), "user.created", $"user/{user.Id}", Reason: $"role {role.Wire()}"));
        return await NewAccounts.TrySaveAsync(db, cancellationToken)
            ? TypedResults.Created($"/api/v1/users/{user.Id}", UserResponse.Of(user))
            : Problems.Conflict("email_taken", "There is an account with this e-mail already.");
    }
}

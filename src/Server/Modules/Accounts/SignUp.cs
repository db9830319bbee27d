using System.ComponentModel.DataAnnotations;
using Consilium.Modules.Accounts.Contracts;
using Consilium.Modules.Audit.Contracts;
using Consilium.Platform.Database;
using Consilium.Platform.Errors;
using Consilium.Platform.Idempotency;
using Consilium.Platform.Json;
using Consilium.Platform.OpenApi;
using FluentValidation;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Consilium.Modules.Accounts;

/// <summary>An e-mail address and a password for an account of one's own.</summary>
/// <param name="Email">The e-mail address with which the account logs in.</param>
/// <param name="Password">The password, at most 128 characters; the shortest that is taken depends on the installation.</param>
internal sealed record SignUpRequest(string? Email, [property: MaxLength(NewAccountRules.MaxPassword)] string? Password);

/// <summary>The account that was created.</summary>
/// <param name="Id">The id of the account.</param>
/// <param name="Email">Its e-mail address.</param>
/// <param name="Role">What the account is: <c>user</c>.</param>
/// <param name="IsActive">Whether it can log in.</param>
internal sealed record SignUpResponse(Guid Id, string Email, Role Role, bool IsActive);

internal sealed class SignUpValidator : AbstractValidator<SignUpRequest>
{
    public SignUpValidator(PasswordPolicy policy)
    {
        RuleFor(r => r.Email).Email();
        RuleFor(r => r.Password).NewPassword(policy, r => r.Email);
    }
}

/// <summary>Anyone makes an account of their own, with the role user.</summary>
internal static class SignUp
{
    public static void Map(IEndpointRouteBuilder api) => api
        .MapPost("/auth/signup", HandleAsync)
        .WithName("SignUp").WithTags("Accounts").WithSummary("Sign up as a user.")
        .WithDescription("For everybody. Doctors, hospitals and patients sign up with their profile instead. 409 `email_taken`: the address has an account.")
        .WithTagMeaning("Accounts: signing up and in, sessions, API keys, people.")
        .ProducesProblem(400).ProducesProblem(409).ProducesProblem(503)
        .AllowAnonymous().WithMetadata(new NoIdempotency());

    static async Task<Results<Created<SignUpResponse>, ProblemHttpResult>> HandleAsync(
        SignUpRequest request, PasswordHashing hashing, ConsiliumDb db, IAuditTrail audit, TimeProvider clock, CancellationToken cancellationToken)
    {
        var hash = await hashing.HashAsync(request.Password!, cancellationToken);
        var now = clock.UtcNow();
        var user = User.Create(Guid.CreateVersion7(now), request.Email, hash, Role.User, name: null, now);
        db.Add(user);
        audit.Add(new(user.Id, user.Role.Wire(), "user.signed_up", $"user/{user.Id}"));
        return await NewAccounts.TrySaveAsync(db, cancellationToken)
            ? TypedResults.Created($"/api/v1/users/{user.Id}", new SignUpResponse(user.Id, user.Email!, user.Role, user.IsActive))
            : Problems.Conflict("email_taken", "There is an account with this e-mail already.");
    }
}

using Consilium.Modules.Accounts.Contracts;
using Consilium.Modules.Audit.Contracts;
using Consilium.Platform.Database;
using Consilium.Platform.Errors;
using Consilium.Platform.Idempotency;
using Consilium.Platform.Json;
using FluentValidation;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Consilium.Modules.Accounts;

internal sealed record SignUpRequest(string? Email, string? Password);

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

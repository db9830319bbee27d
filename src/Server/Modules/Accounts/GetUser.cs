using Consilium.Modules.Accounts.Contracts;
using Consilium.Platform.Database;
using Consilium.Platform.Errors;
using Consilium.Platform.OpenApi;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace Consilium.Modules.Accounts;

/// <summary>An account, for its owner and for admins.</summary>
internal static class GetUser
{
    public static void Map(IEndpointRouteBuilder api)
    {
        api.MapGet("/api/v1/users/me", (Caller caller, ConsiliumDb db, CancellationToken cancellationToken) =>
                HandleAsync(caller.UserId, caller, db, cancellationToken))
            .WithName("GetMe").WithTags("Accounts").WithSummary("The own account.").ProducesProblem(401)
            .WithDescription("For everybody who is signed in.");
        api.MapGet("/api/v1/users/{id:guid}", HandleAsync)
            .WithName("GetUser").WithTags("Accounts").WithSummary("An account (its owner, admin).").ProducesProblem(401).ProducesProblem(404)
            .WithDescription("For its owner and administrators; to others it is not there.")
            .WithParameter("id", "The account, by its id.");
    }

    static async Task<Results<Ok<UserResponse>, ProblemHttpResult>> HandleAsync(
        Guid id, Caller caller, ConsiliumDb db, CancellationToken cancellationToken)
    {
        var user = await db.Set<User>().VisibleTo(caller).AsNoTracking().SingleOrDefaultAsync(u => u.Id == id, cancellationToken);
        return user is null ? Problems.NotFound() : TypedResults.Ok(UserResponse.Of(user));
    }
}

/// <summary>Which accounts a caller may see: the own one, admins all.</summary>
internal static class UserAccess
{
    public static IQueryable<User> VisibleTo(this IQueryable<User> users, Caller caller) =>
        caller.Role == Role.Admin ? users : users.Where(u => u.Id == caller.UserId);
}

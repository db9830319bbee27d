using Consilium.Modules.Accounts.Contracts;
using Consilium.Platform.Errors;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Consilium.Modules.Cases;

/// <summary>Shows one case to its owner, staff and admins.</summary>
internal static class GetCase
{
    public static void Map(RouteGroupBuilder cases) => cases.MapGet("/{id:guid}", HandleAsync)
        .RequireRoles(CaseAccess.Readers)
        .WithSummary("Get a case");

    static async Task<Results<Ok<CaseResponse>, ProblemHttpResult>> HandleAsync(Guid id, Caller caller, CaseAccess access, CancellationToken cancellationToken)
    {
        var found = await access.FindAsync(id, caller, cancellationToken);
        await access.RecordReadAsync(id, "case.read", found is not null, caller, cancellationToken);
        return found is null ? Problems.NotFound() : TypedResults.Ok(found);
    }
}

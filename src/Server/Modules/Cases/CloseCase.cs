using Consilium.Modules.Accounts.Contracts;
using Consilium.Modules.Threads.Contracts;
using Consilium.Platform.Errors;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Consilium.Modules.Cases;

/// <summary>Closes and reopens a case: its owner, staff and admins. A closed case stays readable and takes no messages.</summary>
internal static class CloseCase
{
    public static void Map(RouteGroupBuilder cases)
    {
        cases.MapPut("/{id:guid}/close", CloseAsync)
            .RequireRoles(CaseAccess.Readers)
            .WithSummary("Close a case")
            .WithDescription("Closing a closed case changes nothing and succeeds.");
        cases.MapPut("/{id:guid}/reopen", ReopenAsync)
            .RequireRoles(CaseAccess.Readers)
            .WithSummary("Reopen a closed case")
            .WithDescription("A case that is open is refused with 409.");
    }

    static async Task<Results<Ok<CaseResponse>, ProblemHttpResult>> CloseAsync(Guid id, Caller caller, IThreads threads, CaseAccess access, CancellationToken cancellationToken) =>
        await threads.CloseAsync(CaseAccess.ToRead(id, caller), caller, cancellationToken)
            ? TypedResults.Ok(await access.FindAsync(id, caller, cancellationToken))
            : Problems.NotFound();

    static async Task<Results<Ok<CaseResponse>, ProblemHttpResult>> ReopenAsync(Guid id, Caller caller, IThreads threads, CaseAccess access, CancellationToken cancellationToken) =>
        await threads.ReopenAsync(CaseAccess.ToRead(id, caller), caller, cancellationToken) switch
        {
            null => Problems.NotFound(),
            false => Problems.Conflict("case_open", "The case is open already."),
            true => TypedResults.Ok(await access.FindAsync(id, caller, cancellationToken)),
        };
}

using Consilium.Modules.Accounts.Contracts;
using Consilium.Modules.Threads.Contracts;
using Consilium.Platform.Errors;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Consilium.Modules.Cases;

/// <summary>Takes a message back: its author, or an admin. The place stays, text and files go from every read path; once is as good as twice.</summary>
internal static class RetractMessage
{
    public static void Map(RouteGroupBuilder cases) => cases.MapDelete("/{id:guid}/messages/{messageId:guid}", HandleAsync)
        .RequireRoles(CaseAccess.Readers)
        .WithSummary("Retract a message")
        .WithDescription("For its author and admins. The message keeps its place, marked `retracted`, and loses its text and its files.");

    static async Task<Results<NoContent, ProblemHttpResult>> HandleAsync(
        Guid id, Guid messageId, Caller caller, IMessages messages, CancellationToken cancellationToken) =>
        await messages.RetractAsync(CaseAccess.ToRead(id, caller), messageId, mayRetractOthers: caller.Role == Role.Admin, caller, cancellationToken) == ChangeOutcome.Done
            ? TypedResults.NoContent()
            : Problems.NotFound();
}

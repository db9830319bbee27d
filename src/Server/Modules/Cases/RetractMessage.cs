using Consilium.Modules.Accounts.Contracts;
using Consilium.Modules.Files.Contracts;
using Consilium.Modules.Threads.Contracts;
using Consilium.Platform.Database;
using Consilium.Platform.Errors;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Consilium.Modules.Cases;

/// <summary>Takes a message back: its author, or an admin. The place stays, text and files go from every read path; once is as good as twice.</summary>
internal sealed class RetractMessage(IMessages messages, IFiles files, RequestTransaction transaction)
{
    public static void Map(RouteGroupBuilder cases) => cases.MapDelete("/{id:guid}/messages/{messageId:guid}", (
            Guid id, Guid messageId, Caller caller, RetractMessage useCase, CancellationToken cancellationToken) =>
            useCase.HandleAsync(id, messageId, caller, cancellationToken))
        .RequireRoles(CaseAccess.Readers)
        .WithSummary("Retract a message")
        .WithDescription("For its author and admins. The message keeps its place, marked `retracted`, and loses its text and its files.");

    async Task<Results<NoContent, ProblemHttpResult>> HandleAsync(Guid id, Guid messageId, Caller caller, CancellationToken cancellationToken)
    {
        var done = await transaction.RunAsync(async () =>
        {
            var outcome = await messages.RetractAsync(CaseAccess.ToRead(id, caller), messageId, mayRetractOthers: caller.Role == Role.Admin, caller, cancellationToken);
            if (outcome != ChangeOutcome.Done) return false;
            await files.ReleaseAsync(CaseFiles.PlaceOf(id), messageId, cancellationToken);
            return true;
        }, cancellationToken);
        return done ? TypedResults.NoContent() : Problems.NotFound();
    }
}
